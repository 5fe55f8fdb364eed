"""One sheet of a workbook (シート) as XML: all cells text shown in full, a heading that stays in sight and filters, each row one line."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from mappings import markup
from mappings.workbook_file import DECLARATION, HEADING, MAIN, VALUE, SheetPart

LONGEST = 32_767
"""Characters of a cell as spreadsheets count them, in UTF-16 units."""
# A spreadsheet takes this for one character, whatever the cell's format says.
ESCAPE = re.compile(r"_x[0-9A-Fa-f]{4}_")

_NARROWEST, _WIDEST, _MARGIN = 8, 44, 3
_TAIL = """</sheetData>
<autoFilter ref="{area}"/>
<pageMargins left="0.4" right="0.4" top="0.6" bottom="0.5" header="0.3" footer="0.3"/>
<pageSetup paperSize="9" orientation="landscape" pageOrder="overThenDown"/>
<headerFooter><oddHeader>&amp;L&amp;A&amp;R&amp;P / &amp;N</oddHeader></headerFooter>
</worksheet>
"""

Row = Sequence[str | None]


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A sheet and, for each row below the heading, (offset, length) in the sheet's data without the line end."""

    part: SheetPart
    places: tuple[tuple[int, int], ...]


def lay_out(name: str, heading: Sequence[str], rows: Sequence[Row]) -> LaidOut:
    """Lay out a sheet; an absent value is an empty cell that is text too."""
    area = f"A1:{column_name(len(heading))}{len(rows) + 1}"
    lines = [_row(1, heading, HEADING), *(_row(number, row, VALUE) for number, row in enumerate(rows, start=2))]
    head = _head(area, _widths(heading, rows)).encode()
    places: list[tuple[int, int]] = []
    offset = len(head)
    for line in lines:
        places.append((offset, len(line) - 1))
        offset += len(line)
    return LaidOut(SheetPart(name, area, b"".join([head, *lines, _TAIL.format(area=area).encode()])), tuple(places[1:]))


def rows_of(data: bytes) -> list[list[str | None]]:
    """Texts of the cells of each row, heading first. Raises ValueError or etree.XMLSyntaxError for what is no such sheet."""
    rows = markup.parse(data).iterfind(f"{{{MAIN}}}sheetData/{{{MAIN}}}row")
    return [[_text(cell) for cell in row] for row in rows]


def column_name(number: int) -> str:
    """``A`` for 1, ``AA`` for 27."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _text(cell: etree._Element) -> str | None:
    text = cell.find(f"{{{MAIN}}}is/{{{MAIN}}}t")
    return None if text is None else text.text or ""


def _head(area: str, widths: Sequence[int]) -> str:
    columns = "".join(f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>' for n, width in enumerate(widths, start=1))
    return (
        f'{DECLARATION}<worksheet xmlns="{MAIN}">\n<dimension ref="{area}"/>\n'
        '<sheetViews><sheetView workbookViewId="0"><pane xSplit="1" ySplit="1" topLeftCell="B2" activePane="bottomRight" state="frozen"/>'
        f'</sheetView></sheetViews>\n<sheetFormatPr defaultRowHeight="18.75"/>\n<cols>{columns}</cols>\n<sheetData>\n'
    )


def _row(number: int, cells: Row, style: int) -> bytes:
    each = "".join(_cell(f"{column_name(place)}{number}", cell, style) for place, cell in enumerate(cells, start=1))
    return f'<row r="{number}">{each}</row>\n'.encode()


def _cell(place: str, text: str | None, style: int) -> str:
    if not text:
        return f'<c r="{place}" s="{style}"/>'
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{markup.escape(text)}</t></is></c>'


def _widths(heading: Sequence[str], rows: Sequence[Row]) -> list[int]:
    """Width of each column in half-width characters: as its longest line, within bounds; what is longer wraps."""
    columns = zip(*rows, strict=True) if rows else ((),) * len(heading)
    return [
        min(_WIDEST, max(_NARROWEST, *(_width(line) for text in (title, *column) for line in (text or "").split("\n")))) + _MARGIN
        for title, column in zip(heading, columns, strict=True)
    ]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "FWA" else 1 for sign in text)
