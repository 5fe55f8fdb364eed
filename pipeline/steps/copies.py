"""Copies out (副本登録): the differences of every kind go to the intermediate server; what an earlier run left is finished first."""

import logging

from sqlalchemy import select

from connectors.errors import PermanentError, TransientError
from connectors.intermediate import IntermediateClient
from pipeline.alarms import raise_alarm
from pipeline.errors import EvidenceBroken
from pipeline.hub import Hub
from pipeline.journal.copy_tables import copy_items
from pipeline.sync import accepted, requests
from pipeline.sync.announced import layout_agrees
from pipeline.sync.lane import person_index
from pipeline.sync.requests import Night, Request, make_request, open_request, send_request
from pipeline.sync.results import take_result
from pipeline.sync.server import server_of
from pipeline.sync.window import must_stop

log = logging.getLogger(__name__)

Stops = list[PermanentError | EvidenceBroken]


def copies(hub: Hub) -> dict[str, int]:
    """Make and send tonight's requests. A kind that is stopped leaves the others running.

    Returns how many kinds were sent, in_step, stopped (drift limit, or a person must act), without ledger in the layout of the day, taken
    in another layout by the server, postponed; or skipped outside the night.
    Raises PermanentError or EvidenceBroken at the end for kinds that a person must set right first.
    """
    setting = hub.municipality.copies
    if setting is None or must_stop(hub, setting.window):
        log.info("copies_skipped", extra={"municipality": hub.code})
        return {"skipped": 1}
    counts = dict.fromkeys(("sent", "in_step", "stopped", "no_ledger", "other_layout", "postponed"), 0)
    stops: Stops = []
    with hub.journal.alone(f"copies/{hub.code}") as mine, server_of(hub) as server:
        if not mine:
            return {"skipped": 1}
        accepted.discard_unnamed(hub)
        requests.discard_unnamed(hub)
        night = requests.night_of_copies(hub, setting)
        for kind in setting.kinds:
            counts[_work_guarded(hub, server, kind, night, stops)] += 1
    log.info("copies_ended", extra=counts)
    if stops:
        raise stops[0]
    return counts


def _work_guarded(hub: Hub, server: IntermediateClient, kind: str, night: Night, stops: Stops) -> str:
    if must_stop(hub, night.setting.window):
        return "postponed"
    try:
        return _work(hub, server, kind, night)
    except TransientError as error:
        log.warning("copies_postponed", extra={"kind": kind, "problem": error.problem})
        return "postponed"
    except (PermanentError, EvidenceBroken) as error:
        note_stopped(hub, kind, error)
        stops.append(error)
        return "stopped"


def note_stopped(hub: Hub, kind: str, error: PermanentError | EvidenceBroken) -> None:
    """Say that nothing of a kind goes on before a person acted."""
    with hub.journal.write() as write:
        if isinstance(error, EvidenceBroken):
            raise_alarm(hub, write, kind="EVIDENCE_BROKEN", subject=f"copies/{kind}")
        else:
            raise_alarm(hub, write, kind="COPY_REQUEST_REFUSED", subject=kind)
        write.leaf("copies_stopped", kind=kind, error=type(error).__name__)
    log.error("copies_stopped", extra={"kind": kind, "problem": str(error)})


def _work(hub: Hub, server: IntermediateClient, kind: str, night: Night) -> str:
    request = open_request(hub, kind)
    if request is not None and request.state != "made":
        take_result(hub, server, request, night.date)
        request = open_request(hub, kind)
    if request is None:
        if not layout_agrees(hub, kind):
            return "other_layout"
        outcome = make_request(hub, hub.catalogue.copies[kind], night)
        if outcome != "made":
            return outcome
        request = open_request(hub, kind)
    if request is None or _names_unflagged(hub, request, night):
        return "postponed"
    return "sent" if send_request(hub, server, request, window=night.setting.window) else "postponed"


def _names_unflagged(hub: Hub, request: Request, night: Night) -> bool:
    """Whether a request of an earlier night names somebody who came under protection since then, and is not flagged yet."""
    persons = {person_index(hub, atena) for atena in night.unflagged}
    if not persons or request.state != "made":
        return False
    named = select(copy_items.c.atena_index).where(copy_items.c.request == request.id, copy_items.c.operation != "3")
    return any(row.atena_index in persons for row in hub.journal.rows(named.distinct()))
