"""The filled sheet (記入済みの決定入力) read strictly: the hub's headings, no formulas; what is not filled is passed over."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from connectors.workbook import WorkbookLimits, read_workbook
from pipeline.decision_sheets import GIVEN, HEADINGS
from pipeline.section_folders import LARGEST
from vocabulary.dates import read_date
from vocabulary.findings import Refused, refuse

_LIMITS = WorkbookLimits(sheets=4)


@dataclass(frozen=True, slots=True)
class FilledRow:
    """A row with something of the clerk's in it. number: counted from 1 below the heading. formula: one of its cells is calculated."""

    number: int
    cells: dict[str, str] = field(repr=False)
    formula: bool = False

    def __getitem__(self, heading: str) -> str:
        return self.cells[heading]

    @property
    def day(self) -> str:
        """決裁日 as ISO text, empty for what is no whole day in ISO, slashes or 和暦."""
        found = read_date(self.cells["決裁日"])
        day = found.exact if found else None
        return day.isoformat() if day else ""


def read_sheet(name: str, data: bytes) -> tuple[FilledRow, ...]:
    """The filled rows of a workbook or CSV. Raises Refused DECISION_SHEET for another file, other headings or a torn row."""
    if len(data) > LARGEST:
        raise refuse("DECISION_SHEET", detail="too large")
    rows = _rows_of_csv(data) if name.lower().endswith(".csv") else _rows_of_workbook(name, data)
    heading = next(rows, None)
    if heading is None or tuple(heading[0]) != HEADINGS:
        raise refuse("DECISION_SHEET", detail="other headings")
    return tuple(_filled(rows))


def _filled(rows: Iterator[tuple[Sequence[str], bool]]) -> Iterator[FilledRow]:
    for number, (cells, formula) in enumerate(rows, start=1):
        if len(cells) != len(HEADINGS):
            raise refuse("DECISION_SHEET", detail="a torn row")
        kept = [cell.strip() for cell in cells]
        if formula or any(kept[GIVEN:]):
            yield FilledRow(number, dict(zip(HEADINGS, kept, strict=True)), formula)


def _rows_of_csv(data: bytes) -> Iterator[tuple[Sequence[str], bool]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # A spreadsheet saves a plain CSV like this.
        try:
            text = data.decode("cp932")
        except UnicodeDecodeError:
            raise refuse("DECISION_SHEET", detail="no known encoding") from None
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        raise refuse("DECISION_SHEET", detail="no CSV") from None
    if "\0" in text:
        raise refuse("DECISION_SHEET", detail="no text")
    for cells in rows:
        yield cells or [""] * len(HEADINGS), any(cell.startswith("=") for cell in cells[GIVEN:])


def _rows_of_workbook(name: str, data: bytes) -> Iterator[tuple[Sequence[str], bool]]:
    try:
        sheets = [sheet for sheet in read_workbook(data, "sheet", _LIMITS) if not sheet.hidden]
    except Refused as refusal:
        raise refuse("DECISION_SHEET", detail=refusal.finding.code) from None
    if not sheets or not name.lower().endswith(".xlsx"):
        raise refuse("DECISION_SHEET", detail="no workbook")
    grid: dict[int, dict[int, str]] = {}
    formulas: set[int] = set()
    for cell in sheets[0].cells:
        if cell.column > len(HEADINGS):
            raise refuse("DECISION_SHEET", detail="more columns")
        grid.setdefault(cell.row, {})[cell.column] = cell.text
        if cell.formula:
            formulas.add(cell.row)
    for row in range(1, max(grid, default=0) + 1):
        cells = grid.get(row, {})
        yield [cells.get(column, "") for column in range(1, len(HEADINGS) + 1)], row in formulas
