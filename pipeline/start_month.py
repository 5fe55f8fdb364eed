"""Proposed start month (支給開始月の案) with its reasoning; the section and the receiving system decide.

児童手当法 8条: from the month after the claim; a claim within 15 days of a birth or move counts as made in the month of the event.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row

from mappings.procedure import Procedure
from pipeline.calendar import OpeningDays
from pipeline.hub import Hub
from pipeline.records import Tables, load_tables
from pipeline.steps.map_records import legal_day
from vocabulary.dates import read_date, to_wareki


@dataclass(frozen=True, slots=True)
class StartMonth:
    """The month in words (「令和8年12月分から」), empty where the procedure has none, and the sentences that lead to it."""

    month: str = ""
    reasoning: tuple[str, ...] = ()


def propose_start(hub: Hub, row: Row[Any], procedure: Procedure) -> StartMonth:
    """The proposal for an application that is mapped; empty for the others, whose event nobody knows yet."""
    tables = load_tables(hub, [row.id]).get(row.id)
    if tables is None or procedure.dates.start != "month-after-filing":
        return StartMonth()
    return start_after(legal_day(hub, row), _event_day(tables, procedure.dates.event), grace_days=procedure.dates.grace_days)


def _event_day(tables: Tables, item: str) -> date | None:
    for table in tables.values():
        value = table.columns.get(item, [None])[0] if table.application else None
        known = read_date(value) if value else None
        if known is not None:
            return known.exact
    return None


def start_after(filed: date, event: date | None, *, grace_days: int) -> StartMonth:
    """The month after the filing, or after the event when the filing came within the days of grace (15日特例)."""
    if event is None or event > filed or (event.year, event.month) == (filed.year, filed.month):
        return StartMonth(_month_after(filed), (f"{_day(filed)}の請求のため、その翌月分からとなります。",))
    last = event + timedelta(days=grace_days)
    limit = OpeningDays().next_open(last)
    moved = "" if limit == last else f"（{grace_days}日目の{_day(last)}は閉庁日のため翌開庁日）"
    if filed <= limit:
        sentence = f"事由発生日{_day(event)}、期限{_day(limit)}{moved}までの{_day(filed)}に請求があり、事由発生月の翌月分からとなります。"
        return StartMonth(_month_after(event), (sentence,))
    sentence = f"事由発生日{_day(event)}、期限{_day(limit)}{moved}を過ぎた{_day(filed)}の請求のため、請求月の翌月分からとなります。"
    return StartMonth(_month_after(filed), (sentence,))


def _month_after(day: date) -> str:
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return f"{to_wareki(date(year, month, 1)).removesuffix('1日')}分から"


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
