"""Cases in (案件の取込み): what receiving systems hold open or have decided, from whichever way it came."""

import logging

from pipeline.elsewhere import compare_again, take_cases
from pipeline.hub import Hub
from pipeline.repeats import CASE

log = logging.getLogger(__name__)


def take_in_cases(hub: Hub) -> dict[str, int]:
    """The newest extract of every receiving system that declares one. Raises PermanentError when a folder cannot be read."""
    counts = {"files": 0, "rows": 0, "refused": 0}
    declared = {name: setting.cases for name, setting in hub.municipality.destinations.items() if setting.cases}
    with hub.journal.alone(f"receiver-cases/{hub.code}") as mine:
        for name, connection in declared.items() if mine else ():
            taken = take_cases(hub, name, connection)
            counts = {key: counts[key] + taken[key] for key in counts}
        if mine and declared:
            compare_again(hub, CASE)
    log.info("receiver_cases_taken", extra=counts)
    return counts
