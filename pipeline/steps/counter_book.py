"""The counter's book in (窓口受付簿の取込み): what was filed on paper, so that nobody decides the same filing twice."""

import logging

from pipeline.elsewhere import compare_again, take_counter_book
from pipeline.hub import Hub
from pipeline.repeats import COUNTER

log = logging.getLogger(__name__)


def take_in_counter_book(hub: Hub) -> dict[str, int]:
    """The newest book, if the municipality declares one. Raises PermanentError when its folder cannot be read."""
    setting = hub.municipality.counter_book
    with hub.journal.alone(f"counter-book/{hub.code}") as mine:
        if not mine or setting is None:
            return {"skipped": 1}
        counts = take_counter_book(hub, setting.connection)
        # Whether or not there was a new book: a run that was killed in between has left the comparison undone.
        compare_again(hub, COUNTER)
    log.info("counter_book_taken", extra=counts)
    return counts
