"""Where a delivered record came from (来歴の逆引き): from FILE:ROW back to the application, its steps, checks and package."""

import hashlib
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select

from pipeline.act_cases import admit_reader
from pipeline.errors import SettingError
from pipeline.hub import Hub
from pipeline.journal.delivery_tables import batches
from pipeline.journal.evidence_tables import log_leaves
from pipeline.journal.intake_tables import applications
from pipeline.lineage import Facts, trace_of
from pipeline.record_places import file_facts, numbered_records, record_facts

SHOWN = 3


def split_place(given: str) -> tuple[str, int] | None:
    """FILE and ROW of ``FILE:ROW``; None for what is no such place but a 受付番号. Raises SettingError for a row that is no number."""
    file, colon, row = given.rpartition(":")
    if not colon:
        return None
    if not (row.isascii() and row.isdigit() and file):
        raise SettingError(f"{given}: ROW is no number", "write FILE:ROW, such as hoiku_20261124_001.csv:3, or a 受付番号")
    return file, int(row)


def origin_of(hub: Hub, file: str, number: int, *, actor: str) -> Facts:
    """The file, the record and the application that it belongs to, for who may read that. Raises SettingError for what is not there."""
    batch = _batch(hub, file)
    records = numbered_records(hub, batch)
    if not records:
        raise SettingError(f"{batch.name}: today's format {batch.format} does not read it", "trace the 受付番号 that its records name")
    if number not in records:
        raise SettingError(f"{batch.name} has no record {number}", f"its records are 1 to {max(records)}, headings not counted")
    item = records[number]
    [row] = hub.journal.rows(select(applications).where(applications.c.id == item.application))
    admit_reader(hub, row, actor)
    trace = trace_of(hub, row)
    left = {"file": file_facts(hub, batch) | {"log": _log(hub, batch)}, "record": record_facts(item, number)}
    return left | {name: trace[name] for name in ("application", "versions", "steps", "suites", "acts")}


def _log(hub: Hub, batch: Row[Any]) -> list[Facts]:
    """The leaves of the release and the delivery of a file."""
    named = select(log_leaves).where(log_leaves.c.data.contains(f'"batch":{batch.id},')).order_by(log_leaves.c.number)
    return [{"leaf": one.number, "data": one.data} for one in hub.journal.rows(named)]


def _batch(hub: Hub, file: str) -> Row[Any]:
    """A file by its bytes where it lies here, else by its name, with its destination before it where two have that name."""
    every = hub.journal.rows(select(batches).where(batches.c.municipality == hub.code).order_by(batches.c.id))
    path = Path(file)
    named = [one for one in every if file in (one.name, f"{one.destination}/{one.name}")]
    if path.is_file():
        return _same_bytes(path, every)
    if len(named) == 1:
        found: Row[Any] = named[0]
        return found
    if named:
        places = ", ".join(f"{one.destination}/{one.name}" for one in named)
        raise SettingError(f"{file} went to several destinations", f"name one of {places}")
    raise SettingError(f"no file {file} was released", _known(path.name, [one.name for one in every]))


def _same_bytes(path: Path, every: list[Row[Any]]) -> Row[Any]:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    same = [one for one in every if one.digest == digest]
    if not same:
        named = any(one.name == path.name for one in every)
        remedy = "hub close compares it with what was released" if named else _known(path.name, [one.name for one in every])
        raise SettingError(f"{path} is no file as it was released", remedy)
    of_its_folder = [one for one in same if (one.destination, one.name) == (path.resolve().parent.name, path.name)]
    if len(same) > 1 and len(of_its_folder) != 1:
        places = ", ".join(f"{one.destination}/{one.name}" for one in same)
        raise SettingError(f"{path} has the bytes of several files", f"name one of {places}")
    return (of_its_folder or same)[0]


def _known(name: str, names: list[str]) -> str:
    near = get_close_matches(name, names, n=SHOWN, cutoff=0.3) or names[-SHOWN:]
    return f"there are {len(names)} files, such as {', '.join(dict.fromkeys(near))}" if names else "nothing was released yet"
