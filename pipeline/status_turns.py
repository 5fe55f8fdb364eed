"""A status that comes a second time (処理状況の再送): a superseding decision may lead back to what the portal showed before."""

from typing import Any

from sqlalchemy import Row, update

from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.decision_tables import status_outbox

LONGEST_REFERENCE = 40


def owe_status_again(hub: Hub, write: Write, row: Row[Any], status: str, *, turn: int) -> None:
    """Owe a status behind those that were owed before, under a reference of its own. turn: the decision that leads to it."""
    reference = hub.index(f"{row.id}/{row.receipt}/{status}/{turn}", "status-reference")[:LONGEST_REFERENCE]
    fresh = {"reference": reference, "state": "owed", "attempts": 0, "owed_at": hub.clock.now().isoformat()}
    unsent = {"code": None, "first_try_at": None, "next_try_at": None, "sent_at": None}
    if not write.insert_new(status_outbox, {"application": row.id, "status": status, **fresh}):
        same = (status_outbox.c.application == row.id) & (status_outbox.c.status == status)
        write.execute(update(status_outbox).where(same).values(**fresh, **unsent))
