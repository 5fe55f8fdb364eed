"""Release (出力): accepted records become the bytes of each destination; the bytes are opened again before anything leaves (P3)."""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, Select, exists, select, update

from mappings.layouts import Format
from mappings.procedure import Procedure
from mappings.records import Context, FileBytes, Table, Written
from mappings.release import subjects
from mappings.release import write as lay_out
from pipeline.alarms import raise_alarm
from pipeline.faults import fault_point
from pipeline.hub import Hub
from pipeline.inbox_files import Stored
from pipeline.journal.database import Write
from pipeline.journal.tables import applications, batch_items, batches, findings, losses, obligations, persons
from pipeline.records import join_tables, load_tables
from pipeline.steps.deliver import batch_context
from vocabulary.findings import Finding, Refused

log = logging.getLogger(__name__)


class NothingOwedError(Exception):
    """Another worker released the same applications first; the transaction is given back."""


def release(hub: Hub) -> dict[str, int]:
    """Release what accepted applications owe to their destinations."""
    counts = {"files": 0, "applications": 0, "held": 0}
    for destination in hub.municipality.destinations:
        for procedure in hub.municipality.procedures:
            while owed := _owed(hub, destination, procedure):
                try:
                    done = release_chunk(hub, destination, hub.procedure(procedure), owed)
                except NothingOwedError:
                    continue
                for key, value in done.items():
                    counts[key] += value
    _advance(hub)
    log.info("step_ended", extra={"step": "release", **counts})
    return counts


def _owed_statement(hub: Hub, destination: str, procedure: str) -> Select[Any]:
    accepted = (applications.c.municipality == hub.code) & (applications.c.stage == "checked") & (applications.c.disposition == "open")
    waiting = (obligations.c.destination == destination) & (obligations.c.state == "owed")
    joined = select(applications, obligations.c.generation).join(obligations, obligations.c.application == applications.c.id)
    most = hub.destination(destination).max_applications
    return (
        joined.where(accepted, waiting, applications.c.procedure == procedure)
        .order_by(applications.c.arrived_at, applications.c.id)
        .limit(most)
    )


def _owed(hub: Hub, destination: str, procedure: str) -> list[Row[Any]]:
    return hub.journal.rows(_owed_statement(hub, destination, procedure))


def release_chunk(hub: Hub, destination: str, procedure: Procedure, expected: Sequence[Row[Any]]) -> dict[str, int]:
    """Lay out one chunk in one transaction. The counter's row lock keeps a second worker from releasing the same applications."""
    tables_of = load_tables(hub, [row.id for row in expected])
    with hub.journal.write() as write:
        day = hub.clock.today()
        sequence = write.next_number(f"file/{hub.code}/{destination}/{day}")
        rows = [row for row in write.read(_owed_statement(hub, destination, procedure.id)) if row.id in tables_of]
        if not rows:
            raise NothingOwedError
        format_ = hub.catalogue.formats[hub.destination(destination).format]
        context = Context(hub.code, procedure.business, procedure.short, day, sequence)
        tables: Mapping[str, Table] = join_tables([tables_of[row.id] for row in rows])
        written = lay_out(format_, tables, context)
        refused = dict(written.refused)
        kept = {row.id: row for row in rows if row.id not in refused}
        if not passes_gate(write, format_, written, kept):
            return _stop(hub, write, destination, rows)
        for file in written.files:
            _enter_file(hub, write, destination, format_, file, kept)
        _enter_losses(hub, write, destination, format_, written)
        for application, finding in refused.items():
            _hold(write, application, destination, finding)
        for application, row in kept.items():
            _mark(write, application, destination, row.generation)
        write.leaf(
            "files_released",
            destination=destination,
            sequence=sequence,
            files=len(written.files),
            applications=len(kept),
            held=len(refused),
        )
    return {"files": len(written.files), "applications": len(kept), "held": len(refused)}


def passes_gate(write: Write, format_: Format, written: Written, kept: Mapping[int, Row[Any]]) -> bool:
    """Open the finished bytes again: every record speaks of an application of this chunk, and of nobody but that application's people."""
    people: dict[str, set[str]] = {row.receipt: set() for row in kept.values()}
    receipt_of = {application: row.receipt for application, row in kept.items()}
    for person in write.read(select(persons.c.application, persons.c.atena).where(persons.c.application.in_(list(kept)))):
        people[receipt_of[person.application]].add(person.atena)
    for file in written.files:
        try:
            named = subjects(format_, file.data)
        except Refused:
            return False
        meant = {receipt_of.get(span.application) for span in file.spans}
        if {receipt for receipt, _ in named} != meant:
            return False
        if any(not found or not found <= people[receipt] for receipt, found in named):
            return False
    return True


def _stop(hub: Hub, write: Write, destination: str, rows: Sequence[Row[Any]]) -> dict[str, int]:
    for row in rows:
        _hold(write, row.id, destination, Finding("SUBJECT_MISMATCH", where=destination))
    raise_alarm(hub, write, kind="SUBJECT_MISMATCH", subject=destination)
    write.leaf("release_stopped", destination=destination, applications=len(rows))
    log.error("release_stopped", extra={"destination": destination, "applications": len(rows)})
    return {"files": 0, "applications": 0, "held": len(rows)}


def _enter_file(hub: Hub, write: Write, destination: str, format_: Format, file: FileBytes, kept: Mapping[int, Row[Any]]) -> None:
    stored = hub.store.put(file.data, context=batch_context(hub.code, destination, file.name))
    fault_point("release.file_stored")
    batch = write.execute(batches.insert().values(**_batch_row(hub, destination, format_, file, stored))).inserted_primary_key[0]
    items = [
        {
            "batch": batch,
            "application": span.application,
            "destination": destination,
            "record_kind": span.record_kind,
            "ordinal": span.ordinal,
            "generation": kept[span.application].generation,
            "offset": span.offset,
            "length": span.length,
            "digest": hashlib.sha256(file.data[span.offset : span.offset + span.length]).hexdigest(),
        }
        for span in file.spans
    ]
    write.insert_many(batch_items, items)
    write.leaf("file_released", batch=batch, destination=destination, name=file.name, digest=stored.digest, records=len(items))


def _batch_row(hub: Hub, destination: str, format_: Format, file: FileBytes, stored: Stored) -> dict[str, Any]:
    return {
        "municipality": hub.code,
        "destination": destination,
        "format": format_.id,
        "day": hub.clock.today().isoformat(),
        "name": file.name,
        "digest": stored.digest,
        "size": stored.size,
        "records": len(file.spans),
        "blob": stored.path,
        "state": "released",
    }


def _enter_losses(hub: Hub, write: Write, destination: str, format_: Format, written: Written) -> None:
    """The loss ledger (縮退記録): every approved substitution that was made."""
    if not written.losses:
        return
    named = {file.name for file in written.files}
    known = write.read(
        select(batches.c.id).where(batches.c.municipality == hub.code, batches.c.destination == destination, batches.c.name.in_(named))
    )
    batch = min(row.id for row in known)
    rows = [
        {
            "batch": batch,
            "application": loss.application,
            "place": loss.where,
            "source": loss.source,
            "target": loss.target,
            "times": loss.times,
            "approved": format_.spec.gaiji.approved,
        }
        for loss in written.losses
    ]
    write.insert_many(losses, rows)


def _hold(write: Write, application: int, destination: str, finding: Finding) -> None:
    owed = (obligations.c.application == application) & (obligations.c.destination == destination) & (obligations.c.state == "owed")
    write.execute(update(obligations).where(owed).values(state="held", reason=finding.code))
    row = {
        "application": application,
        "step": "release",
        "code": finding.code,
        "place": f"{destination}: {finding.where}"[:200],
        "rule": finding.rule,
        "severity": finding.severity.value,
        "detail": finding.detail[:200],
    }
    write.insert_many(findings, [row])


def _mark(write: Write, application: int, destination: str, generation: int) -> None:
    same = (
        (obligations.c.application == application) & (obligations.c.destination == destination) & (obligations.c.generation == generation)
    )
    write.execute(update(obligations).where(same).values(state="released"))


def _advance(hub: Hub) -> None:
    """Applications that owe nothing more to be laid out have left the desk of this step."""
    checked = (applications.c.municipality == hub.code) & (applications.c.stage == "checked") & (applications.c.disposition == "open")
    still = exists().where(obligations.c.application == applications.c.id, obligations.c.state == "owed")
    some = exists().where(obligations.c.application == applications.c.id)
    with hub.journal.write() as write:
        moved = write.execute(update(applications).where(checked, some, ~still).values(stage="released")).rowcount
        if moved:
            write.leaf("applications_released", municipality=hub.code, applications=moved)
