"""Places of records in released files (記録の位置): by number as the format's reader counts, by bytes, and back to the application."""

from collections import defaultdict
from typing import Any

from sqlalchemy import Row, select

from mappings.release import read, subject_of
from pipeline.file_records import lineage_of
from pipeline.hub import Hub
from pipeline.journal.delivery_tables import batch_items, batches, deliveries, obligations, receipts
from pipeline.steps.deliver import batch_bytes
from vocabulary.findings import Refused

Key = tuple[int, str, int]
"""A record in a file: application, group, ordinal."""


def numbered_records(hub: Hub, batch: Row[Any]) -> dict[int, Row[Any]]:
    """The lineage of each record of a file by its number, from 1 as the format's reader counts.

    Empty when today's format no longer reads the file. Raises EvidenceBroken when the sealed copy is not what was released.
    """
    waiting: dict[tuple[str, str], list[Row[Any]]] = defaultdict(list)
    items = lineage_of(hub, batch.id).items
    kinds = {item.record_kind for item in items}
    for item in items:
        waiting[item.receipt, item.record_kind].append(item)
    format_ = hub.catalogue.formats.get(batch.format)
    if format_ is None:
        return {}
    try:
        found = read(format_, batch_bytes(hub, batch))
    except Refused:
        return {}
    numbered = {}
    for number, record in enumerate(found, start=1):
        # Of two groups with one heading the reader names the first; a file with a heading holds only one.
        kind = record.kind if record.kind in kinds else next(iter(kinds), "")
        same = waiting[subject_of(format_, record)[0], kind]
        if same:
            numbered[number] = same.pop(0)
    return numbered


def files_of(hub: Hub, application: int) -> list[dict[str, Any]]:
    """Files that carry records of an application, with the evidence of their delivery and the place of each of these records."""
    return [_file(hub, batch, application) for batch in _batches(hub, application)]


def _batches(hub: Hub, application: int) -> list[Row[Any]]:
    named = select(batch_items.c.batch).where(batch_items.c.application == application)
    return hub.journal.rows(select(batches).where(batches.c.id.in_(named)).order_by(batches.c.id))


def file_facts(hub: Hub, batch: Row[Any]) -> dict[str, Any]:
    """A file with what proves its delivery."""
    columns = ("id", "destination", "format", "day", "name", "digest", "size", "records", "state")
    facts = {name: getattr(batch, name) for name in columns}
    delivery = select(deliveries.c.remote_name, deliveries.c.digest, deliveries.c.evidence, deliveries.c.at)
    receipt = select(receipts.c.name, receipts.c.digest, receipts.c.result, receipts.c.records, receipts.c.at)
    for name, statement, table in (("delivery", delivery, deliveries), ("receipt", receipt, receipts)):
        found = hub.journal.rows(statement.where(table.c.batch == batch.id))
        facts[name] = dict(found[0]._mapping) if found else None
    return facts


def _file(hub: Hub, batch: Row[Any], application: int) -> dict[str, Any]:
    numbers = {_key(item): number for number, item in numbered_records(hub, batch).items()}
    mine = select(batch_items).where(batch_items.c.batch == batch.id, batch_items.c.application == application)
    rows = hub.journal.rows(mine.order_by(batch_items.c.offset))
    states = select(obligations.c.generation, obligations.c.state).where(
        obligations.c.application == application, obligations.c.destination == batch.destination
    )
    owed = {one.generation: one.state for one in hub.journal.rows(states)}
    records = [record_facts(item, numbers.get(_key(item))) | {"owed": owed.get(item.generation)} for item in rows]
    return file_facts(hub, batch) | {"places": records}


def record_facts(item: Row[Any], number: int | None) -> dict[str, Any]:
    """The place of one record: offset and length in bytes. number: from 1, None where the format no longer reads the file."""
    columns = ("record_kind", "ordinal", "generation", "offset", "length", "digest")
    return {"row": number, **{name: getattr(item, name) for name in columns}}


def _key(item: Row[Any]) -> Key:
    return item.application, item.record_kind, item.ordinal
