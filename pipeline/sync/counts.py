"""How a night of copies ended, by kind (副本登録の件数)."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, func, select

from pipeline.hub import Hub
from pipeline.journal.copy_tables import copy_drifts, copy_items, copy_requests, copy_withheld
from pipeline.sync.difference import CHANGE, DELETE, REGISTER
from vocabulary.clock import JST

_WORDS = {REGISTER: "registered", CHANGE: "changed", DELETE: "deleted"}


def night_counts(hub: Hub, night: str) -> Mapping[str, Mapping[str, int]]:
    """Of every kind: registered, changed and deleted as results of the night said; failed and waiting as they stand now.

    night: ISO day of its evening; results that came until noon belong to it.

    waiting: records that are tried again, whose answer is open, that wait for the flags of a protected person, or for an approval.
    """
    setting = hub.municipality.copies
    kinds = setting.kinds if setting else ()
    counts = {kind: dict.fromkeys(("registered", "changed", "deleted", "failed", "waiting"), 0) for kind in kinds}
    noon = datetime.combine(date.fromisoformat(night), time(12), JST)
    answered = copy_requests.c.answered_at.between(noon.isoformat(), (noon + timedelta(days=1)).isoformat())
    tonight = _items().where(copy_items.c.state == "accepted", answered)
    words = [(row.kind, _WORDS[row.operation], row.records) for row in _rows(hub, tonight)]
    standing = _items().where(copy_items.c.state.in_(("failed", "waiting", "sent")))
    words += [(row.kind, "failed" if row.state == "failed" else "waiting", row.records) for row in _rows(hub, standing)]
    withheld = select(copy_withheld.c.kind, func.count().label("records")).where(copy_withheld.c.ended_on.is_(None))
    held = withheld.where(copy_withheld.c.municipality == hub.code).group_by(copy_withheld.c.kind)
    words += [(row.kind, "waiting", row.records) for row in hub.journal.rows(held)]
    stopped = select(copy_drifts.c.kind, copy_drifts.c.changes).where(
        copy_drifts.c.municipality == hub.code, copy_drifts.c.state.in_(("stopped", "approved"))
    )
    words += [(row.kind, "waiting", row.changes) for row in hub.journal.rows(stopped)]
    for kind, word, records in words:
        if kind in counts:
            counts[kind][word] += records
    return counts


def _items() -> Select[Any]:
    columns = (copy_requests.c.kind, copy_items.c.operation, copy_items.c.state)
    joined = select(*columns, func.count().label("records")).join(copy_requests, copy_requests.c.id == copy_items.c.request)
    return joined.group_by(*columns)


def _rows(hub: Hub, statement: Select[Any]) -> list[Any]:
    return hub.journal.rows(statement.where(copy_requests.c.municipality == hub.code))
