"""How the records of exchange stand (情報提供等記録の件数): what a night fetched, what agrees, what is open, which days are complete."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, func, select

from connectors.exchange_rows import SETTLE_DAYS
from pipeline.exchange.fetch import answered_spans
from pipeline.exchange.retention import kept_since
from pipeline.exchange.spans import known_until
from pipeline.hub import Hub
from pipeline.journal.exchange_tables import exchange_anomalies, exchange_reconciliations, exchange_records, own_days
from pipeline.sync.freshness import age_of
from vocabulary.clock import JST

_DAY = timedelta(days=1)
_SHOWN_DAYS = 14


@dataclass(frozen=True, slots=True)
class SourceDays:
    """A source of our own side over the last two weeks: days with a file, of them complete ones, newest day; empty without one."""

    source: str
    kind: str
    days: int
    complete: int
    newest: str


def exchange_counts(hub: Hub, night: date) -> Mapping[str, int]:
    """Records fetched in a night; matched by its reconciliation; anomalies that are open now."""
    last = reconciliation_of(hub, night)
    return {
        "fetched": fetched_in(hub, night),
        "matched": last.matched if last else 0,
        "anomalies": sum(open_anomalies(hub, night).values()),
    }


def fetched_in(hub: Hub, night: date) -> int:
    """Records that a night brought; a night goes from noon to noon."""
    first, last = _span(night)
    mine = (exchange_records.c.municipality == hub.code) & (exchange_records.c.fetched_at >= first) & (exchange_records.c.fetched_at < last)
    return int(hub.journal.scalar(select(func.count()).select_from(exchange_records).where(mine)))


def reconciliation_of(hub: Hub, night: date) -> Row[Any] | None:
    """The widest reconciliation of a night, of those the last: a repeated one only looks at what is not settled."""
    first, last = _span(night)
    table = exchange_reconciliations
    mine = (table.c.municipality == hub.code) & (table.c.at >= first) & (table.c.at < last)
    return next(iter(hub.journal.rows(select(table).where(mine).order_by(table.c.first, table.c.id.desc()).limit(1))), None)


def open_anomalies(hub: Hub, today: date) -> Mapping[tuple[str, str], int]:
    """Open anomalies by kind and by age since they were opened."""
    table = exchange_anomalies
    mine = select(table.c.kind, table.c.opened_on).where(table.c.municipality == hub.code, table.c.state == "open")
    return Counter((row.kind, age_of(row.opened_on, today)) for row in hub.journal.rows(mine))


def settled_until(hub: Hub) -> date | None:
    """The last day of which the server shows no more records; None before the first answer."""
    since = kept_since(hub.clock.today())
    known = known_until(answered_spans(hub), since, after_days=SETTLE_DAYS)
    return known if known >= since else None


def days_of_sources(hub: Hub, today: date) -> tuple[SourceDays, ...]:
    """Every declared source, in the order of the municipality file."""
    setting = hub.municipality.exchange
    since = (today - timedelta(days=_SHOWN_DAYS - 1)).isoformat()
    found = []
    for source, declared in setting.sources.items() if setting else ():
        mine = select(own_days).where(own_days.c.municipality == hub.code, own_days.c.source == source)
        days = hub.journal.rows(mine.where(own_days.c.day.between(since, today.isoformat())))
        newest = max((row.day for row in days), default="")
        found.append(SourceDays(source, declared.kind, len(days), sum(row.complete for row in days), newest))
    return tuple(found)


def _span(night: date) -> tuple[str, str]:
    first = datetime.combine(night, time(12), JST)
    return first.isoformat(), (first + _DAY).isoformat()
