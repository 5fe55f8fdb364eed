"""What every day must bring (日々の決まりごと): its close, and the morning sheet of each opening day. What is missing is an alarm."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import func, select

from pipeline.alarm_ends import end_settled
from pipeline.alarms import end_alarm, open_alarms, raise_alarm
from pipeline.balance import has_business
from pipeline.hub import Hub
from pipeline.journal.evidence_tables import day_closes, morning_sheets

CLOSE, MORNING = "CLOSE_MISSING", "MORNING_MISSING"
DAYS_BACK = 31
ONE_DAY = timedelta(days=1)


class Missed(NamedTuple):
    """A duty that nobody did. kind: CLOSE_MISSING or MORNING_MISSING; day: ISO, the alarm's subject."""

    kind: str
    day: str


def was_closed(hub: Hub, day: date) -> bool:
    """Whether the journal holds a close of the day."""
    same = (day_closes.c.municipality == hub.code) & (day_closes.c.day == day.isoformat())
    return hub.journal.scalar(select(day_closes.c.id).where(same).limit(1)) is not None


def missed(hub: Hub) -> list[Missed]:
    """The closes of past days and today's morning sheet that are missing, the oldest first; none before the hub's first close."""
    first = hub.journal.scalar(select(func.min(day_closes.c.day)).where(day_closes.c.municipality == hub.code))
    if first is None:
        return []
    return [*_unclosed(hub, date.fromisoformat(first)), *_sheetless(hub, date.fromisoformat(first))]


def _unclosed(hub: Hub, first: date) -> Iterator[Missed]:
    """Days with business or open counters, between the first close and today."""
    today = hub.clock.today()
    since = max(first, today - DAYS_BACK * ONE_DAY)
    between = (day_closes.c.municipality == hub.code) & (day_closes.c.day >= since.isoformat())
    closed = {row.day for row in hub.journal.rows(select(day_closes.c.day).where(between))}
    for day in (since + number * ONE_DAY for number in range((today - since).days)):
        if day.isoformat() not in closed and (hub.opening.is_open(day) or has_business(hub, day)):
            yield Missed(CLOSE, day.isoformat())


def _sheetless(hub: Hub, first: date) -> Iterator[Missed]:
    now = hub.clock.now()
    today = now.date()
    due = first < today and hub.opening.is_open(today) and now.timetz().replace(tzinfo=None) > hub.municipality.morning.by
    same = (morning_sheets.c.municipality == hub.code) & (morning_sheets.c.day == today.isoformat())
    if due and hub.journal.scalar(select(morning_sheets.c.day).where(same)) is None:
        yield Missed(MORNING, today.isoformat())


def look_after(hub: Hub) -> list[Missed]:
    """Raise the alarm of what is missing, once; end those of what was made up for and of other causes that are gone."""
    wanting, standing = missed(hub), open_alarms(hub)
    told = {Missed(row.kind, row.subject) for row in standing if row.kind in (CLOSE, MORNING)}
    # A sheet of a morning that is over cannot be made any more: its alarm ends with the next sheet.
    newest = hub.journal.scalar(select(func.max(morning_sheets.c.day)).where(morning_sheets.c.municipality == hub.code)) or ""
    over = [one for one in told - set(wanting) if one.kind == CLOSE or one.day <= newest]
    new = [one for one in wanting if one not in told]
    if new or over:
        with hub.journal.write() as write:
            for one in new:
                if one.kind == CLOSE:
                    raise_alarm(hub, write, kind="CLOSE_MISSING", subject=one.day)
                else:
                    raise_alarm(hub, write, kind="MORNING_MISSING", subject=one.day)
                write.leaf("duty_missed", municipality=hub.code, kind=one.kind, day=one.day)
            for one in over:
                end_alarm(hub, write, kind=one.kind, subject=one.day)
    end_settled(hub, standing)
    return wanting
