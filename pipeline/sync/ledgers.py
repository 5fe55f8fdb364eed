"""Ledgers in (正本の取込み): every extract is proved whole and plausible before the current state of its kind is replaced.

A refused extract changes nothing: the state before it stands, the journal says why, and one alarm is raised.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update

from connectors.connections import sql_connection
from connectors.ledger_query import read_query
from connectors.ledgers import ExtractFile, read_extract
from mappings.canonical_lines import key_of
from mappings.copies import CopyKind, CopyLayout
from pipeline.alarms import raise_alarm
from pipeline.faults import fault_point
from pipeline.hub import Hub
from pipeline.journal.copy_tables import copy_currents, copy_extracts
from pipeline.journal.database import Write
from pipeline.night_settings import CopiesSetting, LedgerSetting
from pipeline.sync.currents import Current, current_lines, current_of, current_store, purpose_of
from pipeline.sync.deltas import apply_delta
from pipeline.sync.extract_rows import Faults, RowReader, keys_once
from pipeline.sync.pending import moment_of
from pipeline.sync.sealed_lines import LineFile, LineStore
from pipeline.sync.sorting import sort_lines
from pipeline.sync.window import night_of
from vocabulary.findings import Finding, Refused, refuse

log = logging.getLogger(__name__)

Rows = Iterator[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Extract:
    """One extract to take in, whatever it is read from. digest: empty where only reading it to the end tells."""

    name: str
    kind: CopyKind
    full: bool
    stamp: str
    digest: str
    read: Callable[[CopyLayout], Rows]


def extract_of(kind: CopyKind, file: ExtractFile) -> Extract:
    """A CSV file as an extract."""
    return Extract(file.name, kind, file.full, file.stamp, file.sha256, lambda _layout: read_extract(file))


def query_of(hub: Hub, kind: CopyKind, setting: LedgerSetting) -> Extract:
    """A database as a full extract of this minute. It has one name a night, so that a rerun finds it done."""
    now = hub.clock.now()

    def read(layout: CopyLayout) -> Rows:
        columns = RowReader(hub.code, kind, layout, full=True, as_of="").header(layout)
        return read_query(sql_connection(hub.root.folder, setting.connection), setting.query, columns)

    return Extract(f"{hub.code}_{kind.id}_query_{night_of(hub):%Y%m%d}", kind, True, f"{now:%Y%m%d%H%M}", "", read)


def take_in(hub: Hub, setting: CopiesSetting, extract: Extract) -> Finding | None:
    """Make the extract the current state of its kind, or say why not; either way the journal holds it afterwards."""
    before = current_of(hub, extract.kind.id)
    counter = _Counter(extract.digest)
    try:
        written, layout = _write_state(hub, setting, extract, before, counter)
    except Refused as refused:
        _refuse(hub, extract, refused.finding, counter)
        return refused.finding
    fault_point("ledgers.state_written")
    with hub.journal.write() as write:
        _enter(hub, write, extract, Current(extract.kind.id, layout.version, moment_of(extract.stamp), written), counter)
    fault_point("ledgers.extract_taken")
    return None


def refuse_foreign(hub: Hub, file: ExtractFile, kinds: Sequence[CopyKind]) -> None:
    """Note a file of another municipality, by its name; its rows are not looked at."""
    kind = next((kind for kind in kinds if kind.id == file.kind), kinds[0])
    finding = Finding("LEDGER_FOREIGN", file.name, detail=f"is of {file.municipality}")
    _refuse(hub, extract_of(kind, file), finding, _Counter(file.sha256))


class _Counter:
    """Counts the rows of an extract as they pass, and digests them where nothing else tells what was read."""

    def __init__(self, digest: str) -> None:
        self.rows = 0
        self._declared = digest
        self._found = hashlib.sha256()

    def passing(self, rows: Rows) -> Rows:
        """The rows themselves."""
        for row in rows:
            self.rows += 1
            if not self._declared:
                self._found.update("\x1f".join(row).encode("utf-8", "surrogatepass") + b"\n")
            yield row

    def digest(self) -> str:
        """The declared digest, else that of what passed."""
        return self._declared or self._found.hexdigest()


def _write_state(
    hub: Hub, setting: CopiesSetting, extract: Extract, before: Current | None, counter: _Counter
) -> tuple[LineFile, CopyLayout]:
    """The new state as a file that nothing names yet. Raises Refused, and then leaves no file."""
    layout = _valid_layout(hub, extract)
    if not extract.full and (before is None or before.layout != layout.version):
        raise refuse("LEDGER_NO_BASE", extract.name, f"a full extract in layout {layout.version} must come first")
    if not extract.full and before and moment_of(extract.stamp) < before.as_of:
        raise refuse("LEDGER_NO_BASE", extract.name, "is older than what was taken in; a full extract must come first")
    reader = RowReader(hub.code, extract.kind, layout, full=extract.full, as_of=moment_of(extract.stamp)[:10])
    faults = Faults(extract.name)
    rows = extract.read(layout)
    reader.check_header(next(rows, ()), extract.name)
    store, scratch = current_store(hub), LineStore(hub.root.folder / "copies" / "scratch" / hub.code, hub.sealing)
    lines = keys_once(extract.kind, sort_lines(reader.lines(counter.passing(rows), faults), scratch=scratch), faults)
    try:
        if before and not extract.full:
            lines = apply_delta(current_lines(hub, before), lines, key=partial(key_of, extract.kind))
        written = store.write(lines, purpose=purpose_of(hub, extract.kind.id))
    finally:
        scratch.discard_all_but(())
    _check_shrinkage(faults, written.lines, before, setting.least_share)
    finding = faults.finding()
    if finding:
        store.discard(written.path)
        raise Refused(finding)
    return written, layout


def _valid_layout(hub: Hub, extract: Extract) -> CopyLayout:
    """The layout of today. Raises Refused: no layout is valid, or the extract is of a moment that has not come."""
    now = hub.clock.now()
    if moment_of(extract.stamp) > now.isoformat(timespec="minutes"):
        raise refuse("LEDGER_FUTURE", extract.name, "is of a moment that has not come")
    layout = extract.kind.layout_on(now.date())
    if layout is None:
        raise refuse("LEDGER_LAYOUT", extract.name, f"no layout of {extract.kind.id} is valid on {now:%Y-%m-%d}")
    return layout


def _check_shrinkage(faults: Faults, records: int, before: Current | None, least_share: Decimal) -> None:
    if before and records < before.file.lines * least_share:
        faults.note("LEDGER_SHRUNK", f" {records} records, {before.file.lines} before")


def _enter(hub: Hub, write: Write, extract: Extract, state: Current, counter: _Counter) -> None:
    if extract.full:
        # With the extract, so that a run that is killed before the deltas leaves them to the next one.
        write.execute(delete(copy_currents).where(_of_kind(hub, extract)))
        later = copy_extracts.c.name.like(f"{hub.code}!_{extract.kind.id}!_delta!_%", escape="!") & (copy_extracts.c.as_of >= state.as_of)
        write.execute(delete(copy_extracts).where(copy_extracts.c.municipality == hub.code, later))
    key = _note(hub, write, extract, counter, state="taken", reason=None)
    write.execute(delete(copy_currents).where(_of_kind(hub, extract)))
    row = {
        "municipality": hub.code,
        "kind": extract.kind.id,
        "layout": state.layout,
        "extract": key,
        "blob": state.file.path,
        "digest": state.file.digest,
        "records": state.file.lines,
        "as_of": state.as_of,
    }
    write.insert_many(copy_currents, [row])
    facts: dict[str, str | int] = {"kind": extract.kind.id, "layout": state.layout, "rows": counter.rows, "records": state.file.lines}
    write.leaf("ledger_extract_taken", municipality=hub.code, name=extract.name, digest=state.file.digest, **facts)
    log.info("ledger_extract_taken", extra=facts)


def _refuse(hub: Hub, extract: Extract, finding: Finding, counter: _Counter) -> None:
    with hub.journal.write() as write:
        _note(hub, write, extract, counter, state="refused", reason=finding.code)
        raise_alarm(hub, write, kind="LEDGER_REFUSED", subject=f"{extract.name} {finding.code}")
        facts: dict[str, str | int] = {"kind": extract.kind.id, "rows": counter.rows, "reason": finding.code}
        write.leaf("ledger_extract_refused", municipality=hub.code, place=finding.where, detail=finding.detail, **facts)
    log.warning("ledger_extract_refused", extra={**facts, "place": finding.where, "detail": finding.detail})


def _note(hub: Hub, write: Write, extract: Extract, counter: _Counter, *, state: str, reason: str | None) -> int:
    """The extract's row in the journal, made or brought up to date; gives its key."""
    values = {"rows": counter.rows, "as_of": moment_of(extract.stamp), "state": state, "reason": reason, "at": hub.clock.now().isoformat()}
    row: dict[str, Any] = {
        "municipality": hub.code,
        "ledger": extract.kind.ledger,
        "name": extract.name,
        "digest": counter.digest(),
    }
    same: list[ColumnElement[bool]] = [copy_extracts.c[column] == value for column, value in row.items()]
    if write.execute(update(copy_extracts).where(*same).values(**values)).rowcount == 0:
        return write.insert_row(copy_extracts, row | values)
    return int(write.read(select(copy_extracts.c.id).where(*same)).scalar_one())


def _of_kind(hub: Hub, extract: Extract) -> ColumnElement[bool]:
    return (copy_currents.c.municipality == hub.code) & (copy_currents.c.kind == extract.kind.id)
