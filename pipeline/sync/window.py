"""The declared night (夜間の時間帯): which night a moment belongs to, and whether nightly work may begin or has to end.

A night has the date of its evening. Work begins only where the intermediate server said in this very night that it runs, and ends at the
window's end, when the server closes, and before a stop that it plans.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from connectors.intermediate_records import OperatingState
from pipeline.hours import Window
from pipeline.hub import Hub
from pipeline.journal.server_tables import server_states
from pipeline.sync.server import night_setting
from vocabulary.clock import JST

BEFORE_STOP = timedelta(minutes=15)
"""Work ends so long before a planned stop, so that what was sent can still be answered."""
_DAY = timedelta(days=1)
_NOON = time(12)
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Night:
    """One night: ``date`` of its evening, first and last instant; both belong to it."""

    date: date
    start: datetime
    end: datetime

    def holds(self, moment: datetime) -> bool:
        """Whether the moment lies in the declared hours."""
        return self.start <= moment <= self.end


def night_at(window: Window, moment: datetime) -> Night:
    """The night that a moment belongs to: the one that goes on, or between two nights the one before.

    Hours that begin after midnight belong to the evening before them.
    """
    local = moment.astimezone(JST)
    first = local.date() if local.time() >= window.start else local.date() - _DAY
    last = first if window.start <= window.end else first + _DAY
    evening = first - _DAY if window.start < _NOON else first
    return Night(evening, datetime.combine(first, window.start, JST), datetime.combine(last, window.end, JST))


def night_of(hub: Hub, window: Window | None = None) -> date:
    """The date of the present night; of the window of the copies unless another is given."""
    return night_at(window or window_of(hub), hub.clock.now()).date


def window_of(hub: Hub) -> Window:
    """The window of the nightly work on copies, or of the records of exchange where there are no copies. Raises SettingError."""
    return night_setting(hub).window


def may_start(hub: Hub, window: Window | None = None) -> bool:
    """Whether nightly work may begin, or go on, at this moment."""
    return not must_stop(hub, window)


def must_stop(hub: Hub, window: Window | None = None) -> bool:
    """Whether nightly work has to end at the next border between two records: it goes on in the next night."""
    now = hub.clock.now()
    night = night_at(window or window_of(hub), now)
    return not night.holds(now) or not _runs(hub, night, now)


def _runs(hub: Hub, night: Night, now: datetime) -> bool:
    """Whether the server said in this night that it runs, and plans no stop for the next minutes."""
    row = next(iter(hub.journal.rows(select(server_states).where(server_states.c.municipality == hub.code))), None)
    if row is None or row.state != "running" or not night.holds(datetime.fromisoformat(row.seen_at)):
        return False
    return not any(start - BEFORE_STOP <= now < until for start, until in _stops(row.stops))


def text_of_stops(state: OperatingState) -> str:
    """The planned stops as the journal keeps them."""
    return json.dumps([[stop.start.isoformat(), stop.until.isoformat()] for stop in state.stops])


def _stops(text: str) -> list[Span]:
    return [(datetime.fromisoformat(start), datetime.fromisoformat(until)) for start, until in json.loads(text)]
