"""Declared rules about single exchanges (通常と異なる照会): late, outside the duties, outside the hours, more than usual in a day.

The figures serve one purpose, to see whether exchanges were proper: the law leaves no other use of these records (docs/exchange.md).
"""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, func, select

from pipeline.exchange.setting import exchange_setting
from pipeline.exchange.sides import Scope
from pipeline.exchange.unmatched import Anomaly
from pipeline.hours import Window
from pipeline.hub import Hub
from pipeline.journal.exchange_tables import exchange_records

_TABLE = exchange_records.c


def unusual(hub: Hub, scope: Scope) -> Iterator[Anomaly]:
    """Every record, and every day of a duty, that a rule speaks of. Rules but the first look at our own inquiries only."""
    setting = exchange_setting(hub)
    inquiry = _TABLE.role == "1"
    yield from _records(hub, scope, "late", _TABLE.late)
    yield from _records(hub, scope, "foreign_duty", inquiry & _TABLE.duty.not_in(setting.duties))
    yield from _records(hub, scope, "odd_hour", inquiry & _outside(setting.hours))
    counted = select(_TABLE.day, _TABLE.duty).where(*_within(hub, scope), inquiry).group_by(_TABLE.day, _TABLE.duty)
    for row in hub.journal.rows(counted.having(func.count() > setting.usual_per_day)):
        yield Anomaly("volume", f"{row.day}/{row.duty}", row.day)


def _records(hub: Hub, scope: Scope, kind: str, condition: ColumnElement[bool]) -> Iterator[Anomaly]:
    for row in hub.journal.rows(select(_TABLE.sequence, _TABLE.day).where(*_within(hub, scope), condition)):
        yield Anomaly(kind, row.sequence, row.day)


def _within(hub: Hub, scope: Scope) -> tuple[ColumnElement[bool], ...]:
    return (_TABLE.municipality == hub.code, _TABLE.day.between(scope.first, scope.last))


def _outside(hours: Window) -> ColumnElement[bool]:
    """Requested outside the hours; both ends belong to them, and they may go over midnight."""
    at = func.substr(_TABLE.requested_at, 12, 8)
    before, after = at < hours.start.isoformat(), at > hours.end.isoformat()
    return before | after if hours.start <= hours.end else before & after
