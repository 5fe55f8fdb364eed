"""Expected filings in (提出対象者の取込み): who has to file a 現況届, and what has come of them; then the lists of who has not."""

import logging

from pipeline.expected_filings import match_filings, take_extracts
from pipeline.expected_lists import write_expected_lists
from pipeline.hub import Hub

log = logging.getLogger(__name__)


def take_in_expected_filings(hub: Hub) -> dict[str, int]:
    """The newest extracts, if the municipality declares any. Raises PermanentError when a folder cannot be read."""
    with hub.journal.alone(f"expected/{hub.code}") as mine:
        if not mine or not hub.municipality.expected:
            return {"skipped": 1}
        counts = take_extracts(hub)
        counts |= {"matched": match_filings(hub), "lists": write_expected_lists(hub)}
    log.info("expected_filings_taken", extra=counts)
    return counts
