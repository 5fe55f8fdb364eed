"""Files of the municipality's own side of exchanges (自団体側の記録): of the gateway, of business systems, and the book of the terminals.

One file for each source and day, finished when its ``.end`` companion says so; that also says whether the day is complete. A file that
comes again with other bytes replaces the one before. Names and columns stand in ``connectors/profiles/exchange.yaml``.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from connectors.errors import PermanentError
from connectors.exchange_rows import ASKED, PROFILE, are_facts, instant, is_sequence, table_of
from vocabulary.findings import refuse

_OWN = PROFILE["own"]
_NAME, _INQUIRY = re.compile(_OWN["name"]), re.compile(PROFILE["inquiry"])
_COLUMNS: list[str] = _OWN["columns"]


@dataclass(frozen=True, slots=True)
class OwnFile:
    """A finished file of one day. complete: the source says that it holds every exchange of that day. sha256, rows: as declared."""

    path: Path
    municipality: str
    day: date
    sha256: str
    rows: int
    complete: bool


@dataclass(frozen=True, slots=True)
class OwnRow:
    """One row. sequence, inquiry: 処理通番 and 照会ID, empty where the source does not know them; role: 1 照会, 2 提供."""

    sequence: str
    inquiry: str
    role: str
    counterpart: str
    duty: str
    item: str
    atena: str = field(repr=False)
    requested_at: datetime


def finished_days(folder: Path) -> list[OwnFile]:
    """The finished files of a folder, oldest day first. Raises PermanentError when it cannot be read."""
    try:
        files = sorted(folder.iterdir())
    except OSError as error:
        raise PermanentError("own-exchanges", f"{folder}: cannot be read ({error.strerror}); correct inbox of the connection") from None
    found = [own for file in files if (own := _finished(file))]
    return sorted(found, key=lambda own: own.day)


def read_own(file: OwnFile, municipality: str) -> Iterator[OwnRow]:
    """The rows of a file whose bytes are the declared ones.

    Raises Refused: OWN_FILE_BYTES, EXCHANGE_FOREIGN (another 団体コード), EXCHANGE_ROW (row number, never values), OWN_FILE_DAY.
    """
    name = file.path.name
    with file.path.open("rb") as raw:
        if hashlib.file_digest(raw, "sha256").hexdigest() != file.sha256:
            raise refuse("OWN_FILE_BYTES", name, "bytes differ from the digest in the .end file")
    if file.municipality != municipality:
        raise refuse("EXCHANGE_FOREIGN", name, "name carries another municipality")
    count = 0
    with file.path.open(encoding=PROFILE["encoding"], newline="") as lines:
        for number, cells in table_of(lines, name, _COLUMNS):
            count += 1
            if cells[0] != municipality:
                raise refuse("EXCHANGE_FOREIGN", f"{name}:{number}", "row of another municipality")
            row = _row(cells[1:])
            if row is None:
                raise refuse("EXCHANGE_ROW", f"{name}:{number}", "row does not follow the profile")
            if row.requested_at.date() != file.day:
                raise refuse("OWN_FILE_DAY", f"{name}:{number}", "row of another day")
            yield row
    if count != file.rows:
        raise refuse("OWN_FILE_BYTES", name, f"has {count} rows of {file.rows}")


def _finished(path: Path) -> OwnFile | None:
    match = _NAME.fullmatch(path.name)
    end = path.with_name(path.name + _OWN["end_suffix"])
    if match is None or not end.is_file():
        return None
    try:
        declared = json.loads(end.read_text(encoding="utf-8"))
        day = datetime.strptime(match["stamp"], "%Y%m%d").date()  # noqa: DTZ007  a day, no instant
        complete = declared["complete"]
        return OwnFile(path, match["municipality"], day, str(declared["sha256"]).lower(), int(declared["rows"]), complete is True)
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None


def _row(cells: list[str]) -> OwnRow | None:
    sequence, inquiry, role, counterpart, duty, item, atena, requested = cells
    requested_at = instant(requested)
    good = (not sequence or is_sequence(sequence)) and _INQUIRY.fullmatch(inquiry) is not None and (role == ASKED or not inquiry)
    if not (good and are_facts(role, (counterpart,), (duty, item), atena)) or requested_at is None:
        return None
    return OwnRow(sequence, inquiry, role, counterpart, duty, item, atena, requested_at)
