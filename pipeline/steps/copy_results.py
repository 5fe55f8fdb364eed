"""Results in (更新結果取得): what the intermediate server made of tonight's requests, and of earlier ones whose answer is open."""

import logging
import time
from collections import Counter

from connectors.errors import PermanentError, TransientError
from connectors.intermediate import IntermediateClient
from pipeline.errors import EvidenceBroken
from pipeline.hub import Hub
from pipeline.steps.copies import note_stopped
from pipeline.sync.requests import open_request, send_request
from pipeline.sync.results import take_result
from pipeline.sync.server import server_of
from pipeline.sync.window import must_stop, night_of

log = logging.getLogger(__name__)

ROUNDS = 4
"""How often a run asks before it leaves a request to the next run."""
_FIRST_PAUSE = 0.1


def copy_results(hub: Hub) -> dict[str, int]:
    """Ask for every open result, a few times where the server still works on it.

    Returns how many requests were answered, are processing, held or postponed; or skipped outside the night. Raises PermanentError or
    EvidenceBroken at the end for kinds that a person must set right first.
    """
    setting = hub.municipality.copies
    if setting is None or must_stop(hub, setting.window):
        log.info("copy_results_skipped", extra={"municipality": hub.code})
        return {"skipped": 1}
    ends: dict[str, str] = {}
    stops: list[PermanentError | EvidenceBroken] = []
    with hub.journal.alone(f"copies/{hub.code}") as mine, server_of(hub) as server:
        if not mine:
            return {"skipped": 1}
        for left in reversed(range(ROUNDS)):
            for kind in setting.kinds:
                if ends.get(kind, "processing") == "processing" and open_request(hub, kind) is not None:
                    ends[kind] = _ask(hub, server, kind, stops)
            if "processing" not in ends.values() or not left:
                break
            time.sleep(_FIRST_PAUSE * 2 ** (ROUNDS - 1 - left))
    counts = {name: Counter(ends.values())[name] for name in ("answered", "processing", "held", "postponed", "stopped")}
    log.info("copy_results_ended", extra=counts)
    if stops:
        raise stops[0]
    return counts


def _ask(hub: Hub, server: IntermediateClient, kind: str, stops: list[PermanentError | EvidenceBroken]) -> str:
    setting, request = hub.municipality.copies, open_request(hub, kind)
    if setting is None or request is None or request.state == "made" or must_stop(hub, setting.window):
        return "postponed"
    try:
        end = take_result(hub, server, request, night_of(hub, setting.window).isoformat())
        if end != "lost":
            return end
        request = open_request(hub, kind)
        sent = request is not None and send_request(hub, server, request, window=setting.window)
    except TransientError as error:
        log.warning("copy_result_postponed", extra={"kind": kind, "problem": error.problem})
        return "postponed"
    except (PermanentError, EvidenceBroken) as error:
        note_stopped(hub, kind, error)
        stops.append(error)
        return "stopped"
    return "processing" if sent else "postponed"
