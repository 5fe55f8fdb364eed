"""Answers to questionnaires (アンケートの回答): fetched from the notice interface, made into seats, and laid out for the section."""

import logging

from connectors.notices import NoticeClient
from pipeline.campaigns.answers import take_answers
from pipeline.campaigns.slot_lists import write_slot_lists
from pipeline.hub import Hub

log = logging.getLogger(__name__)


def answers_of_notices(hub: Hub) -> dict[str, int]:
    """Take in what residents answered. One worker at a time reads; a municipality that never asked anything calls nobody."""
    counts = {"booked": 0, "cancelled": 0, "full": 0, "late": 0, "superseded": 0, "unknown": 0, "unclear": 0, "repeated": 0}
    kinds = write_slot_lists(hub)
    if not kinds:
        return counts
    with hub.journal.alone(f"answers/{hub.code}") as mine, NoticeClient(hub.http(hub.municipality.notices.connection)) as server:
        counts |= take_answers(hub, server) if mine else {}
    write_slot_lists(hub)
    log.info("answers_of_notices_ended", extra=counts)
    return counts
