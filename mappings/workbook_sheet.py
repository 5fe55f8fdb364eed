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

# Half-width characters.
_NARROWEST, _USUAL, _WIDEST, _MARGIN = 8, 70, 250, 3
# Points. No row can be higher than the highest; a text of more lines than fit there widens its column instead.
_LINE, _HIGHEST, _LINES = 18.75, 409.5, 15
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


def lay_out(name: str, heading: Sequence[str], rows: Sequence[Row], *, usual: int = _USUAL) -> LaidOut:
    """Lay out a sheet; an absent value is an empty cell that is text too. usual: half-width characters after which a text wraps."""
    area = f"A1:{column_name(len(heading))}{len(rows) + 1}"
    widths = _widths(heading, rows, usual)
    lines = [_row(1, heading, HEADING, widths), *(_row(number, row, VALUE, widths) for number, row in enumerate(rows, start=2))]
    head = _head(area, widths).encode()
    places: list[tuple[int, int]] = []
    offset = len(head)
    for line in lines:
        places.append((offset, len(line) - 1))
        offset += len(line)
    return LaidOut(SheetPart(name, area, b"".join([head, *lines, _TAIL.format(area=area).encode()])), tuple(places[1:]))


def fitted(sheet: SheetPart) -> SheetPart:
    """The sheet printed as wide as one page, however many pages long; its rows no longer stand where ``lay_out`` said."""
    data = sheet.data.replace(b"<dimension ", b'<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>\n<dimension ', 1)
    data = data.replace(b' pageOrder="overThenDown"/>', b' fitToWidth="1" fitToHeight="0"/>')
    return SheetPart(sheet.name, sheet.area, data)


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
        f'</sheetView></sheetViews>\n<sheetFormatPr defaultRowHeight="{_LINE}"/>\n<cols>{columns}</cols>\n<sheetData>\n'
    )


def _row(number: int, cells: Row, style: int, widths: Sequence[int]) -> bytes:
    each = "".join(_cell(f"{column_name(place)}{number}", cell, style) for place, cell in enumerate(cells, start=1))
    lines = max(_lines(cell or "", width) for cell, width in zip(cells, widths, strict=True))
    # Not every program makes room for wrapped text by itself.
    height = f' ht="{min(_HIGHEST, lines * _LINE)}" customHeight="1"' if lines > 1 else ""
    return f'<row r="{number}"{height}>{each}</row>\n'.encode()


def _lines(text: str, width: int) -> int:
    """Lines that a text takes in a column, a little more where they break at words."""
    if len(text) * 2 + _MARGIN <= width and "\n" not in text:
        return 1
    return sum(max(1, -(-_width(line) // (width - _MARGIN))) for line in text.split("\n"))


def _cell(place: str, text: str | None, style: int) -> str:
    if not text:
        return f'<c r="{place}" s="{style}"/>'
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{markup.escape(text)}</t></is></c>'


def _widths(heading: Sequence[str], rows: Sequence[Row], usual: int) -> list[int]:
    """Width of each column in half-width characters: as its longest line, within bounds; what is longer wraps."""
    columns = zip(heading, *rows, strict=True)
    longest = [max(_width(line) for text in column for line in (text or "").split("\n")) for column in columns]
    return [min(_WIDEST, max(_NARROWEST, min(usual, width), width // _LINES)) + _MARGIN for width in longest]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "FWA" else 1 for sign in text)
