"""Matching step (収納の突合): what does not fit becomes a work item with an owner."""

import logging
from collections import Counter

from pipeline.hub import Hub
from pipeline.payments.figures import all_verdicts
from pipeline.payments.items import renew_items

log = logging.getLogger(__name__)


def payments_match(hub: Hub) -> dict[str, int]:
    """Judge every row anew and renew the work items."""
    counts: dict[str, int] = {}
    with hub.journal.alone(f"payments/{hub.code}") as mine:
        if mine and hub.municipality.payments is not None:
            counts = {**Counter(one.word for one in all_verdicts(hub)), **renew_items(hub)}
    log.info("step_ended", extra={"step": "payments_match", **counts})
    return counts
