"""Workbooks from outside (エクセル, xlsx) as plain cells: strict ZIP, hardened XML door, limits; nothing is calculated or fetched."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from posixpath import dirname, join, normpath

from lxml import etree

from connectors.office_files import judge_ole, open_ooxml
from connectors.workbook_styles import NumberFormat, number_formats
from connectors.xml_door import XmlLimits, parse_xml
from vocabulary.findings import Refused, refuse

_OLE = b"\xd0\xcf\x11\xe0"
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?", re.ASCII)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LINE_ENDS = {0x09: "\t", 0x0A: "\n", 0x0D: ""}
_STRINGS_IN_FORMULA = re.compile(r'"[^"]*"')
_ACTIVE_FORMULA = re.compile(r"\||\[[0-9]+\]|\b(WEBSERVICE|CALL|REGISTER|RTD|EXEC)\s*\(", re.IGNORECASE)
_LONGEST_NUMBER = 40
_ROWS, _COLUMNS = 1 << 20, 1 << 14
_PART_LIMITS = XmlLimits(size=32 << 20, elements=600_000, namespaces=400)


@dataclass(frozen=True, slots=True)
class WorkbookLimits:
    """Most sheets, cells of all sheets, merged areas of a sheet, characters of a cell; bytes and elements of a part."""

    sheets: int = 64
    cells: int = 100_000
    merged: int = 20_000
    text: int = 32_767
    xml: XmlLimits = _PART_LIMITS


@dataclass(frozen=True, slots=True)
class Area:
    """Cells from one corner to the other, both included, counted from 1."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with its text as shown. formula: the text is what the writing program last calculated, and may be stale or forged."""

    row: int
    column: int
    text: str
    formula: bool = False

    def __repr__(self) -> str:
        return f"Cell({self.row}, {self.column})"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet: its cells that are not empty row by row, its merged areas. hidden: not shown when the workbook is opened."""

    name: str
    hidden: bool
    cells: tuple[Cell, ...]
    merged: tuple[Area, ...]


@dataclass(frozen=True, slots=True)
class _Book:
    parts: Mapping[str, bytes]
    where: str
    limits: WorkbookLimits
    strings: Sequence[str]
    formats: Sequence[NumberFormat]
    from_1904: bool


def read_workbook(data: bytes, where: str, limits: WorkbookLimits = WorkbookLimits()) -> tuple[Sheet, ...]:
    """The worksheets in their order, hidden ones too. where: names the file in refusals.

    Raises Refused ATT_ACTIVE for macros, links to the outside, DDE and passwords, ATT_TOO_LARGE, ATT_NOT_ACCEPTED for other files,
    ATT_TYPE for damaged ones, TEXT_FORBIDDEN_CHAR.
    """
    if data.startswith(_OLE):
        raise refuse("ATT_NOT_ACCEPTED", where, f"an older workbook: {judge_ole(data, where)}")
    kind, parts = open_ooxml(data, where)
    if kind != "xlsx":
        raise refuse("ATT_NOT_ACCEPTED", where, kind)
    main = next(iter(_relations(parts, "", where, limits, "/officeDocument").values()), "")
    root = _part(parts, main, where, limits)
    strings, styles = (next(iter(_relations(parts, main, where, limits, kind).values()), "") for kind in ("/sharedStrings", "/styles"))
    book = _Book(
        parts, where, limits,
        strings=_shared_strings(_part(parts, strings, where, limits), where, limits) if strings else (),
        formats=number_formats(_part(parts, styles, where, limits) if styles else None),
        from_1904=_is_on(root.find("{*}workbookPr"), "date1904"),
    )  # fmt: skip
    return tuple(_sheets(book, root, main))


def _sheets(book: _Book, root: etree._Element, main: str) -> Iterator[Sheet]:
    paths = _relations(book.parts, main, book.where, book.limits, "/worksheet")
    listed = root.findall("{*}sheets/{*}sheet")
    if len(listed) > book.limits.sheets:
        raise refuse("ATT_TOO_LARGE", book.where, "too many sheets")
    left = book.limits.cells
    for entry in listed:
        relation = next((value for name, value in entry.attrib.items() if str(name).endswith("}id")), "")
        if relation not in paths:
            continue  # a chart sheet has no cells
        sheet = _part(book.parts, paths[str(relation)], book.where, book.limits)
        cells = _cells(book, sheet, left)
        left -= len(cells)
        hidden = entry.get("state", "visible") != "visible"
        yield Sheet(entry.get("name", ""), hidden, cells, _merged(book, sheet))


def _part(parts: Mapping[str, bytes], name: str, where: str, limits: WorkbookLimits) -> etree._Element:
    if name not in parts:
        raise refuse("ATT_TYPE", where, "a part of the workbook is absent")
    try:
        return parse_xml(parts[name], limits.xml)
    except Refused as refusal:
        code = refusal.finding.code
        kept = {"XML_TOO_LARGE": "ATT_TOO_LARGE", "XML_DOCTYPE": "ATT_ACTIVE", "XML_ACTIVE_CONTENT": "ATT_ACTIVE"}
        raise refuse(kept.get(code, code if code == "TEXT_FORBIDDEN_CHAR" else "ATT_TYPE"), where, code) from None


def _relations(parts: Mapping[str, bytes], source: str, where: str, limits: WorkbookLimits, kind: str) -> dict[str, str]:
    """Relation id → part name, of the relations of ``source`` ("" for the package) whose type ends with ``kind``."""
    folder = dirname(source)
    name = join(folder, "_rels", f"{source[len(folder):].lstrip('/')}.rels")
    found = {}
    for one in _part(parts, name, where, limits):
        if str(one.get("Type")).endswith(kind):
            found[one.get("Id", "")] = normpath(join("/", folder, one.get("Target", ""))).lstrip("/")
    return found


def _is_on(element: etree._Element | None, name: str) -> bool:
    return element is not None and element.get(name, "0") in {"1", "true"}


def _shared_strings(root: etree._Element, where: str, limits: WorkbookLimits) -> list[str]:
    return [_text(entry, where, limits) for entry in root.iterfind("{*}si")]


def _text(entry: etree._Element, where: str, limits: WorkbookLimits) -> str:
    """The runs of a string without its readings (ふりがな), which are not shown."""
    runs = [*entry.iterfind("{*}t"), *entry.iterfind("{*}r/{*}t")]
    return _checked("".join(run.text or "" for run in runs), where, limits)


def _checked(text: str, where: str, limits: WorkbookLimits) -> str:
    if len(text) > limits.text:
        raise refuse("ATT_TOO_LARGE", where, "too long a cell")
    return _ESCAPED.sub(lambda found: _unescape(int(found[1], 16), where), text).replace("\r\n", "\n").replace("\r", "\n")


def _unescape(code: int, where: str) -> str:
    if code in _LINE_ENDS:
        return _LINE_ENDS[code]
    if code < 0x20 or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000 or code >= 0xFFFE:
        raise refuse("TEXT_FORBIDDEN_CHAR", where, f"U+{code:04X}")
    return chr(code)


def _cells(book: _Book, sheet: etree._Element, most: int) -> tuple[Cell, ...]:
    found: dict[tuple[int, int], Cell] = {}
    row = 0
    for line in sheet.iterfind("{*}sheetData/{*}row"):
        written = line.get("r")
        row = int(written) if written and written.isdecimal() and len(written) < 8 else row + 1
        column = 0
        for entry in line.iterfind("{*}c"):
            row, column = _place(entry.get("r"), row, column + 1, book.where)
            cell = _cell(book, entry, row, column)
            if cell.text or cell.formula:
                if found.setdefault((row, column), cell) is not cell:
                    raise refuse("ATT_TYPE", book.where, "one cell stands twice")
                if len(found) > most:
                    raise refuse("ATT_TOO_LARGE", book.where, "too many cells")
    return tuple(found[place] for place in sorted(found))


def _place(reference: str | None, row: int, column: int, where: str) -> tuple[int, int]:
    """Row and column of ``B12``; a cell without a reference stands right of the one before."""
    if reference is not None:
        match = _REFERENCE.fullmatch(reference)
        if match is None:
            raise refuse("ATT_TYPE", where, "a cell without a place")
        row, column = int(match[2]), 0
        for letter in match[1]:
            column = column * 26 + ord(letter) - 64
    if row > _ROWS or column > _COLUMNS:
        raise refuse("ATT_TYPE", where, "a cell without a place")
    return row, column


def _cell(book: _Book, entry: etree._Element, row: int, column: int) -> Cell:
    formula = entry.find("{*}f")
    if formula is not None and _ACTIVE_FORMULA.search(_STRINGS_IN_FORMULA.sub("", formula.text or "")):
        raise refuse("ATT_ACTIVE", book.where, "a formula that reaches outside")
    return Cell(row, column, _shown(book, entry), formula is not None)


def _shown(book: _Book, entry: etree._Element) -> str:
    kind, value = entry.get("t", "n"), entry.findtext("{*}v") or ""
    if kind == "inlineStr":
        inline = entry.find("{*}is")
        return "" if inline is None else _text(inline, book.where, book.limits)
    if not value:
        return ""
    if kind == "s":
        if not (value.isascii() and value.isdecimal() and len(value) <= _LONGEST_NUMBER and int(value) < len(book.strings)):
            raise refuse("ATT_TYPE", book.where, "a shared string is absent")
        return book.strings[int(value)]
    if kind == "b":
        return "TRUE" if value == "1" else "FALSE"
    if kind == "n":
        return _number(book, entry, value)
    return _checked(value, book.where, book.limits)


def _number(book: _Book, entry: etree._Element, value: str) -> str:
    if len(value) > _LONGEST_NUMBER or not _NUMBER.fullmatch(value) or not isfinite(float(value)):
        raise refuse("ATT_TYPE", book.where, "a number that is none")
    style = entry.get("s", "0")
    known = style.isdecimal() and len(style) < 6 and int(style) < len(book.formats)
    return (book.formats[int(style)] if known else NumberFormat()).show(value, from_1904=book.from_1904)


def _merged(book: _Book, sheet: etree._Element) -> tuple[Area, ...]:
    entries = sheet.findall("{*}mergeCells/{*}mergeCell")
    if len(entries) > book.limits.merged:
        raise refuse("ATT_TOO_LARGE", book.where, "too many merged cells")
    areas = []
    for entry in entries:
        first, _, last = entry.get("ref", "").partition(":")
        top, left = _place(first, 0, 0, book.where)
        bottom, right = _place(last or first, 0, 0, book.where)
        areas.append(Area(min(top, bottom), min(left, right), max(top, bottom), max(left, right)))
    return tuple(areas)
