"""People who have to file a 現況届 (提出対象者) and filings on paper (紙の受領), read row by row from the files that sections hand over."""

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from connectors.ledgers import ExtractFile, read_extract
from connectors.profile import read_profile
from vocabulary.findings import Refused, refuse

_PROFILE = read_profile("expected")
_YEAR, _NUMBER = re.compile(_PROFILE["year"]), re.compile(_PROFILE["number"])
_LEDGER = re.compile(r"[0-9]{15}")


@dataclass(frozen=True, slots=True)
class ExpectedPerson:
    """Somebody who has to file. period: 年度."""

    period: str
    atena: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PaperFiling:
    """A filing on paper. line: of the file, the heading being 1. number: what the section calls the paper; received_on: ISO text."""

    line: int
    procedure: str
    period: str
    atena: str = field(repr=False)
    received_on: str
    number: str


def read_expected(file: ExtractFile, municipality: str) -> list[ExpectedPerson]:
    """Everybody of an extract, the whole file or nothing.

    Raises Refused LEDGER_FOREIGN, LEDGER_HEADER, LEDGER_ROW and LEDGER_DUPLICATE with the row's number, never its values, and as
    ``read_extract``.
    """
    if file.municipality != municipality:
        raise refuse("LEDGER_FOREIGN", file.name, "name carries another municipality")
    # Read twice: a file that was cut is told as such, and not as the row in which it happens to end.
    deque(read_extract(file), maxlen=0)
    found: dict[ExpectedPerson, None] = {}
    for line, cells in enumerate(read_extract(file), start=1):
        place = f"{file.name}:{line}"
        if line == 1:
            if list(cells) != _PROFILE["extract"]:
                raise refuse("LEDGER_HEADER", place, "header differs from the profile")
            continue
        person = _expected(cells, place, municipality)
        if person in found:
            raise refuse("LEDGER_DUPLICATE", place, "one person stands twice in a year")
        found[person] = None
    return list(found)


def _expected(cells: Sequence[str], place: str, municipality: str) -> ExpectedPerson:
    if len(cells) != len(_PROFILE["extract"]) or not _YEAR.fullmatch(cells[1]) or not _LEDGER.fullmatch(cells[2]):
        raise refuse("LEDGER_ROW", place, "row does not follow the profile")
    if cells[0] != municipality:
        raise refuse("LEDGER_FOREIGN", place, "row of another municipality")
    return ExpectedPerson(cells[1], cells[2])


def read_papers(path: Path, today: date) -> list[PaperFiling]:
    """The paper filings of a section's CSV. Raises Refused PAPER_ROW with file and line, never a value."""
    rows = list(_rows(path))
    if not rows or rows[0] != _PROFILE["paper"]:
        raise _refused(path, 1, f"heading must be {','.join(_PROFILE['paper'])}")
    return [_paper(path, line, cells, today) for line, cells in enumerate(rows[1:], start=2) if any(cells)]


def _rows(path: Path) -> Iterator[list[str]]:
    reader = csv.reader(_text(path).splitlines(keepends=True), strict=True)
    try:
        yield from reader
    except csv.Error:
        raise _refused(path, reader.line_num, "no CSV") from None


def _text(path: Path) -> str:
    data = path.read_bytes()
    for encoding in _PROFILE["paper_encodings"]:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _refused(path, 1, "neither UTF-8 nor CP932")


def _paper(path: Path, line: int, cells: Sequence[str], today: date) -> PaperFiling:
    if len(cells) != len(_PROFILE["paper"]):
        raise _refused(path, line, f"needs {len(_PROFILE['paper'])} cells")
    procedure, period, atena, received, number = (cell.strip() for cell in cells)
    day = _day(received)
    faults = {
        "年度 is no year of four digits": not _YEAR.fullmatch(period),
        "宛名番号 is not 15 digits": not _LEDGER.fullmatch(atena),
        "受領日 is no day (2026-06-10)": day is None,
        "受領日 is not there yet": day is not None and day > today,
        "受付番号 is missing or not of 1 to 40 signs": not _NUMBER.fullmatch(number),
    }
    fault = next((text for text, found in faults.items() if found), "")
    if fault:
        raise _refused(path, line, fault)
    return PaperFiling(line, procedure, period, atena, received, number)


def _day(text: str) -> date | None:
    """One form only, since it is kept as it is written: 2026-W24-3 is a day as well."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.isoformat() == text else None


def _refused(path: Path, line: int, detail: str) -> Refused:
    return refuse("PAPER_ROW", f"{path.name}:{line} {detail}", detail)
