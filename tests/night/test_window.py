"""The declared night: which night a moment belongs to, and when work begins and ends."""

from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.intermediate_records import OperatingState, Stop
from pipeline.hours import Window
from pipeline.steps.operating_state import remember
from pipeline.sync.window import may_start, must_stop, night_at, night_of
from tests.pipeline.days import at, hub_at
from vocabulary.clock import JST

OVER_MIDNIGHT = Window(start=time(22), end=time(5))
EVENING = Window(start=time(18), end=time(21))
SMALL_HOURS = Window(start=time(1), end=time(5))
NIGHT = datetime(2026, 11, 24, 22, 0, tzinfo=JST)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda moment: moment.replace(tzinfo=JST))  # noqa: DTZ001  the zone is set on the same line


@pytest.mark.parametrize(
    ("window", "moment", "night", "holds"),
    [
        (OVER_MIDNIGHT, NIGHT, date(2026, 11, 24), True),
        (OVER_MIDNIGHT, NIGHT + timedelta(hours=7), date(2026, 11, 24), True),
        (OVER_MIDNIGHT, NIGHT + timedelta(hours=7, seconds=1), date(2026, 11, 24), False),
        (OVER_MIDNIGHT, NIGHT - timedelta(seconds=1), date(2026, 11, 23), False),
        (EVENING, NIGHT, date(2026, 11, 24), False),
        (EVENING, NIGHT - timedelta(hours=2), date(2026, 11, 24), True),
        (SMALL_HOURS, NIGHT + timedelta(hours=5), date(2026, 11, 24), True),
        (SMALL_HOURS, NIGHT, date(2026, 11, 23), False),
    ],
)
def test_a_night_has_the_date_of_its_evening(window: Window, moment: datetime, night: date, holds: bool) -> None:
    found = night_at(window, moment)
    assert (found.date, found.holds(moment)) == (night, holds)


@given(moments, st.times(), st.times())
@settings(max_examples=100, deadline=None)
def test_every_moment_belongs_to_the_night_that_began_last(moment: datetime, start: time, end: time) -> None:
    window = Window(start=start.replace(microsecond=0), end=end.replace(microsecond=0))
    night = night_at(window, moment)
    assert night.start <= moment < night.start + timedelta(days=1)
    assert night.start <= night.end < night.start + timedelta(days=1)
    assert night.holds(moment) == window.holds(moment.time())
    assert night_at(window, moment + timedelta(days=1)).date == night.date + timedelta(days=1)


def test_work_begins_only_when_the_server_said_in_this_night_that_it_runs(root: Path) -> None:
    with hub_at(root, at(22, 5)) as hub:
        assert not may_start(hub)
        remember(hub, OperatingState("running", None, ()))
        assert may_start(hub)
        assert night_of(hub) == date(2026, 11, 24)
    with hub_at(root, at(4, 59, day=date(2026, 11, 25))) as hub:
        assert may_start(hub)
        assert night_of(hub) == date(2026, 11, 24)
    for after in (at(5, 1, day=date(2026, 11, 25)), at(22, 5, day=date(2026, 11, 25))):
        with hub_at(root, after) as hub:
            assert must_stop(hub)


@pytest.mark.parametrize("state", ["closing", "stopped"])
def test_a_server_that_closes_or_stands_still_stops_the_work(root: Path, state: str) -> None:
    with hub_at(root, at(23)) as hub:
        remember(hub, OperatingState(state, at(23, 30), ()))
        assert must_stop(hub)


def test_a_planned_stop_ends_the_work_a_quarter_of_an_hour_before(root: Path) -> None:
    stop = Stop(at(23), at(23, 40))
    with hub_at(root, at(22, 5)) as hub:
        remember(hub, OperatingState("running", None, (stop,)))
    for minute, over in ((44, False), (45, True), (59, True)):
        with hub_at(root, at(22, minute)) as hub:
            assert must_stop(hub) == over
    with hub_at(root, at(23, 41)) as hub:
        assert may_start(hub)


def test_the_last_word_of_the_server_counts(root: Path) -> None:
    with hub_at(root, at(22, 5)) as hub:
        remember(hub, OperatingState("stopped", at(23), ()))
        assert must_stop(hub)
        remember(hub, OperatingState("running", None, ()))
        assert may_start(hub)
