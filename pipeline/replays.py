"""Replays (再出力): which records match, in the order in which they went out, and what they would be now. Planning changes nothing."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Row, Select, and_, func, select

from mappings.records import Context
from mappings.release import write as lay_out
from pipeline.hub import Hub, digest_of
from pipeline.journal.delivery_tables import LAST_GENERATION, batch_items, batches, obligations
from pipeline.journal.intake_tables import applications, persons
from pipeline.records import join_tables, load_tables
from pipeline.remapping import recheck, remap, stops
from pipeline.steps.map_records import Filing
from vocabulary.findings import Finding

CHUNK = 500
RESENDABLE = ("FILE_REFUSED",)
"""Reasons to be held that emitting again is the remedy for."""

WITHOUT_FINDING = {
    "protected": "支援措置の対象者が含まれます",
    "held": "保留中です",
    "waiting": "まだ処理中です",
    "ended": "取下げまたは完結ずみです",
    "destination": "今の設定では配信先ではありません",
}
"""Why something that matches is not emitted again, beside findings of the mapping."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What to emit again. since, until: days on which it went out last, both included. An empty part selects everything."""

    procedure: str = ""
    destination: str = ""
    receipts: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    @property
    def text(self) -> str:
        """The selection as the journal keeps it."""
        return json.dumps({key: value for key, value in asdict(self).items() if value}, default=str, ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True, slots=True)
class Item:
    """One application for one destination. generation: the last one. differs: whether any record has other bytes than that one."""

    row: Row[Any]
    destination: str
    generation: int
    differs: bool


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that matches and is not emitted again. why: a key of ``WITHOUT_FINDING`` or a reason code."""

    receipt: str
    destination: str
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a replay would do. filings: what mapping makes of each application now. token: changes with anything that it would do."""

    selection: Selection
    items: tuple[Item, ...]
    left_out: tuple[LeftOut, ...]
    filings: Mapping[int, Filing]
    token: str


def plan_replay(hub: Hub, selection: Selection) -> Plan:
    """Everything that matches, in the order in which it went out last."""
    left_out: list[LeftOut] = []
    kept: list[Row[Any]] = []
    for row in hub.journal.rows(matching(hub, selection)):
        why = _obstacle(hub, row)
        if why:
            left_out.append(LeftOut(row.receipt, row.destination, why))
        else:
            kept.append(row)
    items: list[Item] = []
    filings: dict[int, Filing] = {}
    seen = hashlib.sha256(f"{hub.code} {selection.text}".encode())
    for start in range(0, len(kept), CHUNK):
        chunk = kept[start : start + CHUNK]
        filings |= _filings(hub, [row for row in {row.id: row for row in chunk}.values() if row.id not in filings])
        for row, stopped, digests in _laid_out(hub, chunk, filings):
            if stopped is not None:
                left_out.append(LeftOut(row.receipt, row.destination, stopped.code))
                continue
            items.append(Item(row, row.destination, row.generation, digests != _emitted(hub, row)))
            seen.update(f"{row.id} {row.destination} {row.generation} {sorted(digests.items())}\n".encode())
    return Plan(selection, tuple(items), tuple(left_out), filings, seen.hexdigest()[:16])


def _filings(hub: Hub, rows: Sequence[Row[Any]]) -> dict[int, Filing]:
    """What mapping makes of applications now. Records that are as they were when they were accepted are not judged again."""
    filings, accepted = remap(hub, rows), load_tables(hub, [row.id for row in rows])
    changed = [row for row in rows if filings[row.id].tables != accepted.get(row.id)]
    return filings | recheck(hub, changed, filings)


def matching(hub: Hub, selection: Selection) -> Select[Any]:
    """Applications with destination, generation and state of what they owe, each once, in the order of their last emission."""
    of = (batch_items.c.application, batch_items.c.destination, batch_items.c.generation)
    first = select(*of, func.min(batch_items.c.batch).label("batch")).group_by(*of).subquery()
    begun = and_(*(first.c[column.name] == column for column in of), first.c.batch == batch_items.c.batch)
    place = select(*of, first.c.batch, func.min(batch_items.c.offset).label("offset")).join(first, begun).group_by(*of, first.c.batch)
    emitted = place.subquery()
    same = and_(*(emitted.c[key] == obligations.c[key] for key in ("application", "destination", "generation")))
    owed = (obligations.c.destination, obligations.c.generation, obligations.c.state, obligations.c.reason.label("owed_reason"))
    joined = (
        select(applications, *owed)
        .join(obligations, obligations.c.application == applications.c.id)
        .join(emitted, same)
        .join(batches, batches.c.id == emitted.c.batch)
    )
    wanted = [applications.c.municipality == hub.code, LAST_GENERATION]
    wanted += [applications.c.procedure == selection.procedure] if selection.procedure else []
    wanted += [obligations.c.destination == selection.destination] if selection.destination else []
    wanted += [applications.c.receipt.in_(selection.receipts)] if selection.receipts else []
    wanted += [batches.c.day >= selection.since.isoformat()] if selection.since else []
    wanted += [batches.c.day <= selection.until.isoformat()] if selection.until else []
    return joined.where(*wanted).order_by(emitted.c.batch, emitted.c.offset, applications.c.id)


def _obstacle(hub: Hub, row: Row[Any]) -> str:
    """A key of ``WITHOUT_FINDING``, empty when nothing stands against it."""
    protected = select(persons.c.application).where(persons.c.application == row.id, persons.c.protected)
    if row.restricted or hub.journal.scalar(protected) is not None:
        return "protected"
    if row.disposition in ("withdrawn", "settled"):
        return "ended"
    if row.disposition == "held" and row.reason not in RESENDABLE:
        return "held"
    if row.disposition in ("open", "waiting") or row.state in ("owed", "released"):
        return "waiting"
    if row.state == "held" and row.owed_reason not in RESENDABLE:
        return "held"
    enabled = hub.municipality.procedures.get(row.procedure)
    return "" if enabled and row.destination in enabled.destinations else "destination"


Digests = dict[tuple[str, int], str]
"""Digest of each record by group and ordinal."""


def _laid_out(hub: Hub, rows: Sequence[Row[Any]], filings: Mapping[int, Filing]) -> Iterator[tuple[Row[Any], Finding | None, Digests]]:
    """Each row with what would stop it, or with its records as they would be now."""
    for (destination, procedure), run in groupby(rows, key=lambda row: (row.destination, row.procedure)):
        same = list(run)
        ready = [row for row in same if stops(filings[row.id]) is None]
        specification = hub.procedure(procedure)
        context = Context(hub.code, specification.business, specification.short, hub.clock.today(), 1)
        written = lay_out(hub.format_of(destination), join_tables([filings[row.id].tables for row in ready]), context)
        digests: dict[int, Digests] = {row.id: {} for row in same}
        for file in written.files:
            for span in file.spans:
                piece = hashlib.sha256(file.data[span.offset : span.offset + span.length]).hexdigest()
                digests[span.application][span.record_kind, span.ordinal] = piece
        refused = dict(written.refused)
        for row in same:
            yield row, stops(filings[row.id]) or refused.get(row.id), digests[row.id]


def _emitted(hub: Hub, row: Row[Any]) -> Digests:
    mine = (batch_items.c.application == row.id) & (batch_items.c.destination == row.destination)
    sent = select(batch_items).where(mine, batch_items.c.generation == row.generation)
    return {(item.record_kind, item.ordinal): item.digest for item in hub.journal.rows(sent)}


def replay_key(hub: Hub, selection: Selection, reason: str) -> str:
    """What makes two replays one: the same selection for the same reason."""
    return digest_of(hub.code, selection.text, reason)
