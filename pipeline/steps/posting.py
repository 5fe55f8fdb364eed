"""Posting step (消込用データの引継ぎ) and the page of the accounting officer (会計課), drawn when everything of the morning is known."""

import logging

from pipeline.hub import Hub
from pipeline.payments.posting import hand_over, make_file, owed_postings
from pipeline.payments.report import write_report

log = logging.getLogger(__name__)


def posting(hub: Hub) -> dict[str, int]:
    """Make a file of what is owed to the receipts system, deliver every file that is not there yet, and draw the page.

    Raises TransientError or PermanentError of the receipts system's folder; the page is drawn all the same.
    """
    counts: dict[str, int] = {}
    setting = hub.municipality.payments
    with hub.journal.alone(f"payments/{hub.code}") as mine:
        if mine and setting is not None:
            owed = owed_postings(hub)
            if owed:
                make_file(hub, owed)
            try:
                counts = {"posted": len(owed), "delivered": hand_over(hub, setting.posting)}
            finally:
                write_report(hub)
    log.info("step_ended", extra={"step": "posting", **counts})
    return counts
