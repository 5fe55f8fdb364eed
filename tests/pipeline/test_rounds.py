"""Rounds of 利用調整: which filing for a child counts, what becomes of the others, and what children of one family share."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from mappings.specification import build_spec
from mappings.yaml_door import SpecError
from pipeline.balance import balance_of
from pipeline.case_sheets import sheet_of
from pipeline.hub import set_up
from pipeline.journal.decision_tables import notice_outbox, status_outbox
from pipeline.journal.delivery_tables import obligations
from pipeline.journal.intake_tables import applications, documents, findings
from pipeline.packages import package_of
from pipeline.places import Root
from pipeline.records import load_tables
from pipeline.round_calendar import RoundCalendar
from pipeline.rounds import seat_of
from pipeline.steps.map_records import source_of
from sandbox import world
from sandbox.applications import Application, Bureau
from tests.pipeline.days import DAY, INTAKE, NAHA, NEXT_DAY, at, copied, hub_at, outcomes, outside, rows, run
from tests.pipeline.nursery import SEED, Desk, again, municipality, town, without, written
from vocabulary.clock import Clock

TOWN = 1


@dataclass(frozen=True, slots=True)
class Day:
    """A root after its day, and the applications that the tests sent, by name."""

    root: Path
    sent: Mapping[str, Application]

    def became(self, name: str) -> str:
        (outcome,) = outcomes(self.root)[self.receipt(name)]
        return outcome

    def receipt(self, name: str) -> str:
        return self.sent[name].slot.receipt

    def row(self, name: str) -> Any:
        (row,) = rows(self.root, select(applications).where(applications.c.receipt == self.receipt(name)))
        return row

    def record(self, name: str) -> dict[str, Any]:
        """The own record of a filing."""
        with hub_at(self.root, at(12)) as hub:
            table = load_tables(hub, [self.row(name).id])[self.row(name).id]["riyomoshikomi"]
        return {item: column[0] for item, column in table.columns.items()}


@pytest.fixture(scope="module", autouse=True)
def _closing_rounds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUB_MUNICIPALITIES", str(municipality(tmp_path_factory.mktemp("municipalities"))))
        yield


def of_the_day(desk: Desk) -> dict[str, Application]:
    """What the town's families send before and after the deadline at seven o'clock."""
    families = [one for one in desk.bureau.town.households["nursery"][::-1] if len(one.children) > 1]
    changing, failing, repeating, instant, late, ahead = families[:6]
    couple = next(one for one in families[6:] if len(one.parents) > 1)
    (twins,) = desk.bureau.town.households["twins"]
    elder, younger = twins.children[-2:]
    repeated = desk.file(repeating, at(6), 21)
    return {
        "first": desk.file(changing, at(6), 1),
        "second": written(desk.file(changing, at(6, 30), 2), "希望施設/施設名", "あとから選んだ園"),
        "after": written(desk.file(changing, at(7, 30), 3), "希望施設/施設名", "締切のあとに選んだ園"),
        "valid": desk.file(failing, at(6), 11),
        "invalid": written(desk.file(failing, at(6, 30), 12), "申請日", "2027-01-01"),
        "original": repeated,
        "repeat": again(repeated, at(6, 30), 22),
        "tied": desk.file(instant, at(6, 15), 31),
        "tied-later": written(desk.file(instant, at(6, 15), 32), "希望施設/施設名", "同じ時刻に選んだ園"),
        "one-parent": desk.file(couple, at(6), 36),
        "other-parent": desk.file(replace(couple, parents=couple.parents[::-1]), at(6, 15), 37),
        "passed": written(desk.file(late, at(6), 41), "利用希望開始日", "2027-01-15"),
        "unknown": written(desk.file(late, at(6), 42, late.children[0]), "利用希望開始日", "2028-09-01"),
        "elder": desk.file(twins, at(6), 51, elder),
        "younger": desk.file(twins, at(6, 1), 52, younger),
        "elder-again": written(desk.file(twins, at(6, 40), 53, elder), "希望施設/施設名", "ふたごの園"),
        "younger-again": written(desk.file(twins, at(6, 41), 54, younger), "希望施設/施設名", "ふたごの園"),
        "with-certificate": desk.file(ahead, at(6), 61, ahead.children[-1]),
        "without-certificate": without(desk.file(ahead, at(6, 5), 62, ahead.children[0]), "employment"),
    }


@pytest.fixture(scope="module")
def day(_closing_rounds: None, tmp_path_factory: pytest.TempPathFactory) -> Day:
    """The intake of the day at nine."""
    root = tmp_path_factory.mktemp("rounds") / "root"
    set_up(Root(root), Clock(at(6)))
    world.prepare(root, seed=SEED, applications=TOWN, day=DAY, municipality=NAHA, defects=())
    desk = Desk(root, Bureau(town(TOWN), DAY, NAHA))
    sent = of_the_day(desk)
    desk.send(list(sent.values()))
    with outside(root, at(9)):
        run(root, ("refresh_links", *INTAKE), at(9))
    return Day(root, sent)


def test_the_last_valid_filing_before_the_deadline_takes_the_place_of_the_earlier_one(day: Day) -> None:
    assert (day.became("first"), day.became("second")) == ("settled:REPLACED", "delivered")
    assert day.record("second")["choseikai"] == "first"
    found = rows(day.root, select(findings).where(findings.c.application == day.row("first").id, findings.c.step == "check"))
    assert [(one.code, one.place) for one in found] == [("REPLACED", f"receipt {day.receipt('second')}")]


def test_nothing_is_owed_for_a_replaced_filing_and_nobody_is_told_of_a_refusal(day: Day) -> None:
    replaced = day.row("first").id
    assert rows(day.root, select(obligations).where(obligations.c.application == replaced)) == []
    assert rows(day.root, select(notice_outbox).where(notice_outbox.c.application == replaced)) == []
    told = [row.status for row in rows(day.root, select(status_outbox).where(status_outbox.c.application == replaced))]
    assert "WITHDRAWN" in told
    assert not {"REJECTED", "COMPLETED"} & set(told)


def test_a_filing_after_the_deadline_waits_for_the_next_round_and_leaves_the_earlier_ones(day: Day) -> None:
    assert day.became("after") == "delivered"
    assert (day.record("after")["choseikai"], day.record("after")["sakino_uketsukebango"]) == ("second", None)


def test_an_invalid_later_filing_wins_nothing(day: Day) -> None:
    assert (day.became("valid"), day.became("invalid")) == ("delivered", "held:DATE_ORDER")


def test_the_same_content_once_more_is_a_repeat(day: Day) -> None:
    assert (day.became("original"), day.became("repeat")) == ("delivered", "held:REPEAT_FILING")


def test_what_the_other_parent_files_for_the_child_is_decided_by_a_person(day: Day) -> None:
    assert (day.became("one-parent"), day.became("other-parent")) == ("delivered", "held:REPEAT_FILING")


def test_of_two_filings_of_one_instant_the_later_receipt_counts(day: Day) -> None:
    assert (day.became("tied"), day.became("tied-later")) == ("settled:REPLACED", "delivered")


def test_twins_replace_each_their_own_filing(day: Day) -> None:
    names = ("elder", "younger", "elder-again", "younger-again")
    assert [day.became(name) for name in names] == ["settled:REPLACED", "settled:REPLACED", "delivered", "delivered"]
    assert day.record("elder-again")["atenabango"] != day.record("younger-again")["atenabango"]


@pytest.mark.parametrize(("name", "code"), [("passed", "ROUND_PASSED"), ("unknown", "ROUND_MISSING")])
def test_a_filing_without_a_round_is_held(day: Day, name: str, code: str) -> None:
    assert day.became(name) == f"held:{code}"


def test_siblings_stand_beside_each_other_and_share_the_certificate(day: Day) -> None:
    assert (day.became("with-certificate"), day.became("without-certificate")) == ("delivered", "delivered")
    ledger = select(documents).where(documents.c.document == "employment")
    entered = {one.application: (one.state, one.lies_at) for one in rows(day.root, ledger)}
    assert entered[day.row("with-certificate").id] == ("received", None)
    assert entered[day.row("without-certificate").id] == ("received", day.receipt("with-certificate"))


def test_the_sheet_says_which_round_and_where_a_shared_document_lies(day: Day) -> None:
    with hub_at(day.root, at(12)) as hub:
        row = day.row("without-certificate")
        sheet = sheet_of(hub, row, package_of(hub, row))
    assert ("利用調整の回", "一次（締切令和8年11月24日7時00分）") in [(item.label, item.value) for item in sheet.items]
    assert (sheet.start_month, sheet.reasoning) == ("令和9年4月1日から", ("利用希望開始日によります。",))
    notes = {document.title: document.note for document in sheet.documents}
    assert notes["就労証明書"] == f"受付番号{day.receipt('with-certificate')}の申請に添付"


def test_replaced_filings_count_as_settled_and_the_day_balances(day: Day) -> None:
    with hub_at(day.root, at(12)) as hub:
        balance = balance_of(hub, DAY)
    assert balance.holds
    assert balance.procedures["hoiku-riyo"].settled == 4


def test_a_round_and_an_earlier_filing_come_out_of_the_raw_package_again(day: Day) -> None:
    with hub_at(day.root, at(12)) as hub:
        for name in ("second", "after", "original"):
            _, _, source = source_of(hub, day.row(name))
            again_named = (source.header["choseikai"], source.header["sakino_uketsukebango"] or None)
            assert again_named == (day.record(name)["choseikai"], day.record(name)["sakino_uketsukebango"])


def test_a_correction_keeps_the_round_of_the_filing_that_it_corrects(day: Day, tmp_path: Path) -> None:
    root = copied(day.root, tmp_path / "root")
    with hub_at(root, at(12)) as hub:
        with hub.journal.write() as write:
            mine = applications.c.receipt == day.receipt("after")
            write.execute(update(applications).where(mine).values(previous_receipt=day.receipt("second")))
            write.leaf("test_corrected")
        (row,) = hub.journal.rows(select(applications).where(mine))
        seat = seat_of(hub, row)
    assert seat is not None
    assert seat.round == "first"


@pytest.fixture(scope="module")
def next_day(day: Day, tmp_path_factory: pytest.TempPathFactory) -> Day:
    """The day after: one family files once more, another one's earlier filing comes late from the portal."""
    desk = Desk(day.root, Bureau(town(TOWN), DAY, NAHA))
    families = [one for one in desk.bureau.town.households["nursery"][::-1] if len(one.children) > 1]
    sent = {
        "day-after": written(desk.file(families[0], at(8, day=NEXT_DAY), 71), "希望施設/施設名", "翌日に選んだ園"),
        "found-late": written(desk.file(families[3], at(5), 72), "希望施設/施設名", "最初に選んだ園"),
    }
    desk.send(list(sent.values()))
    with outside(day.root, at(9, day=NEXT_DAY)):
        run(day.root, INTAKE, at(9, day=NEXT_DAY))
    return Day(day.root, {**day.sent, **sent})


def test_a_filing_names_the_one_that_was_delivered_before_it(next_day: Day) -> None:
    assert (next_day.became("after"), next_day.became("day-after")) == ("delivered", "delivered")
    assert next_day.record("day-after")["sakino_uketsukebango"] == next_day.receipt("after")
    with hub_at(next_day.root, at(12, day=NEXT_DAY)) as hub:
        _, _, source = source_of(hub, next_day.row("day-after"))
    assert source.header["sakino_uketsukebango"] == next_day.receipt("after")


def test_an_earlier_filing_that_comes_late_does_not_undo_the_one_that_counts(next_day: Day) -> None:
    assert (next_day.became("found-late"), next_day.became("tied-later")) == ("settled:REPLACED", "delivered")


def calendar(**changes: Any) -> RoundCalendar:
    first = {"id": "1", "name": "一次", "deadline": "2026-12-10T17:15", "first_start": "2027-04-01", "last_start": "2027-04-30"}
    second = {**first, "id": "2", "name": "二次", "deadline": "2027-02-12T17:15"}
    may = {**first, "id": "may", "name": "五月", "deadline": "2027-04-05T17:15", "first_start": "2027-05-01", "last_start": "2027-05-31"}
    return build_spec(Path("town.yaml"), RoundCalendar, {"after_deadline": "next", "calendar": [second, may, first], **changes})


@pytest.mark.parametrize(
    ("arrived", "expected"),
    [
        (at(17, 15, day=date(2026, 12, 10)), "1"),
        (at(17, 16, day=date(2026, 12, 10)), "2"),
        (at(17, 16, day=date(2027, 2, 12)), "may"),
        (at(0, day=date(2027, 4, 6)), None),
    ],
    ids=["at the deadline", "a minute later", "after the last one", "after all of them"],
)
def test_the_first_round_whose_deadline_was_met_is_the_filing_s(arrived: datetime, expected: str | None) -> None:
    seat = calendar().seat(date(2027, 4, 1), arrived)
    assert seat.round == expected
    assert (seat.code == "ROUND_PASSED") == (expected is None)


def test_after_the_last_deadline_a_person_decides_where_the_municipality_says_so() -> None:
    late = at(0, day=date(2027, 2, 13))
    assert calendar(after_deadline="ask").seat(date(2027, 4, 1), late).code == "ROUND_PASSED"


def test_a_round_that_stands_twice_or_runs_backwards_is_refused() -> None:
    one = {"id": "1", "name": "一次", "deadline": "2026-12-10T17:15", "first_start": "2027-04-01", "last_start": "2027-03-01"}
    with pytest.raises(SpecError, match="first_start is after last_start"):
        calendar(calendar=[one])
    right = {**one, "last_start": "2027-04-30"}
    with pytest.raises(SpecError, match="stands twice"):
        calendar(calendar=[right, right])
