"""Reconciling the server's records of exchange with our own side (突合): anomalies opened once, closed when they are there no more."""

from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import func, select, update

from connectors.exchange_rows import SETTLE_DAYS
from pipeline.exchange.fetch import answered_spans
from pipeline.exchange.retention import kept_since
from pipeline.exchange.rules import unusual
from pipeline.exchange.sides import Scope, differences
from pipeline.exchange.spans import known_until
from pipeline.exchange.unmatched import Anomaly, judge_unmatched
from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.exchange_tables import exchange_anomalies, exchange_reconciliations, exchange_records, own_files

_DAY = timedelta(days=1)


def reconcile_exchanges(hub: Hub) -> dict[str, int]:
    """Compare the days on which something may have changed. Counts matched, uncovered, and what is open now as anomalies."""
    scope = scope_of(hub)
    found = differences(hub, scope)
    left = judge_unmatched(hub, scope, found)
    anomalies = {*left.anomalies, *unusual(hub, scope)}
    matched = found.equal + left.found_again
    with hub.journal.write() as write:
        opened, closed = _keep(hub, write, scope, anomalies)
        still_open = _open_count(hub, write)
        row = {
            "municipality": hub.code,
            "at": hub.clock.now().isoformat(),
            "first": scope.first,
            "last": scope.settled,
            "there": found.equal + len(found.only_there) + len(found.differing),
            "here": found.equal + len(found.only_here) + len(found.differing) + left.unnumbered,
            "matched": matched,
            "uncovered": left.uncovered,
            "open": still_open,
        }
        write.insert_many(exchange_reconciliations, [row])
        write.leaf("exchanges_reconciled", first=scope.first, matched=matched, opened=opened, closed=closed, open=still_open)
    return {"matched": matched, "uncovered": left.uncovered, "opened": opened, "closed": closed, "anomalies": still_open}


def scope_of(hub: Hub) -> Scope:
    """The days to compare: those not settled when it was done last, and back to the oldest that changed since or has an open anomaly."""
    today, since = hub.clock.today(), kept_since(hub.clock.today())
    settled = known_until(answered_spans(hub), since, after_days=SETTLE_DAYS)
    runs = select(exchange_reconciliations).where(exchange_reconciliations.c.municipality == hub.code)
    last = next(iter(hub.journal.rows(runs.order_by(exchange_reconciliations.c.id.desc()).limit(1))), None)
    if last is None:
        return Scope(since.isoformat(), today.isoformat(), settled.isoformat())
    records, files, open_ones = exchange_records.c, own_files.c, exchange_anomalies.c
    changed = (
        select(func.min(records.day)).where(records.municipality == hub.code, records.fetched_at >= last.at),
        select(func.min(files.day)).where(files.municipality == hub.code, files.loaded_at >= last.at),
        select(func.min(open_ones.day)).where(open_ones.municipality == hub.code, open_ones.state == "open"),
    )
    oldest = [day for statement in changed if (day := hub.journal.scalar(statement))]
    unsettled = (date.fromisoformat(last.last) + _DAY).isoformat()
    return Scope(max(min([unsettled, *oldest]), since.isoformat()), today.isoformat(), settled.isoformat())


def _keep(hub: Hub, write: Write, scope: Scope, anomalies: Iterable[Anomaly]) -> tuple[int, int]:
    """Open what is new or came back, close what is gone; what a person explained stays so. Returns how many were opened and closed."""
    table, today = exchange_anomalies, hub.clock.today().isoformat()
    rows = write.read(select(table).where(table.c.municipality == hub.code, table.c.day >= scope.first))
    known = {(row.kind, row.subject): row for row in rows}
    now = {(one.kind, one.subject): one for one in sorted(anomalies)}
    opened = 0
    for key, one in now.items():
        values = {"municipality": hub.code, "kind": one.kind, "subject": one.subject, "day": one.day, "opened_on": today, "state": "open"}
        if key not in known:
            opened += write.insert_new(table, values)
        elif known[key].state == "closed":
            write.execute(update(table).where(table.c.id == known[key].id).values(state="open", closed_on=None))
            opened += 1
    gone = [row.id for key, row in known.items() if row.state == "open" and key not in now]
    for place in gone:
        write.execute(update(table).where(table.c.id == place).values(state="closed", closed_on=today))
    return opened, len(gone)


def _open_count(hub: Hub, write: Write) -> int:
    open_ones = (exchange_anomalies.c.municipality == hub.code, exchange_anomalies.c.state == "open")
    return int(write.read(select(func.count()).select_from(exchange_anomalies).where(*open_ones)).scalar_one())
