"""Claims step (調定・納入通知の取込み): takes in what is owed and owes 納付のご案内 for it."""

import logging

from pipeline.hub import Hub
from pipeline.payments.claims import take_claims
from pipeline.payments.notices import owe_payment_notices

log = logging.getLogger(__name__)


def claims(hub: Hub) -> dict[str, int]:
    """Take in the newest extract and owe notices. Raises PermanentError when the folder cannot be read."""
    counts: dict[str, int] = {}
    setting = hub.municipality.payments
    with hub.journal.alone(f"payments/{hub.code}") as mine:
        if mine and setting is not None:
            counts = take_claims(hub, setting.claims)
            counts["notices"] = owe_payment_notices(hub)
    log.info("step_ended", extra={"step": "claims", **counts})
    return counts
