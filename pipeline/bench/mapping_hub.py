"""Our own way (本システム): source columns through the engine and the fixed-length writer, with findings, leftovers and loss ledger."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import mappings
from mappings.catalogue import Catalogue, load_catalogue, mapping_for
from mappings.engine import fill
from mappings.gathered import gather_columns
from mappings.layouts import Format
from mappings.plan import Plan
from mappings.records import Context, Loss
from mappings.release import write
from pipeline.bench.contest import Timed
from pipeline.bench.source_columns import Chunk, draw_chunk
from vocabulary.findings import Finding

DAY = date(2026, 11, 24)
SPECS = Path(mappings.__file__).parent / "benchmark"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one chunk."""

    data: bytes
    findings: list[tuple[int, Finding]]
    losses: tuple[Loss, ...]


@cache
def specs() -> tuple[Catalogue, Plan, Format]:
    """The benchmark's own procedure, made ready to run, and its format."""
    catalogue = load_catalogue(SPECS)
    (procedure,) = catalogue.procedures.values()
    plan = catalogue.plan(procedure, mapping_for(procedure, DAY, form_version="2026-04"), DAY)
    return catalogue, plan, catalogue.formats["legacy-fixed"]


def context_of(first: int) -> Context:
    """The delivery that begins with an application."""
    return Context(municipality="472018", business="999", procedure="sokutei", day=DAY, sequence=first)


def map_chunk(chunk: Chunk) -> Outcome:
    """Fill, judge, lay out."""
    _, plan, format_ = specs()
    mapped = fill(plan, gather_columns(plan, chunk.applications, chunk.columns, header=chunk.header, atena=chunk.atena))
    written = write(format_, mapped.tables, context_of(chunk.applications[0]))
    (file,) = written.files
    return Outcome(file.data, [*mapped.findings, *written.refused], written.losses)


def prepare(folder: Path, first: int, count: int, _size: int) -> Timed:
    """A chunk that is ready to be mapped and written."""
    specs()
    chunk = draw_chunk(first, count)

    def run() -> Path:
        path = folder / "hub.dat"
        path.write_bytes(map_chunk(chunk).data)
        return path

    return run
