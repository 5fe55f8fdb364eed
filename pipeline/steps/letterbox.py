"""Digital letter-boxes (民間送達サービス): consents and openings come in, owed documents go out, and who does not consent gets paper."""

import logging

from connectors.letterbox import LetterboxClient
from pipeline.hub import Hub
from pipeline.letterbox.feeds import read_consents, read_openings
from pipeline.letterbox.sending import CHANNEL, pass_all_on, send_deliveries
from pipeline.notices.circuit import waiting
from pipeline.notices.sending import of_channel
from pipeline.notices.states import NOTICES
from pipeline.settings import LetterboxSetting

log = logging.getLogger(__name__)

COUNTED = ("consents", "openings", "accepted", "undeliverable", "refused", "given_up", "postponed")


def letterbox(hub: Hub) -> dict[str, int]:
    """Read who consents, send in the hours of opening days only, read what was opened. Raises ConnectorError for what needs a person."""
    counts = dict.fromkeys(COUNTED, 0)
    setting = hub.municipality.letterbox
    with hub.journal.alone(f"letterbox/{hub.code}") as alone:
        if alone and setting is None:
            pass_all_on(hub)
        elif alone and setting is not None:
            with LetterboxClient(hub.http(setting.connection)) as server:
                # Who cannot be asked what was taken back is not relied upon: without the consents nothing is sent.
                counts["consents"] = read_consents(hub, setting.connection, server)
                counts |= _send(hub, setting, server)
                counts["openings"] = read_openings(hub, server)
    log.info("letterbox_ended", extra=counts)
    return counts


def _send(hub: Hub, setting: LetterboxSetting, server: LetterboxClient) -> dict[str, int]:
    now = hub.clock.now()
    if hub.opening.is_open(now.date()) and setting.hours.holds(now.time()):
        return send_deliveries(hub, server)
    return {"postponed": waiting(hub, NOTICES, of_channel(hub, CHANNEL))}
