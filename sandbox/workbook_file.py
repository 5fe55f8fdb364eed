"""Workbooks (エクセル, xlsx) as employers fill them in: texts, numbers, days, ticks and merged cells, nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape, quoteattr

from sandbox.packages import pack

Value = str | int | float | date | bool

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_RELATIONS_KIND = "application/vnd.openxmlformats-package.relationships+xml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_DAY_STYLE = 1
_FIRST_DAY = date(1899, 12, 30)
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/>'
    '</borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/>'
    "</cellXfs></styleSheet>"
)


@dataclass(frozen=True, slots=True)
class Page:
    """A worksheet: values by (row, column) counted from 1; merged areas as (top, left, bottom, right)."""

    name: str
    cells: Mapping[tuple[int, int], Value]
    merged: Sequence[tuple[int, int, int, int]] = ()


def workbook(pages: Sequence[Page]) -> bytes:
    """The xlsx file; the same pages always give the same bytes."""
    numbers = range(1, len(pages) + 1)
    sheets = "".join(f'<sheet name={quoteattr(page.name)} sheetId="{n}" r:id="rId{n}"/>' for n, page in zip(numbers, pages, strict=True))
    parts = {
        "[Content_Types].xml": _content_types(len(pages)),
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations([*(("worksheet", f"worksheets/sheet{n}.xml") for n in numbers), ("styles", "styles.xml")]),
        "xl/styles.xml": _STYLES,
        **{f"xl/worksheets/sheet{n}.xml": _sheet(page) for n, page in zip(numbers, pages, strict=True)},
    }
    return pack((name, text.encode()) for name, text in parts.items())


def reference(row: int, column: int) -> str:
    """The name of a cell: row 12, column 2 is ``B12``."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def _content_types(sheets: int) -> str:
    overrides = {"/xl/workbook.xml": "sheet.main", "/xl/styles.xml": "styles"}
    overrides |= {f"/xl/worksheets/sheet{n}.xml": "worksheet" for n in range(1, sheets + 1)}
    listed = "".join(f'<Override PartName="{name}" ContentType="{_KIND}.{kind}+xml"/>' for name, kind in overrides.items())
    rels = f'<Default Extension="rels" ContentType="{_RELATIONS_KIND}"/>'
    return f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">{rels}<Default Extension="xml" ContentType="application/xml"/>{listed}</Types>'


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{place}" Type="{_RELATIONS}/{kind}" Target="{target}"/>' for place, (kind, target) in enumerate(targets, 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _sheet(page: Page) -> str:
    rows: dict[int, list[str]] = {}
    for (row, column), value in sorted(page.cells.items()):
        rows.setdefault(row, []).append(_cell(reference(row, column), value))
    lines = "".join(f'<row r="{row}">{"".join(cells)}</row>' for row, cells in rows.items())
    areas = "".join(
        f'<mergeCell ref="{reference(top, left)}:{reference(bottom, right)}"/>' for top, left, bottom, right in page.merged
    )
    merged = f'<mergeCells count="{len(page.merged)}">{areas}</mergeCells>' if areas else ""
    return f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>{lines}</sheetData>{merged}</worksheet>'


def _cell(name: str, value: Value) -> str:
    match value:
        case bool():
            return f'<c r="{name}" t="b"><v>{int(value)}</v></c>'
        case date():
            return f'<c r="{name}" s="{_DAY_STYLE}"><v>{(value - _FIRST_DAY).days}</v></c>'
        case str():
            return f'<c r="{name}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f'<c r="{name}"><v>{value}</v></c>'
