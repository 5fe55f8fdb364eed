"""Alarms (警報): one for each cause, counted up when it comes again, shown on the page of the day."""

from sqlalchemy import update

from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.evidence_tables import alarms


def raise_alarm(hub: Hub, write: Write, *, kind: str, subject: str) -> None:
    """Raise an alarm about a subject (an id, a file or group name; never a resident's value)."""
    now = hub.clock.now().isoformat()
    row = {"municipality": hub.code, "kind": kind, "subject": subject[:160], "first_at": now, "last_at": now, "times": 1}
    if not write.insert_new(alarms, row):
        same = (alarms.c.municipality == hub.code) & (alarms.c.kind == kind) & (alarms.c.subject == subject[:160])
        write.execute(update(alarms).where(same).values(last_at=now, times=alarms.c.times + 1))
