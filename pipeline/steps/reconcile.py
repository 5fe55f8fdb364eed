"""Reconcile the records of exchange with the municipality's own side (情報提供等記録の突合)."""

import logging

from pipeline.exchange.reconcile import reconcile_exchanges
from pipeline.hub import Hub

log = logging.getLogger(__name__)


def reconcile(hub: Hub) -> dict[str, int]:
    """Compare and keep the anomalies; nothing outside is asked. Raises SettingError."""
    with hub.journal.alone(f"reconcile/{hub.code}") as mine:
        counts = reconcile_exchanges(hub) if mine else {"skipped": 1}
    log.info("exchanges_reconciled", extra=counts)
    return counts
