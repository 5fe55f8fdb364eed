"""The warm chain map → check → release (変換・検査・出力の一連) with sealed records, re-opened bytes and journal rows, and its share of GX.

It has everything in bulk, as few transactions as there are files, so that Great Expectations' share is rather told too high than too low.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from time import perf_counter
from typing import Any, Final

from mappings.records import Context, Span
from mappings.release import read, write
from pipeline.bench.mapping_hub import DAY, specs
from pipeline.bench.rounds import Answer, Timed
from pipeline.bench.source_columns import Chunk, draw_chunk
from pipeline.bench.validation_checks import GROUP, benchmark_part, fill_chunk, map_rows
from pipeline.bench.validation_hub import SIZE, WARM_UP
from pipeline.hub import Hub, open_hub, set_up
from pipeline.journal.database import Write
from pipeline.journal.delivery_tables import batch_items, batches, canonical, obligations
from pipeline.journal.intake_tables import applications, findings, listings, step_results
from pipeline.places import Root
from pipeline.records import canonical_row, join_tables, load_tables, split_tables
from pipeline.steps.check_records import keep_reports
from pipeline.steps.worklist import finding_row
from validation.runner import Report, check_batch
from vocabulary.clock import Clock

MUNICIPALITY: Final = "472018"
HOST: Final = "jidoteate-host"
FILE: Final = 1_000
MAPPED: Final = 10_000
"""Applications of one file, and of one transaction of the mapping."""


def prepare(folder: Path) -> Timed:
    """A warm process with a journal in which all applications stand before the mapping."""
    size = int((folder / SIZE).read_text(encoding="ascii"))
    specs()
    check_batch(GROUP, "1", [benchmark_part(map_rows(1, WARM_UP))])
    root = Root(Path(mkdtemp(dir=folder)))
    clock = Clock()
    set_up(root, clock)
    chunks = [draw_chunk(first, min(MAPPED, size + 1 - first)) for first in range(1, size + 1, MAPPED)]
    with open_hub(root, MUNICIPALITY, clock) as hub:
        _enter(hub, size)

    def run() -> tuple[Answer, int]:
        with open_hub(root, MUNICIPALITY, clock) as hub:
            told = _run_chain(hub, chunks)
        return lambda: json.dumps(told), 0

    return run


def _run_chain(hub: Hub, chunks: list[Chunk]) -> dict[str, float]:
    told: dict[str, float] = {}
    with _timed(told, "map"):
        for chunk in chunks:
            _map(hub, chunk)
    numbers = [number for chunk in chunks for number in chunk.applications]
    with _timed(told, "check"):
        report = _check(hub, numbers)
    with _timed(told, "release"):
        for start in range(0, len(numbers), FILE):
            _release(hub, numbers[start : start + FILE])
    return told | {"gx": report.gx_seconds}


@contextmanager
def _timed(told: dict[str, float], stage: str) -> Iterator[None]:
    started = perf_counter()
    yield
    told[stage] = perf_counter() - started


def _enter(hub: Hub, size: int) -> None:
    """Applications as the intake leaves them."""
    at = hub.clock.now().isoformat()
    same = {"municipality": hub.code, "version": 1, "arrived_at": at}
    listed = {**same, "portal_procedure": GROUP, "listed_at": at, "state": "stored", "fetched_version": 1, "resolved_on": at[:10]}
    stored = {**same, "digest": "0" * 64, "size": 1, "blob": GROUP, "procedure": "jidoteate-nintei", "section": "jidoteate"}
    stored |= {"filing_year": 2026, "filed_on": at[:10], "department_at": at, "stage": "identified"}
    stored |= {"disposition": "open", "disposed_on": at[:10], "restricted": False}
    numbers = range(1, size + 1)
    with hub.journal.write() as entry:
        entry.insert_many(listings, [{**listed, "id": number, "receipt": str(number)} for number in numbers])
        rows = [{**stored, "id": n, "listing": n, "receipt": str(n), "filing_number": n} for n in numbers]
        entry.insert_many(applications, rows)
        entry.leaf("benchmark_entered", applications=size)


def _map(hub: Hub, chunk: Chunk) -> None:
    mapped = fill_chunk(chunk)
    with hub.journal.write() as entry:
        rows = [canonical_row(hub, application, "1", tables) for application, tables in split_tables(mapped).items()]
        entry.insert_many(canonical, rows)
        _end_step(hub, entry, "map", chunk.applications)


def _end_step(hub: Hub, entry: Write, step: str, numbers: list[int]) -> None:
    at = hub.clock.now().isoformat()
    done = {"step": step, "inputs": "0" * 64, "attempt": 1, "outcome": "done", "at": at}
    entry.insert_many(step_results, [{**done, "application": number} for number in numbers])
    entry.leaf(f"{step}_ended", applications=len(numbers))


def _check(hub: Hub, numbers: list[int]) -> Report:
    tables = join_tables(list(load_tables(hub, numbers).values()))
    (rows,) = tables.values()
    report = check_batch(GROUP, "1", [benchmark_part(rows)])
    keep_reports(hub, [report])
    with hub.journal.write() as entry:
        entry.insert_many(findings, [finding_row(application, "check", finding) for application, finding in report.findings])
        owed = {"destination": HOST, "generation": 1, "state": "owed"}
        entry.insert_many(obligations, [{**owed, "application": number} for number in rows.application])
        _end_step(hub, entry, "check", numbers)
    return report


def _release(hub: Hub, numbers: list[int]) -> None:
    _, _, format_ = specs()
    tables = join_tables(list(load_tables(hub, numbers).values()))
    written = write(format_, tables, Context(MUNICIPALITY, "999", GROUP, DAY, numbers[0]))
    for file in written.files:
        records = read(format_, file.data)
        row: dict[str, Any] = {"municipality": hub.code, "destination": HOST, "format": format_.id, "day": DAY.isoformat()}
        row |= {"name": file.name, "digest": hashlib.sha256(file.data).hexdigest(), "size": len(file.data), "records": len(records)}
        with hub.journal.write() as entry:
            stored = hub.store.put(file.data, context=f"{GROUP}/{file.name}")
            batch = entry.insert_row(batches, {**row, "blob": stored.path, "state": "released"})
            same = {"batch": batch, "destination": HOST, "generation": 1}
            entry.insert_many(batch_items, [_item(same, file.data, span) for span in file.spans])
            entry.leaf("files_released", destination=HOST, applications=len(file.spans))


def _item(same: dict[str, Any], data: bytes, span: Span) -> dict[str, Any]:
    digest = hashlib.sha256(data[span.offset : span.offset + span.length]).hexdigest()
    return {**same, **span._asdict(), "digest": digest}
