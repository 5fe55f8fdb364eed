"""Deadlines: the clock of 標準処理期間 stands while a correction is open, closed days move its end, the next 支払締日 counts."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from pipeline.calendar import OpeningDays
from pipeline.deadlines import Application, Deadline, Pause, deadlines_of_all, processing_end
from pipeline.hub import Hub
from pipeline.journal.correction_tables import corrections
from pipeline.journal.intake_tables import applications
from pipeline.settings import Municipality
from tests.pipeline.days import DAY, at, hub_at

DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


def deadlines_of(hub: Hub, row: Application) -> list[Deadline]:
    return deadlines_of_all(hub, [row])[row.id]


@st.composite
def pauses(draw: st.DrawFn) -> Pause:
    start = draw(DAYS)
    return Pause(start, start + timedelta(days=draw(st.integers(0, 90))), start, running=False)


@given(filed=DAYS, days=st.integers(1, 60), stopped=st.lists(pauses(), max_size=3), more=pauses(), by_opening_days=st.booleans())
@settings(max_examples=100, deadline=None)
def test_a_stopped_clock_never_makes_a_deadline_earlier(
    *, filed: date, days: int, stopped: list[Pause], more: Pause, by_opening_days: bool
) -> None:
    opening = OpeningDays() if by_opening_days else None
    before = processing_end(filed, days, stopped, opening=opening)
    assert processing_end(filed, days, [*stopped, more], opening=opening) >= before >= filed + timedelta(days=days)


def test_each_day_of_a_correction_moves_the_end_by_one() -> None:
    filed, asked = date(2026, 11, 2), date(2026, 11, 10)
    pause = Pause(asked, asked + timedelta(days=7), asked, running=False)
    assert processing_end(filed, 30, [pause], opening=None) == date(2026, 12, 2) + timedelta(days=7)


def test_a_correction_after_the_end_changes_nothing_and_two_at_once_count_once() -> None:
    filed = date(2026, 11, 2)
    late = Pause(date(2026, 12, 2), date(2026, 12, 20), filed, running=False)
    assert processing_end(filed, 30, [late], opening=None) == date(2026, 12, 2)
    early = Pause(date(2026, 11, 5), date(2026, 11, 8), filed, running=False)
    assert processing_end(filed, 30, [early, early], opening=None) == date(2026, 12, 5)


def test_opening_days_leave_out_weekends_holidays_and_the_turn_of_the_year() -> None:
    # 25 and 28 December count, then 4 to 8 January.
    assert processing_end(date(2026, 12, 24), 7, [], opening=OpeningDays()) == date(2027, 1, 8)


@pytest.fixture
def hub(checked_root: Path, own: Callable[[Path], Path]) -> Any:
    with hub_at(own(checked_root), at(9)) as opened:
        yield opened


def first(hub: Hub, procedure: str) -> Any:
    found = hub.journal.rows(select(applications).where(applications.c.procedure == procedure).order_by(applications.c.id))
    return found[0]


def of(deadlines: list[Deadline], kind: str) -> list[Deadline]:
    return [one for one in deadlines if one.kind == kind]


def ask(hub: Hub, application: int, **values: Any) -> None:
    row = {"application": application, "requested_on": "2026-11-20", "due_on": "2026-12-10", "state": "open", **values}
    with hub.journal.write() as write:
        write.insert_row(corrections, row)
        write.leaf("correction_asked", application=application)


def test_an_open_correction_stops_the_clock_and_is_a_deadline_itself(hub: Hub) -> None:
    row = first(hub, "jidoteate-nintei")
    before = of(deadlines_of(hub, row), "processing")[0]
    ask(hub, row.id, requested_on="2026-11-23")
    found = deadlines_of(hub, row)
    assert of(found, "correction")[0].day == date(2026, 12, 10)
    after = of(found, "processing")[0]
    assert before.day <= after.day
    assert "止まっています" in after.sentence
    assert "止まっています" not in before.sentence


def test_an_answered_correction_asks_for_nothing_more_and_a_withdrawn_one_never_stopped(hub: Hub) -> None:
    row = first(hub, "jidoteate-nintei")
    before = of(deadlines_of(hub, row), "processing")[0].day
    ask(hub, row.id, state="withdrawn")
    assert of(deadlines_of(hub, row), "processing")[0].day == before
    with hub.journal.write() as write:
        write.execute(update(corrections).values(state="answered", answered_on="2026-12-05"))
        write.leaf("correction_answered", application=row.id)
    found = deadlines_of(hub, row)
    assert not of(found, "correction")
    assert of(found, "processing")[0].day >= before + timedelta(days=12)


def test_an_end_on_a_closed_day_moves_to_the_next_opening_day(hub: Hub) -> None:
    for row in hub.journal.rows(select(applications)):
        for one in of(deadlines_of(hub, row), "processing"):
            assert hub.opening.is_open(one.day)


def test_the_next_closing_of_the_procedure_counts_and_a_past_one_does_not(hub: Hub, checked_root: Path, own: Any) -> None:
    row = first(hub, "jidoteate-nintei")
    assert of(deadlines_of(hub, row), "payment")[0].day == date(2026, 12, 4)
    assert not of(deadlines_of(hub, first(hub, "ninshin-todokede")), "payment")


def test_after_a_closing_the_one_behind_it_counts(checked_root: Path, own: Callable[[Path], Path]) -> None:
    with hub_at(own(checked_root), at(9, day=date(2026, 12, 5))) as later:
        assert of(deadlines_of(later, first(later, "jidoteate-nintei")), "payment")[0].day == date(2027, 2, 5)


def test_a_nursery_filing_has_the_deadline_of_its_round_nearest_first_and_all_rows_are_told_as_one_alone(hub: Hub) -> None:
    row = first(hub, "hoiku-riyo")
    found = deadlines_of(hub, row)
    assert "利用調整" in of(found, "round")[0].sentence
    assert [one.day for one in found] == sorted(one.day for one in found)
    rows = hub.journal.rows(select(applications).where(applications.c.stage != "stored"))
    together = deadlines_of_all(hub, rows)
    assert together == {row.id: deadlines_of(hub, row) for row in rows}


@pytest.mark.parametrize(
    ("key", "value"),
    [("closings", [{"name": "x", "day": DAY, "procedures": ["nothing"]}]), ("expected", {"nothing": {"connection": "x"}})],
)
def test_a_municipality_that_names_a_procedure_it_does_not_take_is_refused(hub: Hub, key: str, value: Any) -> None:
    plain = hub.municipality.model_dump(by_alias=True) | {key: value}
    with pytest.raises(ValueError, match="nothing is no procedure of this municipality; allowed are jidoteate-nintei"):
        Municipality.model_validate(plain)
