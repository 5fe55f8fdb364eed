"""Every released file can be made again from the raw packages and what the journal pins (P5)."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import select

from mappings.engine import map_batch
from mappings.layouts import Format
from mappings.records import Context
from mappings.release import write as lay_out
from mappings.substitutions import NONE, Substitute, from_code_points
from pipeline.attached_files import read_attached
from pipeline.filing_day import legal_day
from pipeline.hub import Hub, open_hub
from pipeline.journal.delivery_tables import batch_items, batches, canonical, losses
from pipeline.journal.intake_tables import applications
from pipeline.places import Root
from pipeline.records import join_tables, split_tables
from pipeline.steps.deliver import batch_bytes
from pipeline.steps.map_records import source_of
from tests.pipeline.days import NAHA, at
from vocabulary.clock import Clock

SEQUENCE = re.compile(r"_(\d{3})\.(?:csv|dat|xml|xlsx)$")


def pinned_format(hub: Hub, format_: Format, destination: str, inside: Sequence[int]) -> Format:
    """The format with the substitutions that were made then, whatever is approved now: the ledger has them all."""
    ledger = select(losses).join(batches, batches.c.id == losses.c.batch)
    made = hub.journal.rows(ledger.where(batches.c.destination == destination, losses.c.application.in_(inside)))
    entries = [Substitute(from_code_points(row.source), from_code_points(row.target), row.approved) for row in made]
    return format_.with_substitutions(NONE.overridden(entries))


def rebuild(hub: Hub, batch: int, destination: str, name: str) -> dict[str, bytes]:
    """All files of the run of the writer that made ``name``, from raw bytes only."""
    inside = select(batch_items.c.application).where(batch_items.c.batch == batch)
    rows = hub.journal.rows(
        select(applications).where(applications.c.id.in_(inside)).order_by(applications.c.arrived_at, applications.c.id)
    )
    procedure = hub.procedure(rows[0].procedure)
    tables = []
    for row in rows:
        _, mapping, source = source_of(hub, row)
        mapped = map_batch(procedure, mapping, [source], catalogue=hub.catalogue, day=legal_day(hub, row))
        tables.append(split_tables(mapped.tables)[row.id] | read_attached(hub, row)[0])
    found = SEQUENCE.search(name)
    assert found is not None
    context = Context(hub.code, procedure.business, procedure.short, at(9).date(), int(found[1]))
    format_ = pinned_format(hub, hub.catalogue.formats[hub.destination(destination).format], destination, [row.id for row in rows])
    return {file.name: file.data for file in lay_out(format_, join_tables(tables), context).files}


def test_every_released_file_is_rebuilt_byte_for_byte_from_the_raw_packages(delivered_root: Path, own: Callable[[Path], Path]) -> None:
    """The canonical records in between are destroyed first, so nothing but raw bytes and pinned rows can serve."""
    with open_hub(Root(own(delivered_root)), NAHA, Clock(at(18))) as hub:
        with hub.journal.write() as write:
            write.execute(canonical.delete())
            write.leaf("test_forgot_the_records")
        files = hub.journal.rows(select(batches).order_by(batches.c.id))
        assert len(files) >= 6
        for batch in files:
            assert rebuild(hub, batch.id, batch.destination, batch.name)[batch.name] == batch_bytes(hub, batch)
