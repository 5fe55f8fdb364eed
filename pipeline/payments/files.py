"""Settlement files in (収納データ・入金データの取込み): each content once, under whatever name; a refused file changes nothing."""

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import Row, Table, select

from connectors.collections import is_deposit_file, read_collected, read_deposited, way_of
from connectors.errors import PermanentError
from pipeline.alarms import cause_gone, raise_alarm
from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.payment_tables import collections, deposits, payment_files
from vocabulary.findings import Refused

log = logging.getLogger(__name__)

REFUSED, RENEWED = "SETTLEMENT_REFUSED", "SETTLEMENT_RENEWED"
Reader = Callable[[str, bytes], Sequence[Any]]


def take_files(hub: Hub, kind: str, folder: Path) -> dict[str, int]:
    """Take in what lies in a folder and is not known yet. kind: collections or deposits. Raises PermanentError for the folder."""
    counts = {"files": 0, "rows": 0, "refused": 0, "repeated": 0}
    is_ours: Callable[[str], bool] = is_deposit_file if kind == "deposits" else lambda name: way_of(name) is not None
    known = {(file.name, file.digest) for file in known_files(hub, kind)}
    for path in sorted(path for path in _files(folder) if is_ours(path.name)):
        data = path.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        if (path.name, digest) in known:
            continue
        state, rows = _take(hub, kind, path.name, data, digest)
        counts[{"taken": "files"}.get(state, state)] += 1
        counts["rows"] += rows
    return counts


def _files(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.is_file()]
    except OSError as error:
        raise PermanentError("payments", f"{folder}: cannot be read ({error.strerror}); correct inbox of the connection") from None


def known_files(hub: Hub, kind: str) -> list[Row[Any]]:
    """Every file of a kind that ever came, in the order of coming."""
    mine = (payment_files.c.municipality == hub.code) & (payment_files.c.kind == kind)
    return hub.journal.rows(select(payment_files).where(mine).order_by(payment_files.c.id))


def _take(hub: Hub, kind: str, name: str, data: bytes, digest: str) -> tuple[str, int]:
    """State and number of rows. The same name with other content is told and not taken: a person asks which of them is right."""
    before = [file for file in known_files(hub, kind) if file.state == "taken"]
    if any(file.digest == digest for file in before):
        return note_file(hub, kind, name, digest, state="repeated"), 0
    if any(file.name == name for file in before):
        return note_file(hub, kind, name, digest, state="refused", code="SETTLEMENT_RENEWED"), 0
    table, read = _ROOMS[kind]
    try:
        found = read(name, data)
    except Refused as refused:
        return note_file(hub, kind, name, digest, state="refused", code=refused.finding.code), 0
    with hub.journal.write() as write:
        file = enter_file(hub, write, kind, name, digest, rows=len(found), amount=sum(one.amount for one in found))
        write.insert_many(table, [{"municipality": hub.code, "file": file, **asdict(one)} for one in found])
    cause_gone(hub, (REFUSED, RENEWED), name)
    return "taken", len(found)


_ROOMS: dict[str, tuple[Table, Reader]] = {"collections": (collections, read_collected), "deposits": (deposits, read_deposited)}


def enter_file(hub: Hub, write: Write, kind: str, name: str, digest: str, *, rows: int, amount: int) -> int:
    """Note a file that is taken; gives its number."""
    row = {"municipality": hub.code, "kind": kind, "name": name, "digest": digest, "rows": rows, "amount": amount}
    file = write.insert_row(payment_files, {**row, "state": "taken", "at": hub.clock.now().isoformat()})
    write.leaf("payment_file_taken", kind=kind, name=name, digest=digest, rows=rows, amount=amount)
    return file


def note_file(hub: Hub, kind: str, name: str, digest: str, *, state: str, code: str | None = None) -> str:
    """Note a file whose rows are not taken; one that is refused is an alarm until its name is taken."""
    row = {"municipality": hub.code, "kind": kind, "name": name, "digest": digest, "rows": 0, "amount": 0, "state": state, "code": code}
    with hub.journal.write() as write:
        write.insert_new(payment_files, {**row, "at": hub.clock.now().isoformat()})
        if code:
            raise_alarm(hub, write, kind=RENEWED if code == RENEWED else REFUSED, subject=name)
        write.leaf("payment_file_put_aside", kind=kind, name=name, digest=digest, state=state, code=code)
    log.warning("payment_file_put_aside", extra={"kind": kind, "file": name, "state": state, "code": code})
    return state
