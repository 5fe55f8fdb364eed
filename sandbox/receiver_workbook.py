"""A section's own strict look at a workbook (職員用ブック): opens as ZIP and XML, every cell text, no formula, a heading on every sheet."""

import io
import zipfile
from collections.abc import Mapping

from lxml import etree

from sandbox.receiver_verdict import Verdict, rejected, taken

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_RECEIPT = "受付番号"
_ABOUT = "（出力情報）"


def read_workbook(data: bytes) -> Verdict:
    """Accept only a workbook of text cells whose last sheet says which group each other sheet holds."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        sheets = _sheets(parts)
    except (zipfile.BadZipFile, KeyError, etree.XMLSyntaxError):
        return rejected("NOT_XLSX")
    cells = [cell for sheet in sheets.values() for cell in sheet.iterfind(f"{_MAIN}sheetData/{_MAIN}row/{_MAIN}c")]
    if any(cell.find(f"{_MAIN}f") is not None for cell in cells):
        return rejected("FORMULA")
    if any(cell.get("t") not in {None, "inlineStr"} or cell.find(f"{_MAIN}v") is not None for cell in cells):
        return rejected("NOT_TEXT")
    rows = {name: _rows(sheet) for name, sheet in sheets.items()}
    groups = {row[1]: row[4] for row in rows.pop(_ABOUT, []) if row[0] == "シート"}
    if list(groups) != list(rows):
        return rejected("SHEETS")
    if any(not listed or _RECEIPT not in listed[0] for listed in rows.values()):
        return rejected("HEADER")
    return taken([(row[listed[0].index(_RECEIPT)], groups[name]) for name, listed in rows.items() for row in listed[1:]])


def _sheets(parts: Mapping[str, bytes]) -> dict[str, etree._Element]:
    targets = {one.get("Id"): one.get("Target") for one in _parse(parts["xl/_rels/workbook.xml.rels"])}
    listed = _parse(parts["xl/workbook.xml"]).iterfind(f"{_MAIN}sheets/{_MAIN}sheet")
    return {sheet.get("name", ""): _parse(parts[f"xl/{targets[sheet.get(_RELATION)]}"]) for sheet in listed}


def _parse(data: bytes) -> etree._Element:
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))


def _rows(sheet: etree._Element) -> list[list[str]]:
    rows = sheet.iterfind(f"{_MAIN}sheetData/{_MAIN}row")
    return [[cell.findtext(f"{_MAIN}is/{_MAIN}t", "") for cell in row] for row in rows]
