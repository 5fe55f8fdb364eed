"""Masters (マスタ更新情報, SCM 30112): which layouts the intermediate server takes, beside those that the copies are declared in."""

import json
import logging
from collections.abc import Mapping
from datetime import datetime, time

from sqlalchemy import select, update

from connectors.intermediate_records import Masters
from pipeline.alarms import raise_alarm
from pipeline.hub import Hub
from pipeline.journal.server_tables import server_masters
from pipeline.sync.announced import layouts_differing
from pipeline.sync.server import server_of
from pipeline.sync.window import may_start
from vocabulary.clock import JST

log = logging.getLogger(__name__)


def masters(hub: Hub) -> dict[str, int]:
    """Ask for the layouts, remember them, and raise one alarm for each kind whose declared layout the server does not take today."""
    if not may_start(hub):
        log.info("masters_skipped", extra={"municipality": hub.code})
        return {"skipped": 1}
    with server_of(hub) as server:
        seen = server.masters(datetime.combine(hub.clock.today(), time(0), JST))
    differing = layouts_differing(hub, seen.layouts)
    _remember(hub, seen, differing)
    return {"layouts": len(seen.layouts), "differing": len(differing)}


def _remember(hub: Hub, seen: Masters, differing: Mapping[str, str]) -> None:
    layouts = json.dumps(sorted([one.kind, one.version, one.valid_from.isoformat()] for one in seen.layouts))
    values = {"version": seen.version, "layouts": layouts, "seen_at": hub.clock.now().isoformat()}
    before = next(iter(hub.journal.rows(select(server_masters).where(server_masters.c.municipality == hub.code))), None)
    if before is not None and all(getattr(before, key) == value for key, value in values.items()):
        return
    with hub.journal.write() as write:
        if not write.insert_new(server_masters, {"municipality": hub.code, **values}):
            write.execute(update(server_masters).where(server_masters.c.municipality == hub.code).values(**values))
        for kind, versions in differing.items():
            raise_alarm(hub, write, kind="COPY_LAYOUT_DIFFERS", subject=f"{kind} {versions}")
        write.leaf("masters_seen", version=seen.version, layouts=len(seen.layouts), differing=len(differing))
