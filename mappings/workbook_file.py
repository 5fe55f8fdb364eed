"""The file around the sheets of a workbook (xlsx): stored members with fixed times, so that the same sheets give the same bytes."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mappings.markup import escape

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PLAIN, HEADING, VALUE = 0, 1, 2
"""Styles of a cell; both texts are shown in full, and a value is text whatever it looks like."""

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
_LOCAL_HEADER = 30
_EDGES = "".join(f'<{edge} style="thin"><color rgb="FFB3B3B3"/></{edge}>' for edge in ("left", "right", "top", "bottom"))
_STYLES = f"""{DECLARATION}<styleSheet xmlns="{MAIN}">
<fonts count="2">
<font><sz val="11"/><name val="游ゴシック"/><family val="3"/><charset val="128"/></font>
<font><b/><sz val="11"/><name val="游ゴシック"/><family val="3"/><charset val="128"/></font>
</fonts>
<fills count="3">
<fill><patternFill patternType="none"/></fill>
<fill><patternFill patternType="gray125"/></fill>
<fill><patternFill patternType="solid"><fgColor rgb="FFE8F1FE"/><bgColor indexed="64"/></patternFill></fill>
</fills>
<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border><border>{_EDGES}<diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="3">
<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="49" fontId="1" fillId="2" borderId="1" xfId="0" quotePrefix="1" applyNumberFormat="1" applyFont="1" applyFill="1"\
 applyBorder="1" applyAlignment="1"><alignment vertical="center" wrapText="1"/></xf>
<xf numFmtId="49" fontId="0" fillId="0" borderId="1" xfId="0" quotePrefix="1" applyNumberFormat="1" applyBorder="1" applyAlignment="1">\
<alignment vertical="center" wrapText="1"/></xf>
</cellXfs>
<cellStyles count="1"><cellStyle name="標準" xfId="0" builtinId="0"/></cellStyles>
</styleSheet>
"""


@dataclass(frozen=True, slots=True)
class SheetPart:
    """One sheet. area: its cells with the heading, such as ``A1:F9``."""

    name: str
    area: str
    data: bytes


def sheet_path(number: int) -> str:
    """Name of the member that holds a sheet, counted from 1."""
    return f"xl/worksheets/sheet{number}.xml"


def pack(sheets: Sequence[SheetPart]) -> tuple[bytes, tuple[int, ...]]:
    """The bytes of the file, and where in them the data of each sheet begins."""
    parts = {
        "[Content_Types].xml": _content_types(len(sheets)),
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": _workbook(sheets),
        "xl/_rels/workbook.xml.rels": _relations(
            [*(("worksheet", f"worksheets/sheet{number}.xml") for number in range(1, len(sheets) + 1)), ("styles", "styles.xml")]
        ),
        "xl/styles.xml": _STYLES.encode(),
        **{sheet_path(number): sheet.data for number, sheet in enumerate(sheets, start=1)},
    }
    out = io.BytesIO()
    begins: dict[str, int] = {}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in parts.items():
            member = zipfile.ZipInfo(name, _FIRST_DAY)
            # The machine that writes must not show in the bytes.
            member.create_system, member.external_attr = 3, 0o600 << 16
            archive.writestr(member, data)
            begins[name] = member.header_offset + _LOCAL_HEADER + len(name)
    return out.getvalue(), tuple(begins[sheet_path(number)] for number in range(1, len(sheets) + 1))


def unpack(data: bytes) -> Mapping[str, bytes]:
    """Members by name. Raises ValueError for anything but a ZIP of stored members, each name once."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if any(member.compress_type != zipfile.ZIP_STORED or member.flag_bits & 1 for member in members):
                raise ValueError("a member is compressed or encrypted")
            if len({member.filename for member in members}) != len(members):
                raise ValueError("a name stands twice")
            return {member.filename: archive.read(member) for member in members}
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as error:
        raise ValueError("no ZIP file") from error


def _content_types(sheets: int) -> bytes:
    kinds = {"/xl/workbook.xml": "sheet.main", "/xl/styles.xml": "styles"}
    kinds |= {f"/{sheet_path(number)}": "worksheet" for number in range(1, sheets + 1)}
    parts = "".join(f'<Override PartName="{name}" ContentType="{_SPREADSHEET}.{kind}+xml"/>' for name, kind in kinds.items())
    defaults = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    defaults += '<Default Extension="xml" ContentType="application/xml"/>'
    return f'{DECLARATION}<Types xmlns="{_PACKAGE}/content-types">{defaults}{parts}</Types>'.encode()


def _relations(targets: Sequence[tuple[str, str]]) -> bytes:
    numbered = enumerate(targets, start=1)
    each = "".join(f'<Relationship Id="rId{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>' for n, (kind, target) in numbered)
    return f'{DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">{each}</Relationships>'.encode()


def _workbook(sheets: Sequence[SheetPart]) -> bytes:
    listed = "".join(f'<sheet name="{escape(one.name)}" sheetId="{n}" r:id="rId{n}"/>' for n, one in enumerate(sheets, start=1))
    names = "".join(_names(number, sheet) for number, sheet in enumerate(sheets))
    return (
        f'{DECLARATION}<workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}"><bookViews><workbookView activeTab="0"/></bookViews>'
        f"<sheets>{listed}</sheets><definedNames>{names}</definedNames></workbook>"
    ).encode()


def _names(number: int, sheet: SheetPart) -> str:
    """The filter's range, and the heading and first column that every printed page repeats."""
    first, last = (corner.rstrip("0123456789") + "$" + corner.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for corner in sheet.area.split(":"))
    place = f"'{escape(sheet.name)}'!"
    filtered = f'<definedName name="_xlnm._FilterDatabase" localSheetId="{number}" hidden="1">{place}${first}:${last}</definedName>'
    return f'{filtered}<definedName name="_xlnm.Print_Titles" localSheetId="{number}">{place}$A:$A,{place}$1:$1</definedName>'
