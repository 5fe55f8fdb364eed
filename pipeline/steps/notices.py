"""The notice channel (お知らせ): what residents are told through the intermediate server, each once, and only with its decision record."""

import logging

from connectors.notices import NoticeClient
from pipeline.hub import Hub
from pipeline.notices.channel import send_owed
from pipeline.notices.circuit import waiting
from pipeline.notices.sending import of_portal
from pipeline.notices.states import NOTICES

log = logging.getLogger(__name__)

COUNTED = ("accepted", "sent", "undeliverable", "refused", "given_up", "postponed")


def send_notices(hub: Hub) -> dict[str, int]:
    """Send what is owed to the portal, in the hours of opening days only.

    Raises PermanentError at the end for what needs a person: a code that no table knows, or settings that the other side refuses.
    """
    now = hub.clock.now()
    counts = dict.fromkeys(COUNTED, 0)
    if not hub.opening.is_open(now.date()) or not hub.municipality.notices.hours.holds(now.time()):
        return {**counts, "postponed": waiting(hub, NOTICES, of_portal(hub))}
    with hub.journal.alone(f"notices/{hub.code}") as alone, NoticeClient(hub.http(hub.municipality.notices.connection)) as server:
        if alone:
            counts |= send_owed(hub, server)
    log.info("notices_ended", extra=counts)
    return counts
