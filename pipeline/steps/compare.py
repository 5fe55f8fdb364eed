"""Full comparison by schedule (全件突合): on the declared weekdays, at the end of the night, every kind of copies."""

import logging

from connectors.errors import TransientError
from pipeline.hub import Hub
from pipeline.night_settings import WEEKDAYS
from pipeline.sync.compare import compare_kind
from pipeline.sync.server import server_of
from pipeline.sync.window import must_stop, night_of

log = logging.getLogger(__name__)


def compare(hub: Hub) -> dict[str, int]:
    """Compare every kind if tonight is a day for it. Returns compared, differences, postponed and without ledger; or skipped."""
    setting = hub.municipality.copies
    if setting is None or must_stop(hub, setting.window) or WEEKDAYS[night_of(hub, setting.window).weekday()] not in setting.compare:
        log.info("compare_skipped", extra={"municipality": hub.code})
        return {"skipped": 1}
    counts = dict.fromkeys(("compared", "differences", "postponed", "no_ledger"), 0)
    with hub.journal.alone(f"copies/{hub.code}") as mine, server_of(hub) as server:
        if not mine:
            return {"skipped": 1}
        for kind in setting.kinds:
            if must_stop(hub, setting.window):
                counts["postponed"] += 1
                continue
            try:
                compared = compare_kind(hub, server, kind)
            except TransientError as error:
                log.warning("compare_postponed", extra={"kind": kind, "problem": error.problem})
                counts["postponed"] += 1
                continue
            counts["compared" if compared else "no_ledger"] += 1
            counts["differences"] += compared.differences if compared else 0
    log.info("compare_ended", extra=counts)
    return counts
