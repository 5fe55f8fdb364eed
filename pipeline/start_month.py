"""Proposed start month (支給開始月の案) with its reasoning in a sentence; the section and the receiving system decide.

児童手当法 8条: from the month after the claim; a claim within 15 days of the event counts as made in its month (15日特例).
A decrease runs from the month after its event, whenever it is filed. Which rule and which event day hold stands in ``procedure.yaml``.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row

from mappings.items import Item
from mappings.procedure import DateReason, Procedure
from pipeline.calendar import OpeningDays
from pipeline.filing_day import filing_day
from pipeline.hub import Hub
from pipeline.records import Tables, load_tables
from vocabulary.dates import read_date, to_wareki


@dataclass(frozen=True, slots=True)
class StartMonth:
    """The month in words (「令和8年12月分から」), empty where none can be proposed, and the sentences that lead to it."""

    month: str = ""
    reasoning: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """What happened (事由): its day, None when the application names none, and its word, such as 出生 or 転出予定日."""

    day: date | None
    word: str


@dataclass(frozen=True, slots=True)
class Filed:
    """The day that counts as the filing's. correction: it is the first filing's (補正)."""

    day: date
    correction: bool = False


def propose_start(hub: Hub, row: Row[Any], procedure: Procedure) -> StartMonth:
    """The proposal for an application that is mapped; empty for the others, whose event nobody knows yet."""
    tables = load_tables(hub, [row.id]).get(row.id)
    if tables is None:
        return StartMonth()
    reason = next((one for one in procedure.dates.reasons if _value(tables, one.item) in one.values), None)
    filed = filing_day(hub, row)
    event = event_of(hub, procedure, reason, tables)
    start = (reason.start if reason else None) or procedure.dates.start
    if start == "month-after-event":
        return start_after_event(event)
    if start == "wished-day" and event.day is not None:
        return StartMonth(f"{to_wareki(event.day)}から", (f"{event.word}によります。",))
    if start != "month-after-filing":
        return StartMonth()
    return start_after(Filed(filed.day, correction=bool(filed.first)), event, grace_days=procedure.dates.grace_days, opening=hub.opening)


def event_of(hub: Hub, procedure: Procedure, reason: DateReason | None, tables: Tables) -> Event:
    """The event by the rule of the reason; where the form leaves that day empty, by the procedure's ordinary one."""
    if reason and reason.event and (day := _day_in(tables, reason.event)) is not None:
        return Event(day, _item(hub, procedure, reason.event).title)
    happened = procedure.dates.reason
    item = _item(hub, procedure, happened or procedure.dates.event) if procedure.dates.event else None
    code = _value(tables, happened) if happened else ""
    names = hub.catalogue.codelists[item.code].valid_on(hub.clock.today().isoformat()) if item and item.code else {}
    return Event(_day_in(tables, procedure.dates.event), names.get(code) or (item.title if item else ""))


def _item(hub: Hub, procedure: Procedure, name: str) -> Item:
    groups = hub.catalogue.items[procedure.business]
    return next(groups[group][name] for group in hub.catalogue.groups_of(procedure) if name in groups[group])


def _value(tables: Tables, item: str) -> str:
    for table in tables.values():
        if table.application and item in table.columns:
            return table.columns[item][0] or ""
    return ""


def _day_in(tables: Tables, item: str) -> date | None:
    known = read_date(_value(tables, item))
    return known.exact if known else None


def start_after_event(event: Event) -> StartMonth:
    """The month after the event, whenever it is filed (減額改定)."""
    if event.day is None:
        return StartMonth("", ("事由発生日の記載がないため、案を出しません。",))
    return StartMonth(_month_after(event.day), (f"{_day(event.day)}{event.word}、届出の時期にかかわらず、{_month(event.day)}から",))


def start_after(filed: Filed, event: Event, *, grace_days: int, opening: OpeningDays) -> StartMonth:
    """The month after the filing, or after the event when the filing came within the days of grace (15日特例)."""
    taken = f"{_day(filed.day)}受付" + ("（補正のため初回の申請日）" if filed.correction else "")
    if event.day is None:
        return StartMonth(_month_after(filed.day), (f"事由発生日の記載なし、{taken}、{_month(filed.day)}から",))
    happened = f"{_day(event.day)}{event.word}"
    if event.day > filed.day:
        return StartMonth("", (f"{happened}が{taken}より後のため、案を出しません。日付の確認が必要です。",))
    if (event.day.year, event.day.month) == (filed.day.year, filed.day.month):
        return StartMonth(_month_after(filed.day), (f"{happened}、同じ月の{taken}、{_month(filed.day)}から",))
    last = event.day + timedelta(days=grace_days)
    limit = opening.next_open(last)
    term = f"{grace_days}日目{_day(last)}" + ("" if limit == last else f"は閉庁日、翌開庁日{_day(limit)}")
    if filed.day <= limit:
        return StartMonth(_month_after(event.day), (f"{happened}、{term}までの{taken}、{_month(event.day)}から",))
    return StartMonth(_month_after(filed.day), (f"{happened}、{term}を過ぎた{taken}、{_month(filed.day)}から",))


def _next(day: date) -> date:
    return date(day.year + 1, 1, 1) if day.month == 12 else date(day.year, day.month + 1, 1)


def _month_after(day: date) -> str:
    return f"{to_wareki(_next(day)).removesuffix('1日')}分から"


def _month(day: date) -> str:
    return f"{_next(day).month}月分"


def _day(day: date) -> str:
    return f"{day.month}/{day.day}"
