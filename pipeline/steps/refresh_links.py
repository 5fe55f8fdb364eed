"""Refresh links (番号紐付情報の最新化): take the register office's files into the journal, each file once, in order."""

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Table, bindparam, delete, select

from connectors.errors import PermanentError, TransientError
from connectors.register import Link, RegisterFile, Resident, finished_files, read_links, read_residents
from pipeline.alarms import raise_alarm
from pipeline.faults import fault_point
from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.register_tables import links, register_loads, residents
from pipeline.residents import index_of_serial, look_keys, resident_context
from pipeline.steps.deliver import raise_stopped
from pipeline.steps.restrict_cases import restrict_cases
from vocabulary.findings import Finding, Refused

log = logging.getLogger(__name__)

REMOVED = "3"
OPEN_END = "9999-12-31"
AHEAD = "the name is of a day that has not come"
PAGE = 1000
"""Rows that are replaced at a time: one statement for each row would make a full extract slow."""


def refresh_links(hub: Hub) -> dict[str, int]:
    """Load every finished file that is not loaded yet: the newest full extract first, then the deltas after it.

    At the end, when the others are loaded, raises PermanentError for a file that does not follow its profile, TransientError for one that
    is not whole yet.
    """
    folder = hub.folder(hub.municipality.register_office.connection)
    counts = {"files": 0, "rows": 0}
    stopped: dict[str, PermanentError] = {}
    waiting: dict[str, TransientError] = {}
    present = [*finished_files(folder, "links"), *finished_files(folder, "residents")]
    ahead = [file for file in present if file.lies_ahead(hub.clock.today())]
    with hub.journal.alone(f"register/{hub.code}") as mine:
        early = [_stop(hub, Finding("REGISTER_ROW", file.path.name, detail=AHEAD)) for file in (ahead if mine else [])]
        for file in files_to_load((file for file in present if file not in ahead), loaded_names(hub)) if mine else []:
            if file.kind in stopped or file.kind in waiting:
                continue
            try:
                counts["rows"] += load_file(hub, file)
            except Refused as refused:
                # What comes after builds on it.
                stopped[file.kind] = _stop(hub, refused.finding)
                continue
            except TransientError as error:
                waiting[file.kind] = error
                continue
            counts["files"] += 1
            fault_point("links.file_loaded")
    log.info("links_refreshed", extra=counts)
    raise_stopped([*early, *stopped.values()])
    for unfinished in waiting.values():
        raise unfinished
    return counts


def _stop(hub: Hub, finding: Finding) -> PermanentError:
    """Note a file that was not taken in; what was loaded before stands."""
    with hub.journal.write() as write:
        raise_alarm(hub, write, kind="REGISTER_ROW", subject=finding.where)
        write.leaf("register_file_refused", municipality=hub.code, place=finding.where)
    system = hub.municipality.register_office.connection
    return PermanentError(system, f"{finding.where}: {finding.detail}; ask the register office for the file again")


def loaded_names(hub: Hub) -> set[str]:
    """Names of the files that the journal holds."""
    return {row.name for row in hub.journal.rows(select(register_loads.c.name).where(register_loads.c.municipality == hub.code))}


def files_to_load(files: Iterable[RegisterFile], loaded: set[str]) -> list[RegisterFile]:
    """For each kind: the newest full extract if it is new, and the deltas after it that are new, oldest first.

    A full extract that is new replaces what deltas of its day or later have changed: these are taken in again.
    """
    chosen: list[RegisterFile] = []
    ordered = list(files)
    for kind in ("links", "residents"):
        of_kind = [file for file in ordered if file.kind == kind]
        newest = [file for file in of_kind if file.full][-1:]
        since = newest[0].stamp if newest else ""
        wanted = newest + [file for file in of_kind if not file.full and file.stamp >= since]
        replaced = bool(newest) and newest[0].path.name not in loaded
        chosen += [file for file in wanted if replaced or file.path.name not in loaded]
    return chosen


def load_file(hub: Hub, file: RegisterFile) -> int:
    """Take one file in, in one transaction: the whole file or nothing of it. Returns its rows."""
    table = links if file.kind == "links" else residents
    sha256 = hashlib.sha256(file.path.read_bytes()).hexdigest()
    with hub.journal.write() as write:
        if file.full:
            write.execute(delete(table).where(table.c.municipality == hub.code))
            # With the extract, so that a run that is killed before the deltas leaves them to the next one.
            later = (register_loads.c.kind == file.kind) & (register_loads.c.as_of >= file.stamp)
            write.execute(delete(register_loads).where(register_loads.c.municipality == hub.code, later))
        rows = _enter_links(hub, write, file.path) if file.kind == "links" else _enter_residents(hub, write, file)
        if file.kind == "residents":
            restrict_cases(hub, write)
        load = {
            "municipality": hub.code,
            "name": file.path.name,
            "kind": file.kind,
            "as_of": file.stamp,
            "rows": rows,
            "digest": sha256,
            "loaded_at": hub.clock.now().isoformat(),
        }
        write.insert_many(register_loads, [load])
        write.leaf("register_file_loaded", municipality=hub.code, kind=file.kind, name=file.path.name, digest=sha256, rows=rows)
    return rows


def _enter_links(hub: Hub, write: Write, path: Path) -> int:
    return _replace_rows(write, links, ("serial_index", "atena"), ((_link_row(hub, row), row.change) for row in read_links(path)))


def _enter_residents(hub: Hub, write: Write, file: RegisterFile) -> int:
    return _replace_rows(write, residents, ("atena",), ((_resident_row(hub, row), row.change) for row in read_residents(file.path)))


def _replace_rows(write: Write, table: Table, key: tuple[str, ...], rows: Iterable[tuple[dict[str, Any], str]]) -> int:
    """Bring the table to what the rows say, page by page; of two rows with one key the later counts. Returns how many rows came."""
    count = 0
    whole = ("municipality", *key)
    same = [table.c[column] == bindparam(f"old_{column}") for column in whole]
    for page in _pages(rows):
        count += len(page)
        last = {tuple(values[column] for column in whole): (values, change) for values, change in page}
        write.execute(delete(table).where(*same), [{f"old_{column}": values[column] for column in whole} for values, _ in last.values()])
        write.insert_many(table, [values for values, change in last.values() if change != REMOVED])
    return count


def _pages(rows: Iterable[tuple[dict[str, Any], str]]) -> Iterator[list[tuple[dict[str, Any], str]]]:
    left = iter(rows)
    while page := list(islice(left, PAGE)):
        yield page


def _link_row(hub: Hub, row: Link) -> dict[str, Any]:
    return {
        "municipality": hub.code,
        "serial_index": index_of_serial(hub, row.serial),
        "atena": row.atena,
        "valid_from": row.valid_from,
        "valid_until": row.valid_until or OPEN_END,
    }


def _resident_row(hub: Hub, row: Resident) -> dict[str, Any]:
    values = {
        "name": row.name,
        "kana": row.kana,
        "birth": row.birth,
        "birth_unknown": row.birth_unknown,
        "birth_text": row.birth_text,
        "sex": row.sex,
        "relation": row.relation,
        "postal_code": row.postal_code,
        "address": row.address,
        "building": row.building,
    }
    return {
        "municipality": hub.code,
        "atena": row.atena,
        "household": row.household,
        "number_index": hub.index(row.number, "my-number") if row.number else "",
        "kind": row.kind,
        "protected": row.protected,
        "sealed": hub.sealing.seal_text(json.dumps(values, ensure_ascii=False), context=resident_context(hub.code, row.atena)),
        **look_keys(hub, name=row.name, kana=row.kana, birth=row.birth, birth_unknown=row.birth_unknown),
    }
