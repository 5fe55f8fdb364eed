"""Payments: three ways of matching, whatever the order of files; wrong input has a state, a sentence and an owner."""

import json
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from pipeline.errors import ActRefused
from pipeline.flow import FLOWS, step_function
from pipeline.hub import Hub, set_up
from pipeline.journal.decision_tables import notice_outbox
from pipeline.journal.evidence_tables import alarms
from pipeline.journal.payment_tables import claims, payment_items, posting_files
from pipeline.notices.exclusions import reasons_not_to_send
from pipeline.notices.outbox import body_of, extras_of
from pipeline.payments.figures import all_verdicts, bank_rows, days_of, standing
from pipeline.payments.files import known_files
from pipeline.payments.items import item_rows, settle
from pipeline.payments.posting import posting_rows
from pipeline.payments.report import page_of
from pipeline.places import Root
from sandbox.ledgers import write_extract
from sandbox.payments import COLUMNS, PLACES, Payment, claim_row, collection_file, deposit_file, hand_over, pay
from tests.flow.kills import forked
from tests.pipeline.days import DAY, NAHA, NEXT_DAY, at, copied, hub_at
from vocabulary.clock import Clock

CONNECTIONS = {"claims": "claims", "collections": "collections", "deposits": "deposits", "receipts-system": "posted"}
FEE = 23400
TODAY, DUE = DAY.isoformat(), "2026-12-01"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with four claims and nothing paid."""
    root = tmp_path_factory.mktemp("payments") / "root"
    set_up(Root(root), Clock(at(6)))
    for name, place in CONNECTIONS.items():
        cells = {"kind": "folder", "inbox": f"sandbox/payments/{place}"}
        (root / "connections" / f"{name}.json").write_text(json.dumps(cells), encoding="utf-8")
    for place in PLACES:
        (root / "sandbox/payments" / place).mkdir(parents=True)
    owe(root, "202611240600")
    return root


@pytest.fixture
def root(made: Path, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A root of the test's own. Only tests marked with the fixture ``pages`` draw the page, which takes longer than all the rest."""
    if "pages" not in request.fixturenames:
        monkeypatch.setattr("pipeline.steps.posting.write_report", lambda _hub: None)
    return copied(made, tmp_path / "root")


@pytest.fixture
def pages() -> None:
    """The page is drawn."""


def owe(root: Path, stamp: str, *, amounts: Sequence[int] = (FEE,) * 4, due: str = DUE) -> None:
    rows = [claim_row(NAHA, n, f"{n:015}", due=due, amount=amount) for n, amount in enumerate(amounts, start=1)]
    write_extract(root / "sandbox/payments/claims", f"{NAHA}_claims_full_{stamp}.csv", COLUMNS, rows)


def payment(number: int = 1, way: str = "pay-easy", stage: str = "final", **other: Any) -> Payment:
    named = f"{number:020}" if way == "eltax" else f"{number:016}"
    values = {"reference": f"R{number}", "amount": FEE, "collected_on": TODAY, "deposit_on": TODAY, **other}
    return Payment(way=way, stage=stage, number=named, **values)


def leave(root: Path, *rows: Payment, number: int = 1, excess: int = 0) -> str:
    name, data = collection_file(rows[0].way, rows, day=DAY, number=number, excess=excess)
    (root / "sandbox/payments/collections" / name).write_bytes(data)
    return name


def bank(root: Path, *rows: tuple[str, str, str, int, str], number: int = 1) -> None:
    (root / f"sandbox/payments/deposits/nyukin_{DAY:%Y%m%d}_{number:02}.dat").write_bytes(deposit_file(rows))


def morning(root: Path, day: date = DAY) -> dict[str, dict[str, int]]:
    with hub_at(root, at(7, day=day)) as hub:
        return {step: step_function(step)(hub) for step in FLOWS["payments"]}


def words(hub: Hub) -> list[tuple[str, str]]:
    return [(one.row.reference, one.word) for one in all_verdicts(hub)]


def open_items(hub: Hub) -> list[tuple[str, str]]:
    return sorted((row.kind, row.section) for row in item_rows(hub) if row.state == "open")


def posted(root: Path) -> list[str]:
    files = sorted((root / "sandbox/payments/posted").glob("keshikomi_*.csv"))
    return [line for file in files for line in file.read_bytes().decode("cp932").splitlines()[1:]]


@pytest.mark.usefixtures("pages")
def test_a_payment_is_posted_once_and_all_three_totals_agree(root: Path) -> None:
    pay(root / "sandbox", payment(1))
    pay(root / "sandbox", payment(2, way="eltax"))
    hand_over(root / "sandbox", day=DAY)
    morning(root)
    morning(root, NEXT_DAY)
    assert len(posted(root)) == 2
    assert posted(root)[1] == f"1,00123,0000000000000001,ペイジー,R1,{FEE},{TODAY},{TODAY},2026,0,14-01-02,0"
    with hub_at(root, at(8)) as hub:
        assert all(one.agrees for one in days_of(all_verdicts(hub), bank_rows(hub), hub.opening))
        assert open_items(hub) == []
    page = (root / "reports" / NAHA / "payments.html").read_text(encoding="utf-8")
    assert "○ 調定・収納・入金の三つの合計が一致しています" in page
    assert (root / "reports" / NAHA / "payments.pdf").read_bytes().startswith(b"%PDF")


def test_who_pays_later_on_the_same_day_is_in_files_of_their_own(root: Path) -> None:
    for number in (1, 2):
        pay(root / "sandbox", payment(number))
        hand_over(root / "sandbox", day=DAY)
        morning(root)
    assert len(posted(root)) == 2
    with hub_at(root, at(8)) as hub:
        assert {file.state for file in (*known_files(hub, "collections"), *known_files(hub, "deposits"))} == {"taken"}


def test_only_the_final_row_posts_and_a_later_cancellation_is_a_row_of_its_own(root: Path) -> None:
    leave(root, payment(stage="prompt"))
    assert morning(root)["posting"]["posted"] == 0
    leave(root, payment(), number=2)
    assert morning(root)["posting"]["posted"] == 1
    leave(root, payment(stage="cancelled"), number=3)
    assert morning(root, NEXT_DAY)["posting"]["posted"] == 1
    morning(root, NEXT_DAY)
    assert [line[0] for line in posted(root)] == ["1", "9"]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_prompt_final_and_cancellation_end_the_same_in_any_order_of_mornings(root: Path, order: tuple[int, ...]) -> None:
    stages = ("prompt", "final", "cancelled")
    for place in order:
        leave(root, payment(stage=stages[place]), number=place + 1)
        morning(root)
    with hub_at(root, at(8)) as hub:
        assert sorted(word for _, word in words(hub)) == ["cancellation", "undone", "undone"]
        assert open_items(hub) == []
        assert sum(1 if one.sort == "paid" else -1 for one in posting_rows(hub)) == 0


@pytest.mark.parametrize(
    ("rows", "kind", "section"),
    [
        ([payment(9)], "unknown_number", ""),
        ([payment(amount=FEE - 1)], "underpaid", "hoiku"),
        ([payment(amount=FEE + 1)], "overpaid", "hoiku"),
        ([payment(), payment(reference="R2")], "paid_twice", "hoiku"),
        ([payment(stage="cancelled")], "orphan_cancellation", "hoiku"),
    ],
)
def test_what_does_not_fit_has_an_owner_and_is_never_posted(root: Path, rows: list[Payment], kind: str, section: str) -> None:
    leave(root, *rows)
    counts = morning(root)
    assert counts["posting"]["posted"] == len(rows) - 1
    with hub_at(root, at(8)) as hub:
        assert open_items(hub) == [(kind, section)]
        assert page_of(hub).good is False


def test_one_claim_paid_by_two_ways_is_on_the_list_until_a_person_settles_it(root: Path) -> None:
    pay(root / "sandbox", payment())
    hand_over(root / "sandbox", day=DAY, faults=["double"])
    morning(root)
    with hub_at(root, at(8)) as hub:
        [item] = item_rows(hub)
        assert item.kind == "paid_by_two_ways"
        with pytest.raises(ActRefused):
            settle(hub, item.id, "refund", actor="hoiku-01", reason="二重納付")
        settle(hub, item.id, "refund", actor="kaikei-01", reason="二重納付")
        with pytest.raises(ActRefused):
            settle(hub, item.id, "refund", actor="kaikei-02", reason="二重納付")
    morning(root, NEXT_DAY)
    assert len(posted(root)) == 1


def test_a_wrong_amount_is_posted_when_a_person_says_so(root: Path) -> None:
    leave(root, payment(amount=FEE - 1))
    morning(root)
    with hub_at(root, at(8)) as hub:
        settle(hub, item_rows(hub)[0].id, "post", actor="kaikei-01", reason="担当課に確認")
    morning(root)
    assert [line.split(",")[5] for line in posted(root)] == [str(FEE - 1)]


def test_a_late_payment_is_posted_and_marked(root: Path) -> None:
    pay(root / "sandbox", payment())
    hand_over(root / "sandbox", day=DAY, faults=["late"])
    morning(root)
    assert posted(root)[0].endswith("14-01-02,1")


def test_the_same_file_again_is_known_and_other_content_under_its_name_is_an_alarm(root: Path) -> None:
    pay(root / "sandbox", payment())
    hand_over(root / "sandbox", day=DAY, faults=["twice"])
    assert morning(root)["collections"]["repeated"] == 1
    leave(root, payment(amount=FEE + 5))
    morning(root)
    morning(root)
    with hub_at(root, at(8)) as hub:
        assert words(hub) == [("R1", "matched")]
        assert [file.state for file in known_files(hub, "collections")] == ["taken", "repeated", "refused"]
        assert [one.kind for one in hub.journal.rows(select(alarms.c.kind))] == ["SETTLEMENT_RENEWED"]


@pytest.mark.parametrize("spoil", [lambda data: data[:-90], lambda data: b"\x81" + data[1:], lambda data: data.replace(b"00123", b"0012X")])
def test_a_file_that_is_not_whole_or_not_of_the_profile_changes_nothing(root: Path, spoil: Callable[[bytes], bytes]) -> None:
    file = root / "sandbox/payments/collections" / leave(root, payment())
    file.write_bytes(spoil(file.read_bytes()))
    assert morning(root)["collections"]["refused"] == 1
    with hub_at(root, at(8)) as hub:
        assert words(hub) == []


def test_a_wrong_total_is_refused_until_the_right_file_comes(root: Path) -> None:
    leave(root, payment(), excess=1)
    assert morning(root)["collections"]["refused"] == 1
    with hub_at(root, at(8)) as hub:
        assert known_files(hub, "collections")[0].code == "SETTLEMENT_TOTAL"
    leave(root, payment())
    assert morning(root)["collections"]["files"] == 1


@pytest.mark.usefixtures("pages")
def test_a_netted_deposit_is_red_unless_its_fee_is_a_line_of_its_own(root: Path) -> None:
    leave(root, payment(way="credit-card"))
    bank(root, ("credit-card", "revenue", "D1", FEE - 100, TODAY))
    morning(root)
    page = root / "reports" / NAHA / "payments.html"
    assert "入金が収納より100円少なく" in page.read_text(encoding="utf-8")
    bank(root, ("credit-card", "fee", "D2", 100, TODAY), number=2)
    morning(root)
    assert "○ 調定・収納・入金の三つの合計が一致しています" in page.read_text(encoding="utf-8")


def test_a_deposit_due_on_a_closed_day_is_looked_for_on_the_next_open_one(root: Path) -> None:
    leave(root, payment(deposit_on="2026-11-28"))
    bank(root, ("pay-easy", "revenue", "D1", FEE, "2026-11-30"))
    morning(root)
    with hub_at(root, at(8)) as hub:
        [day] = days_of(all_verdicts(hub), standing(bank_rows(hub))[0], hub.opening)
        assert day.agrees
        assert day.day == date(2026, 11, 30)


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
