"""Alarms (警報): one for each cause, counted up when it comes again, standing until its cause is gone or a person ends it."""

import logging
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, select, update

from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.evidence_tables import alarms

log = logging.getLogger(__name__)

OF_DESTINATION = ("DESTINATION_UNREACHABLE", "DESTINATION_STOPPED")
"""What a destination that answered again has put right."""


def raise_alarm(hub: Hub, write: Write, *, kind: str, subject: str) -> None:
    """Raise an alarm about a subject (an id, a file or group name; never a resident's value). One that had ended begins anew."""
    now = hub.clock.now().isoformat()
    row = {"municipality": hub.code, "kind": kind, "subject": subject[:160], "first_at": now, "last_at": now, "times": 1}
    if write.insert_new(alarms, row):
        return
    again = {"first_at": now, "last_at": now, "times": 1, "ended_at": None, "ended_by": None}
    if write.execute(update(alarms).where(_of(hub, kind, subject), alarms.c.ended_at.is_not(None)).values(**again)).rowcount == 0:
        write.execute(update(alarms).where(_of(hub, kind, subject)).values(last_at=now, times=alarms.c.times + 1))


def open_alarms(hub: Hub) -> list[Row[Any]]:
    """What stands, the oldest first."""
    standing = (alarms.c.municipality == hub.code) & alarms.c.ended_at.is_(None)
    return hub.journal.rows(select(alarms).where(standing).order_by(alarms.c.first_at, alarms.c.kind, alarms.c.subject))


def end_alarm(hub: Hub, write: Write, *, kind: str, subject: str, act: int | None = None) -> bool:
    """End an alarm that stands. act: of the person who says so, None when the hub sees that the cause is gone. False: none stands."""
    ended = {"ended_at": hub.clock.now().isoformat(), "ended_by": act}
    standing = _of(hub, kind, subject) & alarms.c.ended_at.is_(None)
    if write.execute(update(alarms).where(standing).values(**ended)).rowcount == 0:
        return False
    write.leaf("alarm_ended", municipality=hub.code, kind=kind, subject=subject[:160], act=act)
    return True


def cause_gone(hub: Hub, kinds: Sequence[str], subject: str) -> None:
    """End the alarms of these kinds about a subject; nothing is written where none stands."""
    mine = (alarms.c.municipality == hub.code) & (alarms.c.subject == subject[:160]) & alarms.c.kind.in_(kinds)
    standing = [row.kind for row in hub.journal.rows(select(alarms.c.kind).where(mine, alarms.c.ended_at.is_(None)))]
    if not standing:
        return
    with hub.journal.write() as write:
        for kind in standing:
            end_alarm(hub, write, kind=kind, subject=subject)
    log.info("alarms_ended", extra={"subject": subject, "alarms": len(standing)})


def _of(hub: Hub, kind: str, subject: str) -> ColumnElement[bool]:
    return (alarms.c.municipality == hub.code) & (alarms.c.kind == kind) & (alarms.c.subject == subject[:160])
