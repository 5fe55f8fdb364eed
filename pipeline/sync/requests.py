"""Request files to the intermediate server (DBM 20113): made from the differences of a kind, sealed and entered, then sent part by part.

A kind has at most one request whose answer is open. The same ledger in the same night makes the same request, and a request that was
stopped anywhere goes on where it stopped: a part that was sent twice has no second effect.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select, update

from connectors.intermediate import IntermediateClient
from connectors.intermediate_records import Part
from mappings.copies import CopyKind
from pipeline.faults import fault_point
from pipeline.hours import Window
from pipeline.hub import Hub
from pipeline.journal.copy_tables import copy_items, copy_requests, copy_states
from pipeline.journal.database import Write
from pipeline.night_settings import CopiesSetting
from pipeline.sync.accepted import accepted_files, lines_towards, mark_fresh
from pipeline.sync.choice import Choice
from pipeline.sync.currents import Current, current_lines, current_of
from pipeline.sync.difference import differences
from pipeline.sync.drift import end_drift, lets_through, open_drift, stop_for_drift
from pipeline.sync.lane import key_index, open_troubles, person_index, settle_troubles
from pipeline.sync.protected import unflagged_persons
from pipeline.sync.request_file import FileRecord, parts_of, records_of
from pipeline.sync.sealed_lines import LineFile, LineStore
from pipeline.sync.window import must_stop, night_of
from pipeline.sync.withheld import withholding_changes, write_withheld

log = logging.getLogger(__name__)

Request = Row[Any]


@dataclass(frozen=True, slots=True)
class Night:
    """What the making of requests needs to know of the night. date: ISO day of its evening."""

    date: str
    setting: CopiesSetting
    unflagged: frozenset[str]


def night_of_copies(hub: Hub, setting: CopiesSetting) -> Night:
    """The present night; who is protected and not flagged is read once for all kinds."""
    return Night(night_of(hub, setting.window).isoformat(), setting, unflagged_persons(hub))


def request_store(hub: Hub) -> LineStore:
    """Where request files lie; they are kept."""
    return LineStore(hub.root.folder / "copies" / "requests" / hub.code, hub.sealing)


def purpose_of(hub: Hub, kind: str) -> str:
    """What binds the seal of a request file."""
    return f"copies/{hub.code}/request/{kind}"


def open_request(hub: Hub, kind: str) -> Request | None:
    """The request of a kind whose answer is open."""
    mine = (copy_requests.c.municipality == hub.code) & (copy_requests.c.kind == kind) & (copy_requests.c.state != "answered")
    return next(iter(hub.journal.rows(select(copy_requests).where(mine))), None)


def make_request(hub: Hub, kind: CopyKind, night: Night) -> str:
    """Make the request of a kind for tonight.

    Returns made; in_step when nothing is to be sent; stopped by the drift limit; no_ledger without an extract in the layout of the day.
    """
    current = current_of(hub, kind.id)
    layout = kind.layout_on(hub.clock.today())
    if current is None or layout is None or layout.version != current.layout:
        log.warning("copies_without_ledger", extra={"kind": kind.id, "layout": layout.version if layout else ""})
        return "no_ledger"
    choice = Choice(
        hub, kind, layout, night.date, open_troubles(hub, kind.id), night.unflagged, slice_size=night.setting.switch_records
    )
    found = differences(lines_towards(hub, kind, layout.version), current_lines(hub, current), key=len(kind.key))
    parts = parts_of(kind, layout, choice.chosen(found), records=night.setting.part_records)
    file = request_store(hub).write_blocks(parts, purpose=purpose_of(hub, kind.id))
    accepted = sum(one.lines for one in accepted_files(hub, kind.id).values())
    if not lets_through(open_drift(hub, kind.id), night.setting.drift, choice.drifting, accepted):
        request_store(hub).discard(file.path)
        stop_for_drift(hub, kind.id, night=night.date, changes=choice.drifting, accepted=accepted)
        return "stopped"
    if not file.lines:
        request_store(hub).discard(file.path)
        _note_in_step(hub, choice, current)
        return "in_step"
    _enter(hub, choice, current, file, parts=-(-file.lines // night.setting.part_records))
    return "made"


def _note_in_step(hub: Hub, choice: Choice, current: Current) -> None:
    """Nothing is to be sent: what was in trouble and no longer differs ends, and the copies are as fresh as the ledger."""
    states = (copy_states.c.municipality == hub.code) & (copy_states.c.kind == choice.kind.id) & (copy_states.c.layout == current.layout)
    seen = hub.journal.rows(select(copy_states.c.as_of).where(states))
    drift = open_drift(hub, choice.kind.id)
    stale = any(row.as_of != current.as_of for row in seen)
    if not (stale or choice.ended or drift or withholding_changes(hub, choice)):
        return
    with hub.journal.write() as write:
        mark_fresh(hub, write, choice.kind.id, current.layout, current.as_of)
        settled = _settle(hub, write, choice)
        write.leaf("copies_in_step", kind=choice.kind.id, as_of=current.as_of, settled=settled)


def _settle(hub: Hub, write: Write, choice: Choice, *, records: int = 0) -> int:
    """End what ends with this choice: troubles, a stop by the drift limit, records that waited for flags."""
    drift = open_drift(hub, choice.kind.id)
    if drift is not None:
        end_drift(write, drift, used=drift.state == "approved" and records > 0)
    write_withheld(hub, write, choice)
    return settle_troubles(write, choice.ended)


def _enter(hub: Hub, choice: Choice, current: Current, file: LineFile, *, parts: int) -> None:
    kind, layout = choice.kind.id, choice.layout.version
    request_id = hub.index(f"{kind}/{layout}/{choice.night}/{_place(hub, choice)}/{file.digest}", "copy-request")[:32].upper()
    row = {
        "request_id": request_id,
        "municipality": hub.code,
        "kind": kind,
        "layout": layout,
        "night": choice.night,
        "as_of": current.as_of,
        "parts": parts,
        "sent_parts": 0,
        "records": file.lines,
        "digest": file.digest,
        "blob": file.path,
        "state": "made",
        "made_at": hub.clock.now().isoformat(),
    }
    with hub.journal.write() as write:
        request = write.insert_row(copy_requests, row)
        settled = _settle(hub, write, choice, records=file.lines)
        for block in request_store(hub).blocks(file, purpose=purpose_of(hub, kind)):
            records = records_of(choice.kind, choice.layout, block)
            write.insert_many(copy_items, [_item(hub, choice, request, record) for record in records])
        counts = {"records": file.lines, "moved": choice.moved, "left": choice.left, "withheld": len(choice.withheld)}
        write.leaf("copy_request_made", request=request_id, kind=kind, layout=layout, parts=parts, settled=settled, **counts)


def _place(hub: Hub, choice: Choice) -> int:
    """How many requests of the kind were answered in this night: what a person has sent once more is a request of its own."""
    mine = (copy_requests.c.municipality == hub.code) & (copy_requests.c.kind == choice.kind.id) & (copy_requests.c.night == choice.night)
    return int(hub.journal.scalar(select(func.count()).select_from(copy_requests).where(mine)))


def _item(hub: Hub, choice: Choice, request: int, record: FileRecord) -> dict[str, Any]:
    index = key_index(hub, choice.kind.id, record.change.key)
    trouble = choice.taken_up.get(index)
    waited = trouble is not None and trouble.state == "waiting"
    return {
        "request": request,
        "record_id": record.record_id,
        "operation": record.change.operation,
        "atena_index": person_index(hub, record.atena),
        "key_index": index,
        "line_digest": choice.digest(record.change),
        "state": "sent",
        "tries": trouble.tries + 1 if trouble is not None and waited else 1,
        "since": trouble.since if trouble is not None and waited else choice.night,
    }


def file_of(request: Request) -> LineFile:
    """The sealed file of a request."""
    return LineFile(request.blob, request.digest, request.records)


def records_in(hub: Hub, request: Request) -> Iterator[FileRecord]:
    """The records of a request, by rising key. Raises EvidenceBroken."""
    kind = hub.catalogue.copies[request.kind]
    for block in request_store(hub).blocks(file_of(request), purpose=purpose_of(hub, request.kind)):
        yield from records_of(kind, kind.layout(request.layout), block)


def send_request(hub: Hub, server: IntermediateClient, request: Request, *, window: Window) -> bool:
    """Send the parts that are left. False when the night ends before the last one. Raises TransientError or PermanentError."""
    blocks = request_store(hub).blocks(file_of(request), purpose=purpose_of(hub, request.kind))
    for number, content in enumerate(blocks, 1):
        if number <= request.sent_parts:
            continue
        if must_stop(hub, window):
            return False
        part = Part(request.request_id, request.kind, request.layout, hub.code, number, request.parts, content)
        fault_point("copy_part.before_call")
        server.send_part(part)
        fault_point("copy_part.after_call")
        _note_sent(hub, request, number)
    return True


def _note_sent(hub: Hub, request: Request, number: int) -> None:
    state = "sent" if number == request.parts else "made"
    with hub.journal.write() as write:
        before = (copy_requests.c.id == request.id) & (copy_requests.c.sent_parts == number - 1)
        if write.execute(update(copy_requests).where(before).values(sent_parts=number, state=state)).rowcount:
            write.leaf("copy_part_sent", request=request.request_id, kind=request.kind, part=number, parts=request.parts)


def send_again(hub: Hub, request: Request) -> None:
    """Have every part sent again: the server does not know the request, or not all of it."""
    with hub.journal.write() as write:
        same = (copy_requests.c.id == request.id) & (copy_requests.c.state != "answered")
        if write.execute(update(copy_requests).where(same).values(sent_parts=0, state="made")).rowcount:
            write.leaf("copy_request_lost", request=request.request_id, kind=request.kind)


def discard_unnamed(hub: Hub) -> int:
    """Delete request files that a stop left before the journal named them."""
    named = hub.journal.rows(select(copy_requests.c.blob).where(copy_requests.c.municipality == hub.code))
    return request_store(hub).discard_all_but(row.blob for row in named)
