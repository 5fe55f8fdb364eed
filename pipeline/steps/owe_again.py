"""Owe again (再出力): what a format could not take is tried again when that format or its approved substitutions changed."""

import logging

from sqlalchemy import or_, select, update

from pipeline.hub import Hub
from pipeline.journal.delivery_tables import obligations
from pipeline.journal.intake_tables import applications, findings

log = logging.getLogger(__name__)

REFUSALS = ("CHAR_UNMAPPABLE", "OUTPUT_SCHEMA", "TEXT_FORBIDDEN_CHAR", "TEXT_TOO_LONG")
"""What a format says of a value that it cannot take."""


def owe_again(hub: Hub, destination: str) -> int:
    """Put back on the desk what the destination could not take in another state of its format; other destinations are left as they are."""
    version = hub.format_version(destination)
    held = (obligations.c.destination == destination) & (obligations.c.state == "held") & obligations.c.reason.in_(REFUSALS)
    changed = or_(obligations.c.held_by.is_(None), obligations.c.held_by != version)
    ended = (applications.c.stage == "delivered") & (applications.c.disposition == "held") & applications.c.reason.in_(REFUSALS)
    under_way = applications.c.stage.in_(("checked", "released")) & (applications.c.disposition == "open")
    standing = select(applications.c.id).where(applications.c.municipality == hub.code, or_(ended, under_way))
    with hub.journal.write() as write:
        stopped = select(obligations.c.application).where(held, changed, obligations.c.application.in_(standing))
        again = [row.application for row in write.read(stopped.with_for_update())]
        if not again:
            return 0
        mine = findings.c.place.startswith(f"{destination}: ", autoescape=True)
        write.execute(findings.delete().where(findings.c.application.in_(again), findings.c.step == "release", mine))
        owed = update(obligations).where(held, obligations.c.application.in_(again))
        write.execute(owed.values(state="owed", reason=None, held_by=None))
        back = {"stage": "checked", "disposition": "open", "reason": None, "disposed_on": hub.clock.today().isoformat()}
        write.execute(update(applications).where(applications.c.id.in_(again)).values(**back))
        write.leaf("applications_owed_again", destination=destination, applications=len(again), version=version)
    log.info("applications_owed_again", extra={"destination": destination, "applications": len(again)})
    return len(again)
