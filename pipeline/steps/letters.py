"""Letters (郵送): notices that no digital way delivered become PDF for the section that posts them, each once."""

import logging

from pipeline.hub import Hub
from pipeline.letters.mail_list import write_mail_list
from pipeline.letters.making import make_letter, waiting_for_paper
from pipeline.letters.withdrawing import withdraw_letters
from pipeline.notices.exclusions import reasons_not_to_send

log = logging.getLogger(__name__)


def letters(hub: Hub) -> dict[str, int]:
    """Make a letter for every notice that waits for paper, then the day's list and batch print."""
    counts = {"made": 0, "stopped": 0, "held": 0}
    with hub.journal.alone(f"letters/{hub.code}") as mine:
        if mine:
            counts["stopped"] += withdraw_letters(hub)
        waiting = waiting_for_paper(hub) if mine else []
        excluded = reasons_not_to_send(hub, waiting)
        for notice in waiting:
            counts[make_letter(hub, notice, excluded.get(notice.id))] += 1
        if counts["made"]:
            write_mail_list(hub, hub.clock.today().isoformat())
    log.info("step_ended", extra={"step": "letters", **counts})
    return counts
