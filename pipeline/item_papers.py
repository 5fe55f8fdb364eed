"""Official papers about items (項目定義書, API仕様書), from workbooks to the mapping room, and the report of what contradicts what."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from connectors.workbook import read_workbook
from mappings.item_comparison import Difference, compare, compare_provisional
from mappings.item_definition import Definition, PrintedPage, read_api_items, read_definition
from mappings.items import Group
from pipeline.errors import SettingError

COLUMNS = ("種別", "項目", "ローマ字名", "項目定義書", "比べた側", "場所")


@dataclass(frozen=True, slots=True)
class Report:
    """What was found. contradictions: definition against API specification; provisional: definition against our own items."""

    definition: str
    specification: str
    contradictions: tuple[Difference, ...]
    provisional: tuple[Difference, ...]

    def sections(self) -> tuple[tuple[str, tuple[Difference, ...]], ...]:
        """Headings and their differences."""
        return (("項目定義書とAPI仕様書の食い違い", self.contradictions), ("暫定の項目との違い", self.provisional))

    def json(self) -> dict[str, Any]:
        """Everything as plain values."""
        return asdict(self)

    def csv(self) -> str:
        """One row for each difference, with the section before the columns."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(("表", *COLUMNS))
        writer.writerows((title, *cells(one)) for title, differences in self.sections() for one in differences)
        return text.getvalue()

    def markdown(self) -> str:
        """The report as a page of text."""
        lines = [f"# {self.definition}の照合", "", f"比べた資料: {self.specification}"]
        for title, differences in self.sections():
            lines += ["", f"## {title}（{len(differences)}件）", "", f"| {' | '.join(COLUMNS)} |", "|---" * len(COLUMNS) + "|"]
            lines += [f"| {' | '.join(' '.join(cell.replace('|', '｜').split()) for cell in cells(one))} |" for one in differences]
        return "\n".join(lines) + "\n"


def cells(one: Difference) -> tuple[str, ...]:
    """A difference in the order of ``COLUMNS``."""
    return (one.kind, one.title, one.name, one.definition, one.other, one.note)


def definition_of(file: Path) -> Definition:
    """The item definition in a workbook. Raises Refused for a harmful or damaged one, SettingError for one without items."""
    found = read_definition(_pages(file))
    if not found.items:
        raise SettingError(f"{file}: no sheet has the headings of a 項目定義書", "give the workbook of the item definition")
    return found


def report_of(definition: Path, specification: Path, items: Mapping[str, Mapping[str, Group]], same: Mapping[str, str]) -> Report:
    """Compare two workbooks and our items. Raises as ``definition_of``."""
    paper, api = definition_of(definition), read_api_items(_pages(specification))
    if not api:
        raise SettingError(f"{specification}: no sheet has the headings of an API's item tables", "give the API specification's workbook")
    return Report(paper.title, specification.name, tuple(compare(paper, api)), tuple(compare_provisional(paper, items, same)))


def same_items(folder: Path) -> dict[str, str]:
    """Provisional name → official name of items that hold the same, as ``same_items.csv`` declares."""
    path = folder / "same_items.csv"
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        rows: Sequence[list[str]] = list(csv.reader(file))
    return {row[0]: row[1] for row in rows[1:]}


def _pages(file: Path) -> list[PrintedPage]:
    sheets = read_workbook(file.read_bytes(), file.name)
    return [PrintedPage(sheet.name, {(cell.row, cell.column): cell.text for cell in sheet.cells}) for sheet in sheets]
