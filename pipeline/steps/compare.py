"""Full comparison by schedule (全件突合): on the declared weekdays, at the end of the night, every kind of copies."""

import logging

from connectors.errors import PermanentError, TransientError
from connectors.intermediate import IntermediateClient
from pipeline.alarms import raise_alarm
from pipeline.errors import EvidenceBroken
from pipeline.hub import Hub
from pipeline.night_settings import WEEKDAYS
from pipeline.sync.compare import compare_kind, stands_still
from pipeline.sync.server import server_of
from pipeline.sync.window import must_stop, night_of

log = logging.getLogger(__name__)


def compare(hub: Hub) -> dict[str, int]:
    """Compare every kind if tonight is a day for it. A kind that is stopped leaves the others running.

    Returns compared, unmoved since this night's comparison, differences, postponed, stopped and without ledger; or skipped.
    Raises PermanentError or EvidenceBroken at the end for kinds that a person must set right first.
    """
    setting = hub.municipality.copies
    if setting is None or must_stop(hub, setting.window) or WEEKDAYS[night_of(hub, setting.window).weekday()] not in setting.compare:
        log.info("compare_skipped", extra={"municipality": hub.code})
        return {"skipped": 1}
    counts = dict.fromkeys(("compared", "unmoved", "differences", "postponed", "stopped", "no_ledger"), 0)
    stops: list[PermanentError | EvidenceBroken] = []
    with hub.journal.alone(f"copies/{hub.code}") as mine, server_of(hub) as server:
        if not mine:
            return {"skipped": 1}
        for kind in setting.kinds:
            end, differences = _guarded(hub, server, kind, stops) if not must_stop(hub, setting.window) else ("postponed", 0)
            counts[end] += 1
            counts["differences"] += differences
    log.info("compare_ended", extra=counts)
    if stops:
        raise stops[0]
    return counts


def _guarded(hub: Hub, server: IntermediateClient, kind: str, stops: list[PermanentError | EvidenceBroken]) -> tuple[str, int]:
    """How the comparison of a kind ended, and how many differences it found."""
    if stands_still(hub, kind):
        return "unmoved", 0
    try:
        compared = compare_kind(hub, server, kind)
    except TransientError as error:
        log.warning("compare_postponed", extra={"kind": kind, "problem": error.problem})
        return "postponed", 0
    except (PermanentError, EvidenceBroken) as error:
        log.warning("compare_stopped", extra={"kind": kind, "problem": str(error)})
        stops.append(error)
        return "stopped", 0
    if compared is None:
        return "no_ledger", 0
    if compared.differences > compared.tally.expected:
        with hub.journal.write() as write:
            raise_alarm(hub, write, kind="COPIES_DIFFER", subject=kind)
            write.leaf("copies_differ", kind=kind, differences=compared.differences, expected=compared.tally.expected)
    return "compared", compared.differences
