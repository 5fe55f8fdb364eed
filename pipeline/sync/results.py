"""Results of request files (DBM 20314), applied record by record: only they change what counts as accepted.

A result that cannot belong to the request is held (保留): nothing of it is applied, an alarm says so, and a later run asks again.
"""

import hashlib
import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import and_, bindparam, select, update

from connectors.intermediate import IntermediateClient, OtherRequestError
from connectors.intermediate_records import RecordResult
from pipeline.alarms import raise_alarm
from pipeline.faults import fault_point
from pipeline.hub import Hub
from pipeline.journal.copy_tables import copy_items, copy_requests
from pipeline.journal.database import Write
from pipeline.sync import accepted
from pipeline.sync.difference import Change
from pipeline.sync.requests import Request, records_in, send_again
from pipeline.sync.verdicts import Trouble, judge, stands_there

log = logging.getLogger(__name__)

Results = Mapping[str, RecordResult]
Troubles = Mapping[str, Trouble]
"""レコード識別番号 → what the server said, or why the record was not taken."""


class UnfitResultError(ValueError):
    """A result does not fit its request. The text is a constant word for the log."""


def take_result(hub: Hub, server: IntermediateClient, request: Request, night: str) -> str:
    """Ask for the result of a request and apply it. night: ISO day of the evening, from which the next try counts.

    Returns answered; processing; lost when every part has to be sent again; held when the result does not fit. Raises TransientError or
    PermanentError.
    """
    try:
        found = server.request_result(request.request_id)
        fault_point("copy_result.after_call")
        if found.state == "processing":
            return "processing"
        if found.state != "done":
            send_again(hub, request)
            return "lost"
        results = fitting(found.rows, request.records)
    except (OtherRequestError, UnfitResultError) as error:
        _hold(hub, request, type(error).__name__)
        return "held"
    _apply(hub, request, results, _troubles(hub, server, request, results, night))
    return "answered"


def fitting(rows: Sequence[RecordResult], records: int) -> Results:
    """The result of each of so many records; the same row twice is one. Raises UnfitResultError."""
    found: dict[str, RecordResult] = {}
    for row in rows:
        if found.setdefault(row.record_id, row) != row:
            raise UnfitResultError("one record has two results")
    if found.keys() != {f"{number:08d}" for number in range(1, records + 1)}:
        raise UnfitResultError("the records are not those of the request")
    return found


def _hold(hub: Hub, request: Request, why: str) -> None:
    with hub.journal.write() as write:
        unanswered = (copy_requests.c.id == request.id) & copy_requests.c.state.in_(("sent", "held"))
        write.execute(update(copy_requests).where(unanswered).values(state="held"))
        raise_alarm(hub, write, kind="COPY_RESULT_HELD", subject=f"{request.kind}/{request.request_id}")
        write.leaf("copy_result_held", request=request.request_id, kind=request.kind, why=why)
    log.warning("copy_result_held", extra={"kind": request.kind, "request": request.request_id, "why": why})


def _troubles(hub: Hub, server: IntermediateClient, request: Request, results: Results, night: str) -> Troubles:
    """Why records were not taken; a record that already is as it shall be at the server is none of them."""
    bad = [record for record in records_in(hub, request) if not results[record.record_id].good]
    doubtful = [record for record in bad if results[record.record_id].code in {"ALREADY_EXISTS", "NOT_FOUND"}]
    there = stands_there(hub, server, request, doubtful)
    since = _waiting_since(hub, request)
    return {
        record.record_id: judge(hub, results[record.record_id], since.get(record.record_id, request.night), night)
        for record in bad
        if record.record_id not in there
    }


def _waiting_since(hub: Hub, request: Request) -> dict[str, str]:
    """Of the records that waited before this request, the night since which they do."""
    earlier = (copy_items.c.request == request.id) & (copy_items.c.since < request.night)
    return {row.record_id: row.since for row in hub.journal.rows(select(copy_items.c.record_id, copy_items.c.since).where(earlier))}


def _apply(hub: Hub, request: Request, results: Results, troubles: Troubles) -> None:
    kind = hub.catalogue.copies[request.kind]

    def taken() -> Iterator[Change]:
        return (record.change for record in records_in(hub, request) if record.record_id not in troubles)

    files = accepted.files_after(hub, kind, request.layout, taken)
    with hub.journal.write() as write:
        open_now = (copy_requests.c.id == request.id) & copy_requests.c.state.in_(("sent", "held"))
        values = {"state": "answered", "answer_digest": _digest(results), "answered_at": hub.clock.now().isoformat()}
        if write.execute(update(copy_requests).where(open_now).values(**values)).rowcount:
            accepted.name_files(hub, write, kind.id, files)
            accepted.mark_fresh(hub, write, kind.id, request.layout, request.as_of)
            _mark_items(hub, write, request, troubles)
    fault_point("copy_result.applied")
    accepted.discard_unnamed(hub)


def _mark_items(hub: Hub, write: Write, request: Request, troubles: Troubles) -> None:
    rows = [{"of_record": record_id, **trouble.values} for record_id, trouble in troubles.items()]
    of = and_(copy_items.c.request == request.id, copy_items.c.record_id == bindparam("of_record"))
    if rows:
        write.execute(update(copy_items).where(of), rows)
    sent = (copy_items.c.request == request.id) & (copy_items.c.state == "sent")
    write.execute(update(copy_items).where(sent).values(state="accepted"))
    states = Counter(trouble.state for trouble in troubles.values())
    if states["failed"]:
        raise_alarm(hub, write, kind="COPY_RECORDS_FAILED", subject=request.kind)
    counts = {"accepted": request.records - len(troubles), "failed": states["failed"], "waiting": states["waiting"]}
    write.leaf("copy_request_answered", request=request.request_id, kind=request.kind, **counts)


def _digest(results: Results) -> str:
    rows: list[tuple[Any, ...]] = sorted((row.record_id, row.code, row.item) for row in results.values())
    return hashlib.sha256("\n".join("\x1f".join(row) for row in rows).encode()).hexdigest()
