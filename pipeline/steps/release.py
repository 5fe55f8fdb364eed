"""Release (出力): accepted records become the bytes of each destination; the bytes are opened again before anything leaves (P3)."""

import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

from sqlalchemy import Row, Select, and_, exists, select, update

from mappings.layouts import Format
from mappings.records import Context, FileBytes, Table, Written
from mappings.release import read, subject_of
from mappings.release import write as lay_out
from pipeline.alarms import raise_alarm
from pipeline.corrections.stops import under_correction
from pipeline.faults import fault_point
from pipeline.hub import Hub
from pipeline.inbox_files import Stored
from pipeline.journal.database import Write
from pipeline.journal.delivery_tables import batch_items, batches, losses, obligations
from pipeline.journal.intake_tables import applications, findings, persons
from pipeline.journal.replay_tables import replay_items
from pipeline.records import Tables, join_tables, load_tables
from pipeline.steps.deliver import batch_context
from pipeline.steps.owe_again import owe_again
from pipeline.steps.worklist import finding_row
from vocabulary.findings import Finding, Refused

log = logging.getLogger(__name__)

Key = tuple[int, str, int]
"""A record: application, group, ordinal."""


AGAIN = ""
"""What stands for a procedure where replays emit again what went out before (再出力)."""


class NothingOwedError(Exception):
    """Another worker released the same applications first; the transaction is given back."""


def release(hub: Hub) -> dict[str, int]:
    """Release what accepted applications owe to their destinations."""
    counts = {"files": 0, "applications": 0, "held": 0}
    for destination in hub.municipality.destinations:
        owe_again(hub, destination)
        for procedure in (*hub.municipality.procedures, AGAIN):
            while owed := _owed(hub, destination, procedure):
                try:
                    done = release_chunk(hub, destination, procedure, owed)
                except NothingOwedError:
                    continue
                for key, value in done.items():
                    counts[key] += value
    _advance(hub)
    log.info("step_ended", extra={"step": "release", **counts})
    return counts


def owed_statement(hub: Hub, destination: str, procedure: str) -> Select[Any]:
    """What was never emitted, of a procedure, or what replays emit again: of all procedures, in the order in which it went out."""
    accepted = (applications.c.municipality == hub.code) & (applications.c.stage == "checked") & (applications.c.disposition == "open")
    waiting = (obligations.c.destination == destination) & (obligations.c.state == "owed")
    same = [replay_items.c[key] == obligations.c[key] for key in ("application", "destination", "generation")]
    replay = replay_items.c.replay
    joined = select(applications, obligations.c.generation, replay).join(obligations, obligations.c.application == applications.c.id)
    of = replay.is_not(None) if procedure == AGAIN else and_(replay.is_(None), applications.c.procedure == procedure)
    most = hub.destination(destination).max_applications
    return (
        joined.outerjoin(replay_items, and_(*same))
        .where(accepted, waiting, of, ~under_correction())
        .order_by(replay, replay_items.c.place, applications.c.arrived_at, applications.c.id)
        .limit(most)
    )


def _owed(hub: Hub, destination: str, procedure: str) -> list[Row[Any]]:
    return _one_after_another(hub.journal.rows(owed_statement(hub, destination, procedure)))


def _one_after_another(rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    """What goes into one file: of one procedure and replay, up to the first that is of another."""
    return list(takewhile(lambda row: (row.procedure, row.replay) == (rows[0].procedure, rows[0].replay), rows))


@dataclass(frozen=True, slots=True)
class Desk:
    """One chunk on its way out: where to, in which format, and the accepted applications (id → row) that stay in it."""

    hub: Hub
    write: Write
    destination: str
    format_: Format
    kept: Mapping[int, Row[Any]]


def release_chunk(hub: Hub, destination: str, of: str, expected: Sequence[Row[Any]]) -> dict[str, int]:
    """Lay out one chunk in one transaction. The counter's row lock keeps a second worker from releasing the same applications.

    of: a procedure, or ``AGAIN``.
    """
    procedure = hub.procedure(expected[0].procedure)
    tables_of = load_tables(hub, [row.id for row in expected])
    format_ = hub.format_of(destination)
    day = hub.clock.today()
    with hub.journal.write() as write:
        sequence = write.next_number(f"file/{hub.code}/{destination}/{day}")
        # Whoever settles a filing that another one replaces takes the same locks.
        still_owed = owed_statement(hub, destination, of).with_for_update(of=obligations)
        rows = [row for row in _one_after_another(write.read(still_owed).all()) if row.id in tables_of]
        if not rows or rows[0].procedure != procedure.id:
            raise NothingOwedError
        context = Context(hub.code, procedure.business, procedure.short, day, sequence)
        tables = join_tables([tables_of[row.id] for row in rows])
        written = lay_out(format_, tables, context)
        refused = dict(written.refused)
        desk = Desk(hub, write, destination, format_, {row.id: row for row in rows if row.id not in refused})
        if not passes_gate(desk, tables, written):
            return _stop(desk, rows)
        _enter(desk, written, sequence)
    return {"files": len(written.files), "applications": len(desk.kept), "held": len(refused)}


def _enter(desk: Desk, written: Written, sequence: int) -> None:
    """Enter what passed the gate: files with their lineage, losses, and what each application still owes."""
    batch_of: dict[int, int] = {}
    for file in written.files:
        batch = _enter_file(desk, file)
        batch_of |= {span.application: batch for span in file.spans}
    _enter_losses(desk, written, batch_of)
    for application, finding in written.refused:
        _hold(desk, application, finding)
    for application, row in desk.kept.items():
        _mark(desk, application, row.generation)
    counts = {"files": len(written.files), "applications": len(desk.kept), "held": len(written.refused)}
    desk.write.leaf("files_released", destination=desk.destination, sequence=sequence, **counts)


def passes_gate(desk: Desk, tables: Tables, written: Written) -> bool:
    """Open the finished bytes again: the records of the accepted applications, each once, each naming its own people and nobody else."""
    meant = {key: named for group, table in tables.items() for key, named in _named(desk, group, table)}
    found = [(span.application, span.record_kind, span.ordinal) for file in written.files for span in file.spans]
    if sorted(found) != sorted(meant):
        return False
    people: dict[int, set[str]] = {application: set() for application in desk.kept}
    for person in desk.write.read(select(persons.c.application, persons.c.atena).where(persons.c.application.in_(list(desk.kept)))):
        people[person.application].add(person.atena)
    return all(_is_as_meant(desk, file, meant, people) for file in written.files)


def _named(desk: Desk, group: str, table: Table) -> Iterator[tuple[Key, frozenset[str | None]]]:
    """The records that must come out and the 宛名番号 that each was mapped with."""
    columns = [table.columns[name] for name in desk.format_.persons(group)]
    for row, (application, ordinal) in enumerate(zip(table.application, table.ordinal, strict=True)):
        if application in desk.kept:
            yield (application, group, ordinal), frozenset(column[row] for column in columns if column[row])


def _is_as_meant(desk: Desk, file: FileBytes, meant: Mapping[Key, frozenset[str | None]], people: Mapping[int, set[str]]) -> bool:
    try:
        records = read(desk.format_, file.data)
    except Refused:
        return False
    if len(records) != len(file.spans):
        return False
    for span, record in zip(file.spans, records, strict=True):
        receipt, named = subject_of(desk.format_, record)
        # Groups with the same columns look alike in a file that shows nothing but its columns.
        alike = record.kind == span.record_kind or desk.format_.columns[record.kind] == desk.format_.columns[span.record_kind]
        if not alike or receipt != desk.kept[span.application].receipt:
            return False
        if not named or not named <= people[span.application] or named != meant[span.application, span.record_kind, span.ordinal]:
            return False
    return True


def _stop(desk: Desk, rows: Sequence[Row[Any]]) -> dict[str, int]:
    """Fail closed: the whole chunk is held for this destination and an alarm says so."""
    for row in rows:
        _hold(desk, row.id, Finding("SUBJECT_MISMATCH", where=desk.destination))
    raise_alarm(desk.hub, desk.write, kind="SUBJECT_MISMATCH", subject=desk.destination)
    desk.write.leaf("release_stopped", destination=desk.destination, applications=len(rows))
    log.error("release_stopped", extra={"destination": desk.destination, "applications": len(rows)})
    return {"files": 0, "applications": 0, "held": len(rows)}


def _enter_file(desk: Desk, file: FileBytes) -> int:
    stored = desk.hub.store.put(file.data, context=batch_context(desk.hub.code, desk.destination, file.name))
    fault_point("release.file_stored")
    batch = desk.write.insert_row(batches, _batch_row(desk, file, stored))
    items = [
        {
            "batch": batch,
            "application": span.application,
            "destination": desk.destination,
            "record_kind": span.record_kind,
            "ordinal": span.ordinal,
            "generation": desk.kept[span.application].generation,
            "offset": span.offset,
            "length": span.length,
            "digest": hashlib.sha256(file.data[span.offset : span.offset + span.length]).hexdigest(),
        }
        for span in file.spans
    ]
    desk.write.insert_many(batch_items, items)
    facts = {"municipality": desk.hub.code, "destination": desk.destination, "name": file.name, "digest": stored.digest}
    desk.write.leaf("file_released", batch=batch, records=len(items), **facts)
    return batch


def _batch_row(desk: Desk, file: FileBytes, stored: Stored) -> dict[str, Any]:
    return {
        "municipality": desk.hub.code,
        "destination": desk.destination,
        "format": desk.format_.id,
        "day": desk.hub.clock.today().isoformat(),
        "name": file.name,
        "digest": stored.digest,
        "size": stored.size,
        "records": len(file.spans),
        "blob": stored.path,
        "state": "released",
    }


def _enter_losses(desk: Desk, written: Written, batch_of: Mapping[int, int]) -> None:
    """The loss ledger (縮退記録): every approved substitution that was made."""
    rows = [
        {
            "batch": batch_of[loss.application],
            "application": loss.application,
            "place": loss.where,
            "source": loss.source,
            "target": loss.target,
            "times": loss.times,
            "approved": loss.approved,
            "substitution_table": loss.table,
        }
        for loss in written.losses
    ]
    desk.write.insert_many(losses, rows)


def _hold(desk: Desk, application: int, finding: Finding) -> None:
    owed = (obligations.c.application == application) & (obligations.c.destination == desk.destination) & (obligations.c.state == "owed")
    held_by = desk.hub.format_version(desk.destination)
    desk.write.execute(update(obligations).where(owed).values(state="held", reason=finding.code, held_by=held_by))
    desk.write.insert_many(findings, [finding_row(application, "release", replace(finding, where=f"{desk.destination}: {finding.where}"))])


def _mark(desk: Desk, application: int, generation: int) -> None:
    same = (obligations.c.application == application) & (obligations.c.destination == desk.destination)
    desk.write.execute(update(obligations).where(same, obligations.c.generation == generation).values(state="released"))


def _advance(hub: Hub) -> None:
    """Applications that owe nothing more to be laid out have left the desk of this step."""
    checked = (applications.c.municipality == hub.code) & (applications.c.stage == "checked") & (applications.c.disposition == "open")
    still = exists().where(obligations.c.application == applications.c.id, obligations.c.state == "owed")
    some = exists().where(obligations.c.application == applications.c.id)
    with hub.journal.write() as write:
        moved = write.execute(update(applications).where(checked, some, ~still).values(stage="released")).rowcount
        if moved:
            write.leaf("applications_released", municipality=hub.code, applications=moved)
