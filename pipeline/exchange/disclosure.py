"""The records of one resident for a disclosure request (開示請求): only theirs, without what is not to be disclosed, checked on the bytes.

Each side judges for itself whether the fact of an exchange is not to be disclosed (番号法23条2項). Our own mark keeps a record out; a mark
of the other side's keeps it out until both bodies have spoken, which the command says to the one who exports.
"""

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select

from connectors.exchange_rows import PROFILE
from pipeline.errors import EvidenceBroken, SettingError
from pipeline.exchange.access import Reader, note_reading, person_of
from pipeline.exchange.facts import person_index
from pipeline.faults import fault_point
from pipeline.hub import Hub, digest_of
from pipeline.journal.exchange_tables import exchange_records
from pipeline.private_files import write_part

HEADER = ("処理通番", "区分", "情報照会者", "情報提供者", "事務", "事務手続", "特定個人情報の項目", "照会日時", "提供日時", "結果")


@dataclass(frozen=True, slots=True)
class Disclosed:
    """records: in the file. own_marks, other_marks: left out for a mark of ours, or of the other side's only."""

    records: int
    own_marks: int
    other_marks: int


def disclose(hub: Hub, reader: Reader, atena: str, path: Path) -> Disclosed:
    """Write the file. Raises SettingError when it exists already, EvidenceBroken when its bytes are not what they must be."""
    if path.exists():
        raise SettingError(f"{path} exists already", "name another file; nothing is written over")
    index = person_index(hub, atena)
    note_reading(hub, reader, f"disclosure/{index}")
    rows = _records_of(hub, index)
    shown = [row for row in rows if not (row.nondisclosure_inquirer or row.nondisclosure_provider)]
    own = sum(own_mark(row) for row in rows)
    data = _bytes_of(shown)
    check_bytes(hub, atena, data)
    part = write_part(path, data)
    fault_point("disclosure.before_rename")
    part.rename(path)
    with hub.journal.write() as write:
        content = hub.index(digest_of(data.hex()), "disclosure")
        counts = {"records": len(shown), "withheld": len(rows) - len(shown)}
        write.leaf("exchange_disclosed", municipality=hub.code, who=reader.who, person=index, **counts, content=content)
    return Disclosed(len(shown), own, len(rows) - len(shown) - own)


def own_mark(row: Row[Any]) -> bool:
    """Whether our side judged that the fact of the exchange is not to be disclosed."""
    return bool(row.nondisclosure_inquirer if row.role == "1" else row.nondisclosure_provider)


def check_bytes(hub: Hub, atena: str, data: bytes) -> None:
    """Open the finished bytes: every line is a record of this person, unmarked, as the journal has it. Raises EvidenceBroken."""
    header, *lines = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
    if tuple(header) != HEADER:
        raise EvidenceBroken("disclosure file: header")
    for number, cells in enumerate(lines, start=2):
        same = (exchange_records.c.municipality == hub.code, exchange_records.c.sequence == cells[0])
        row = next(iter(hub.journal.rows(select(exchange_records).where(*same))), None)
        if row is None or person_of(hub, row) != atena:
            raise EvidenceBroken(f"disclosure file: line {number} is not of this person")
        if row.nondisclosure_inquirer or row.nondisclosure_provider or tuple(cells) != cells_of(row):
            raise EvidenceBroken(f"disclosure file: line {number} is not to be shown")


def _records_of(hub: Hub, index: str) -> list[Row[Any]]:
    same = (exchange_records.c.municipality == hub.code, exchange_records.c.atena_index == index)
    return hub.journal.rows(select(exchange_records).where(*same).order_by(exchange_records.c.requested_at, exchange_records.c.sequence))


def cells_of(row: Row[Any]) -> tuple[str, ...]:
    """A record under ``HEADER``."""
    role, outcome = PROFILE["roles"][row.role], PROFILE["outcomes"][row.outcome]
    times = (row.requested_at, row.provided_at or "")
    return (row.sequence, role, row.inquirer, row.provider, row.duty, row.procedure, row.item, *times, outcome)


def _bytes_of(rows: list[Row[Any]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([HEADER, *map(cells_of, rows)])
    return text.getvalue().encode("utf-8-sig")
