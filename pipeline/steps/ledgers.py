"""Ledgers in (正本の取込み): of every ledger the newest extract, each once; a refused one stops its kind only."""

import logging
from collections.abc import Iterator, Sequence

from sqlalchemy import select

from connectors.errors import ConnectorError
from connectors.ledgers import ExtractFile, finished_extracts
from mappings.copies import CopyKind
from pipeline.alarms import raise_alarm
from pipeline.hub import Hub
from pipeline.journal.copy_tables import copy_currents, copy_extracts
from pipeline.night_settings import CopiesSetting, LedgerSetting
from pipeline.sync.currents import current_of, current_store
from pipeline.sync.ledgers import Extract, extract_of, query_of, refuse_foreign, take_in
from pipeline.sync.pending import pending_extracts
from pipeline.sync.window import night_at

log = logging.getLogger(__name__)


def ledgers(hub: Hub) -> dict[str, int]:
    """Take in what is new of every ledger. Refused extracts and ledgers out of reach raise alarms; the others go on.

    Only in the declared night; whether the server runs does not matter, as nothing is sent.
    """
    setting = hub.municipality.copies
    if setting is None or not night_at(setting.window, hub.clock.now()).holds(hub.clock.now()):
        log.info("ledgers_skipped", extra={"municipality": hub.code})
        return {"skipped": 1}
    counts = {"taken": 0, "refused": 0, "unreachable": 0}
    with hub.journal.alone(f"ledgers/{hub.code}") as mine:
        for name, ledger in setting.ledgers.items() if mine else ():
            kinds = [hub.catalogue.copies[kind] for kind in setting.kinds if hub.catalogue.copies[kind].ledger == name]
            try:
                _take_ledger(hub, setting, ledger, kinds, counts)
            except ConnectorError as error:
                counts["unreachable"] += 1
                _note_unreachable(hub, name, error)
        if mine:
            _tidy(hub)
    log.info("ledgers_taken_in", extra=counts)
    return counts


def _take_ledger(hub: Hub, setting: CopiesSetting, ledger: LedgerSetting, kinds: Sequence[CopyKind], counts: dict[str, int]) -> None:
    files = finished_extracts(hub.folder(ledger.connection)) if ledger.kind == "csv" else []
    for file in files:
        if file.municipality != hub.code:
            refuse_foreign(hub, file, kinds)
            counts["refused"] += 1
    for kind in kinds:
        mine = [file for file in files if file.kind == kind.id and file.municipality == hub.code]
        own = [file for file in mine if not file.lies_ahead(hub.clock.today())]
        for early in (file for file in mine if file not in own):
            take_in(hub, setting, extract_of(kind, early))
            counts["refused"] += 1
        pending = _pending_files(hub, kind, own) if ledger.kind == "csv" else _pending_query(hub, kind, ledger)
        for extract in pending:
            if take_in(hub, setting, extract):
                counts["refused"] += 1
                # What comes after builds on what was refused.
                break
            counts["taken"] += 1


def _pending_files(hub: Hub, kind: CopyKind, files: Sequence[ExtractFile]) -> Iterator[Extract]:
    current = current_of(hub, kind.id)
    prefix = f"{hub.code}_{kind.id}_"
    taken = [row for row in _taken(hub, kind) if row[0].startswith(prefix)]
    newest_full = max((as_of for name, _, as_of in taken if name.startswith(f"{prefix}full_")), default="")
    done = frozenset((name, digest) for name, digest, _ in taken)
    since = current.as_of if current else ""
    return (extract_of(kind, file) for file in pending_extracts(files, taken=done, current=since, newest_full=newest_full))


def _pending_query(hub: Hub, kind: CopyKind, ledger: LedgerSetting) -> Iterator[Extract]:
    extract = query_of(hub, kind, ledger)
    return iter(() if any(name == extract.name for name, _, _ in _taken(hub, kind)) else (extract,))


def _taken(hub: Hub, kind: CopyKind) -> list[tuple[str, str, str]]:
    """Name, digest and moment of every extract that was taken in of the kind's ledger."""
    table = copy_extracts
    wanted = (table.c.municipality == hub.code) & (table.c.ledger == kind.ledger) & (table.c.state == "taken")
    return [(row.name, row.digest, row.as_of) for row in hub.journal.rows(select(table).where(wanted))]


def _note_unreachable(hub: Hub, ledger: str, error: ConnectorError) -> None:
    with hub.journal.write() as write:
        raise_alarm(hub, write, kind="LEDGER_UNREACHABLE", subject=ledger)
        write.leaf("ledger_unreachable", municipality=hub.code, ledger=ledger, error=type(error).__name__, problem=error.problem)
    log.warning("ledger_unreachable", extra={"ledger": ledger, "error": type(error).__name__, "problem": error.problem})


def _tidy(hub: Hub) -> None:
    """Delete the files of states that were replaced, or that a stop left before the journal named them."""
    named = select(copy_currents.c.blob).where(copy_currents.c.municipality == hub.code)
    current_store(hub).discard_all_but(row.blob for row in hub.journal.rows(named))
