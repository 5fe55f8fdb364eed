"""Operating state (稼働状態, SYM 20212): asked before the night's work; what it says decides whether the other steps begin."""

import logging

from sqlalchemy import select, update

from connectors.intermediate_records import OperatingState
from pipeline.hub import Hub
from pipeline.journal.server_tables import server_states
from pipeline.sync.server import server_of
from pipeline.sync.window import night_at, text_of_stops, window_of

log = logging.getLogger(__name__)


def operating_state(hub: Hub) -> dict[str, int]:
    """Ask and remember; outside the declared hours nothing is asked. Returns {"running": 1}, {"closing": 1}, {"stopped": 1} or skipped."""
    now = hub.clock.now()
    if not night_at(window_of(hub), now).holds(now):
        log.info("night_not_begun", extra={"municipality": hub.code})
        return {"skipped": 1}
    with server_of(hub) as server:
        seen = server.operating_state()
    remember(hub, seen)
    return {seen.state: 1}


def remember(hub: Hub, seen: OperatingState) -> None:
    """Keep what the server said as the last that is known."""
    until = seen.until.isoformat() if seen.until else None
    values = {"state": seen.state, "until": until, "stops": text_of_stops(seen), "seen_at": hub.clock.now().isoformat()}
    before = next(iter(hub.journal.rows(select(server_states).where(server_states.c.municipality == hub.code))), None)
    if before is not None and all(getattr(before, key) == value for key, value in values.items()):
        return
    with hub.journal.write() as write:
        if not write.insert_new(server_states, {"municipality": hub.code, **values}):
            write.execute(update(server_states).where(server_states.c.municipality == hub.code).values(**values))
        write.leaf("operating_state_seen", state=seen.state, until=until, stops=len(seen.stops))
