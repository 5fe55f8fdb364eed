"""Take in the municipality's own side of exchanges (自団体側の記録の取込)."""

import logging

from pipeline.exchange.own import take_in_sources
from pipeline.hub import Hub

log = logging.getLogger(__name__)


def own_exchanges(hub: Hub) -> dict[str, int]:
    """Every finished day of every declared source that is new or was corrected. Raises SettingError."""
    with hub.journal.alone(f"own-exchanges/{hub.code}") as mine:
        counts = take_in_sources(hub) if mine else {"skipped": 1}
    log.info("own_exchanges_taken", extra=counts)
    return counts
