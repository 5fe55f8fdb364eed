"""Payments: three ways of matching, whatever the order of files; wrong input has a state, a sentence and an owner."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from pipeline.errors import ActRefused
from pipeline.journal.evidence_tables import alarms
from pipeline.payments.figures import all_verdicts, bank_rows, days_of, standing
from pipeline.payments.files import known_files
from pipeline.payments.items import item_rows, settle
from pipeline.payments.posting import posting_rows
from pipeline.payments.report import page_of
from sandbox.payments import Payment, hand_over, pay
from tests.pipeline.days import DAY, NAHA, NEXT_DAY, at, hub_at
from tests.pipeline.payments.till import FEE, TODAY, bank, leave, morning, open_items, payment, posted, words


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


@pytest.mark.parametrize("answer", ["refund", "offset"])
def test_what_was_given_back_is_never_posted_even_when_the_other_payment_is_cancelled(root: Path, answer: str) -> None:
    leave(root, payment(), payment(reference="R2"))
    morning(root)
    with hub_at(root, at(8)) as hub:
        [item] = item_rows(hub)
        settle(hub, item.id, answer, actor="kaikei-01", reason="二重納付")
    leave(root, payment(stage="cancelled"), number=2)
    morning(root, NEXT_DAY)
    assert [line.split(",")[0] + line.split(",")[4] for line in posted(root)] == ["1R1", "9R1"]
    with hub_at(root, at(8)) as hub:
        assert ("R2", "given_back") in words(hub)
        assert open_items(hub) == []


@pytest.mark.parametrize("answer", ["refund", "offset"])
def test_a_payment_that_its_way_cancels_after_it_was_given_back_is_told(root: Path, answer: str) -> None:
    leave(root, payment(), payment(reference="R2"))
    morning(root)
    with hub_at(root, at(8)) as hub:
        settle(hub, item_rows(hub)[0].id, answer, actor="kaikei-01", reason="二重納付")
    leave(root, payment(reference="R2", stage="cancelled"), number=2)
    morning(root, NEXT_DAY)
    assert [line.split(",")[0] + line.split(",")[4] for line in posted(root)] == ["1R1"]
    with hub_at(root, at(8)) as hub:
        assert open_items(hub) == [("cancelled_when_given_back", "hoiku")]
        assert not page_of(hub).good
        settle(hub, item_rows(hub)[-1].id, "done", actor="kaikei-01", reason="返した額を戻してもらった")
    morning(root, NEXT_DAY)
    with hub_at(root, at(8)) as hub:
        assert open_items(hub) == []


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


@pytest.mark.parametrize("digits", [16, 30, 5000])
def test_an_amount_that_is_no_sum_of_money_is_refused_and_its_neighbour_taken(root: Path, digits: int) -> None:
    leave(root, payment(2, way="credit-card", amount=7), number=1)
    huge = "9" * digits
    file = root / "sandbox/payments/collections" / f"card_{DAY:%Y%m%d}_01.csv"
    file.write_bytes(file.read_bytes().replace(b",7,", f",{huge},".encode()).replace(b",7\r\n", f",{huge}\r\n".encode()))
    leave(root, payment(), number=2)
    counts = morning(root)["collections"]
    assert (counts["files"], counts["refused"]) == (1, 1)
    with hub_at(root, at(8)) as hub:
        assert words(hub) == [("R1", "matched")]
        assert [file.code for file in known_files(hub, "collections") if file.code] == ["SETTLEMENT_ROW"]


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

