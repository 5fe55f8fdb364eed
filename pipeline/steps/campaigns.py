"""Campaigns (一斉のお知らせ): the sheets of the stop list are read first, then the notices of the waves that have come are owed."""

import logging

from pipeline.campaigns.waves import owe_campaigns
from pipeline.hub import Hub
from pipeline.notices.stop_sheets import take_stop_sheets

log = logging.getLogger(__name__)


def campaigns(hub: Hub) -> dict[str, int]:
    """Whom a clerk put on the stop list a moment ago gets nothing from this run."""
    counts = {**take_stop_sheets(hub), **owe_campaigns(hub)}
    log.info("campaigns_ended", extra=counts)
    return counts
