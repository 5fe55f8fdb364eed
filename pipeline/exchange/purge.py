"""Deleting records of exchange after their seven years (廃棄): by a person's order with a reason; the database checks it too."""

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import delete

from pipeline.errors import SettingError
from pipeline.exchange.retention import YEARS, kept_since
from pipeline.hub import Hub
from pipeline.journal import exchange_tables
from pipeline.journal.exchange_tables import exchange_purges, exchange_records
from pipeline.orders import check_order

_FOLLOWING = ("exchange_conflicts", "own_exchanges", "own_files", "own_days", "exchange_anomalies")
"""Tables whose rows of a day go with the records of that day."""


def purge(hub: Hub, before: date, *, who: str, reason: str) -> Mapping[str, int]:
    """Delete everything of the days before ``before``; rows of each table. Raises SettingError within the seven years."""
    check_order(who, reason)
    since = kept_since(hub.clock.today())
    if before > since:
        last = since - timedelta(days=1)
        raise SettingError(f"--before {before}: records are kept {YEARS} years", f"what is of {last} or older may go: --before {since}")
    now, limit = hub.clock.now().isoformat(), before.isoformat()
    order = {"municipality": hub.code, "before": limit, "day": now[:10], "who": who, "reason": reason, "at": now}
    with hub.journal.write() as write:
        write.insert_many(exchange_purges, [order])
        counts = {}
        for name in (exchange_records.name, *_FOLLOWING):
            table = getattr(exchange_tables, name)
            counts[name] = write.execute(delete(table).where(table.c.municipality == hub.code, table.c.day < limit)).rowcount
        write.leaf("exchange_purged", who=who, before=limit, **counts)
    return counts
