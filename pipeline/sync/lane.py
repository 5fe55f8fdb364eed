"""Records that the server did not take (再送待ち・要対応): those that heal are tried again, those that do not are work items for a person.

A record has at most one open trouble. It ends when a later request takes the record up, or when the ledger no longer asks for the change.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, select, update

from pipeline.hub import Hub
from pipeline.journal.copy_tables import copy_items, copy_requests
from pipeline.journal.database import Write

OPEN = ("failed", "waiting")
Lane = Mapping[str, Row[Any]]
"""Keyed hash of a record → its open trouble."""


def key_index(hub: Hub, kind: str, key: bytes) -> str:
    """The keyed hash under which the journal knows a record of a kind."""
    return hub.index(f"{kind}/{key.decode()}", "copy-key")


def person_index(hub: Hub, atena: str) -> str:
    """The keyed hash under which the tables of copies know a person."""
    return hub.index(atena, "copy-person")


def line_digest(hub: Hub, operation: str, layout: str, line: bytes | None) -> str:
    """The keyed hash of what is asked of the server, so that the same is not asked again in vain."""
    return hub.index(f"{operation}/{layout}/{(line or b'').decode()}", "copy-line")


def open_troubles(hub: Hub, kind: str) -> Lane:
    """All open troubles of a kind."""
    joined = select(copy_items).join(copy_requests, copy_requests.c.id == copy_items.c.request)
    mine = joined.where(copy_requests.c.municipality == hub.code, copy_requests.c.kind == kind, copy_items.c.state.in_(OPEN))
    return {row.key_index: row for row in hub.journal.rows(mine)}


def rests(trouble: Row[Any], digest: str, night: str) -> bool:
    """Whether a record with this trouble is left alone tonight: nothing about it changed, and no time to try again has come."""
    if trouble.state == "waiting":
        return bool(trouble.next_try > night)
    return bool(trouble.line_digest == digest)


def next_night(night: str) -> str:
    """The night after a night."""
    return (date.fromisoformat(night) + timedelta(days=1)).isoformat()


def given_up(hub: Hub, since: str, night: str) -> bool:
    """Whether a record that waits since a night was tried for as long as the municipality declares."""
    assert hub.municipality.copies is not None  # noqa: S101  only steps of the nightly work come here
    return (date.fromisoformat(night) - date.fromisoformat(since)).days >= hub.municipality.copies.retry_days


def settle_troubles(write: Write, troubles: Iterable[Row[Any]]) -> int:
    """End these troubles: a request takes their records up, or the ledger asks for nothing any more."""
    rows = [{"of_request": one.request, "of_record": one.record_id} for one in troubles]
    of = and_(copy_items.c.request == bindparam("of_request"), copy_items.c.record_id == bindparam("of_record"))
    if rows:
        write.execute(update(copy_items).where(of).values(state="settled", next_try=None), rows)
    return len(rows)


def try_again(hub: Hub, kind: str, *, actor: str, reason: str) -> int:
    """Let the failed records of a kind be sent once more (再送), as a person asks who mended what was wrong. Returns how many."""
    failed = [row for row in open_troubles(hub, kind).values() if row.state == "failed"]
    today = hub.clock.today().isoformat()
    with hub.journal.write() as write:
        rows = [{"of_request": one.request, "of_record": one.record_id} for one in failed]
        of = and_(copy_items.c.request == bindparam("of_request"), copy_items.c.record_id == bindparam("of_record"))
        if rows:
            write.execute(update(copy_items).where(of).values(state="waiting", next_try=today, since=today), rows)
        write.leaf("copies_tried_again", kind=kind, records=len(rows), actor=actor, reason=reason)
    return len(rows)
