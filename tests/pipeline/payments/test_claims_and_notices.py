"""Claims become notices that carry numbers as they are, and go out as long as they are true; a morning may be killed anywhere."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from pipeline.journal.decision_tables import notice_outbox
from pipeline.journal.payment_tables import claims, payment_items, posting_files
from pipeline.notices.exclusions import reasons_not_to_send
from pipeline.notices.outbox import body_of, extras_of
from pipeline.payments.files import known_files
from sandbox.ledgers import write_extract
from sandbox.payments import COLUMNS, claim_row
from tests.flow.kills import forked
from tests.pipeline.days import NAHA, NEXT_DAY, at, hub_at
from tests.pipeline.payments.till import DUE, FEE, leave, morning, open_items, owe, payment, posted


def test_claims_and_notices_carry_numbers_as_they_are_and_each_is_owed_once(root: Path) -> None:
    morning(root)
    morning(root)
    with hub_at(root, at(8)) as hub:
        notices = hub.journal.rows(select(notice_outbox).order_by(notice_outbox.c.id))
        assert len(notices) == 4
        said = extras_of(hub, notices[0])["payment"]
        assert (said["institution"], said["number"], said["confirmation"], said["division"]) == ("00123", f"{1:016}", f"{1:06}", "001")
        assert b"000001" not in bytes(hub.journal.rows(select(claims.c.confirmation))[0].confirmation)


def test_a_payment_number_of_which_a_part_reads_like_a_my_number_is_told(root: Path) -> None:
    row = list(claim_row(NAHA, 1, f"{1:015}", due=DUE))
    row[2] = "1234567890182345"
    write_extract(root / "sandbox/payments/claims", f"{NAHA}_claims_full_202611240630.csv", COLUMNS, [row])
    morning(root)
    with hub_at(root, at(8)) as hub:
        (notice,) = hub.journal.rows(select(notice_outbox))
        assert "1234-5678-9018-2345" in body_of(hub, notice)


def test_two_claims_of_one_el_number_are_refused_as_a_whole(root: Path) -> None:
    one, two = (list(claim_row(NAHA, n, f"{n:015}", due=DUE)) for n in (5, 6))
    two[5] = one[5]
    write_extract(root / "sandbox/payments/claims", f"{NAHA}_claims_full_202611240630.csv", COLUMNS, [one, two])
    assert morning(root)["claims"]["refused"] == 1
    with hub_at(root, at(8)) as hub:
        assert [file.code for file in known_files(hub, "claims")] == ["LEDGER_DUPLICATE"]


def test_a_notice_whose_claim_changed_was_paid_or_is_past_its_date_does_not_go_out(root: Path) -> None:
    morning(root)
    owe(root, "202611250600", amounts=(FEE + 1, FEE, FEE))
    leave(root, payment(2))
    morning(root, NEXT_DAY)
    with hub_at(root, at(9, day=NEXT_DAY)) as hub:
        rows = hub.journal.rows(select(notice_outbox).order_by(notice_outbox.c.id))
        codes = reasons_not_to_send(hub, rows)
        assert [codes.get(one.id) for one in rows] == ["CLAIM_CHANGED", "CLAIM_PAID", None, "CLAIM_CHANGED"]
    with hub_at(root, at(9, day=date(2026, 12, 2))) as hub:
        assert reasons_not_to_send(hub, rows)[rows[2].id] == "CLAIM_OVERDUE"


def test_a_payment_for_a_withdrawn_claim_is_on_the_list(root: Path) -> None:
    morning(root)
    owe(root, "202611250600", amounts=(FEE,))
    leave(root, payment(2))
    morning(root, NEXT_DAY)
    with hub_at(root, at(8)) as hub:
        assert open_items(hub) == [("withdrawn_claim", "hoiku")]


KILLS = [
    f"{event}.{when}"
    for event in ("payment_file_taken", "payment_items_renewed", "posting_file_made", "posting_file_delivered")
    for when in ("before_commit", "after_commit")
]


@pytest.mark.parametrize("point", [*KILLS, "folder.before_rename", "folder.after_rename", "payment_file_put_aside.after_commit"])
def test_a_morning_killed_anywhere_ends_as_an_undisturbed_one(root: Path, point: str, tmp_path: Path) -> None:
    leave(root, payment(), payment(3, amount=5))
    leave(root, payment(2), number=2, excess=1)
    assert forked(lambda: morning(root), log=tmp_path / "log", environment={"HUB_FAULT": f"{point}:1:kill"}) == -9
    morning(root)
    assert len(posted(root)) == 1
    with hub_at(root, at(8)) as hub:
        assert [one.state for one in hub.journal.rows(select(posting_files.c.state))] == ["delivered"]
        assert [one.kind for one in hub.journal.rows(select(payment_items.c.kind))] == ["underpaid"]
        assert len(hub.journal.rows(select(notice_outbox.c.id))) == 4


def test_claims_of_a_day_to_come_are_told_and_hide_none_of_today(root: Path) -> None:
    row = claim_row(NAHA, 7, f"{7:015}", due=DUE)
    for stamp in ("202711240630", "202611240630"):
        write_extract(root / "sandbox/payments/claims", f"{NAHA}_claims_full_{stamp}.csv", COLUMNS, [row])
    counts = morning(root)["claims"]
    assert (counts["claims"], counts["refused"]) == (1, 1)
    assert morning(root)["claims"]["refused"] == 0
    with hub_at(root, at(8)) as hub:
        states = {file.name[-16:-4]: file.code for file in known_files(hub, "claims")}
    assert states == {"202711240630": "LEDGER_FUTURE", "202611240630": None}
