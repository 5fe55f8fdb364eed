import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.workbook import Area, Cell, Sheet, WorkbookLimits, read_workbook
from connectors.workbook_styles import NumberFormat, number_formats
from connectors.xml_door import parse_xml
from sandbox.workbook_file import Page, workbook
from tests.connectors.containers.zips import ordinary_zip
from vocabulary.findings import Refused

ORIGINALS = Path(__file__).parents[2] / "fixtures" / "common-functions"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WRITABLE = st.text(st.sampled_from("国場髙葛\U000e0100𠮷一郎ｱ・〜～−－‖ 　A1<&\"'>=+@_x0041\n\t□☑"), min_size=1, max_size=30)
USUAL = WorkbookLimits()


def book(
    rows: str, *, strings: str = "", formats: str = "", properties: str = "", extra: tuple[tuple[str, bytes], ...] = (), state: str = ""
) -> bytes:
    """A workbook of one sheet, from the XML of its rows."""
    relations = [("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml"), ("styles", "/xl/styles.xml")]
    listed = "".join(f'<Relationship Id="r{n}" Type="{OFFICE}/{kind}" Target="{target}"/>' for n, (kind, target) in enumerate(relations))
    sheet = f'<sheet name="表" sheetId="1" {state} r:id="r0"/>'
    parts = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships><Relationship Id="a" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{properties}<sheets>{sheet}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f"<Relationships>{listed}</Relationships>",
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{strings}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">{formats}</styleSheet>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>',
    }
    return ordinary_zip([*((name, text.encode()) for name, text in parts.items()), *extra])


def only(data: bytes) -> Sheet:
    (sheet,) = read_workbook(data, "file")
    return sheet


def refusal(data: bytes, limits: WorkbookLimits = USUAL) -> str:
    with pytest.raises(Refused) as caught:
        read_workbook(data, "file", limits)
    return caught.value.finding.code


def test_the_two_originals_are_read_with_their_sheets_and_cells() -> None:
    definition = read_workbook((ORIGINALS / "atenabango-kanri_item-definition.xlsx").read_bytes(), "definition")
    assert [sheet.name for sheet in definition][1:] == ["コード一覧（個別）_住登外者宛名番号管理", "凡例）列項目説明", "凡例）データ型"]
    cells = {(cell.row, cell.column): cell.text for cell in definition[0].cells}
    assert (cells[7, 2], cells[7, 3], cells[7, 4]) == ("031", "00001", "宛名番号")
    assert cells[9, 21] == "佐藤\u3000一郎"
    specification = read_workbook((ORIGINALS / "atenabango-fuban-api_spec.xlsx").read_bytes(), "specification")
    request = next(sheet for sheet in specification if sheet.name == "リクエスト_API仕様")
    assert next(cell for cell in request.cells if (cell.row, cell.column) == (27, 70)) == Cell(
        27, 70, 'shimei="佐藤\u3000一郎"', formula=True
    )
    assert any((area.top, area.left) == (27, 70) for area in request.merged)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.tuples(st.integers(1, 60), st.integers(1, 60)), WRITABLE | st.integers(-(10**14), 10**14), max_size=20)
)
def test_texts_and_whole_numbers_come_back_as_they_were_written(cells: dict[tuple[int, int], str | int]) -> None:
    read = only(workbook([Page("表", cells)]))
    expected = {place: re.sub("_x0041_", "A", str(value)) for place, value in cells.items()}
    assert {(cell.row, cell.column): cell.text for cell in read.cells} == expected


@settings(max_examples=60, deadline=None)
@given(st.dates(date(1900, 3, 1), date(9999, 12, 31)))
def test_a_day_comes_back_as_the_day_it_was(day: date) -> None:
    assert only(workbook([Page("表", {(1, 1): day})])).cells[0].text == day.isoformat()


def test_a_sheet_keeps_its_merged_areas_and_its_ticks() -> None:
    sheet = only(workbook([Page("就労証明書", {(2, 1): True, (3, 28): "□"}, merged=[(3, 28, 5, 30)])]))
    assert sheet == Sheet("就労証明書", False, (Cell(2, 1, "TRUE"), Cell(3, 28, "□")), (Area(3, 28, 5, 30),))


def test_readings_and_runs_of_a_shared_string_make_one_text_without_the_readings() -> None:
    strings = "<si><r><t>国</t></r><r><t>場</t></r><rPh sb='0' eb='2'><t>コクバ</t></rPh></si><si><t>一_x000D_\n_x005F_行</t></si>"
    sheet = only(book('<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>', strings=strings))
    assert [cell.text for cell in sheet.cells] == ["国場", "一\n_行"]


@pytest.mark.parametrize(
    ("code", "number", "shown"),
    [
        ("General", "0.1000000000000000055", "0.1"),
        ("General", "1E-3", "0.001"),
        ("0000000", "12345", "0012345"),
        ("yyyy/m/d", "46113", "2026-04-01"),
        ('[$-411]ggge"年"m"月"d"日"', "46113", "2026-04-01"),
        ('yyyy"年"m"月"', "46113", "2026-04"),
        ("h:mm", "0.375", "9:00"),
        ("[h]:mm", "6.666666666666667", "160:00"),
        ("yyyy/m/d h:mm", "46113.999999", "2026-04-02 0:00"),
        ("yyyy/m/d", "60", "1900-02-29"),
        ('#,##0"日"', "20", "20"),
        ("0.0%", "0.5", "0.5"),
    ],
)
def test_a_number_is_shown_as_its_format_says(code: str, number: str, shown: str) -> None:
    quoted = code.replace('"', "&quot;")
    formats = f'<numFmts><numFmt numFmtId="200" formatCode="{quoted}"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="200"/></cellXfs>'
    assert only(book(f'<row><c s="1"><v>{number}</v></c></row>', formats=formats)).cells[0].text == shown


def test_a_workbook_that_counts_from_1904_has_its_own_days() -> None:
    formats = '<cellXfs><xf numFmtId="14"/></cellXfs>'
    sheet = only(book('<row><c s="0"><v>44651</v></c></row>', formats=formats, properties='<workbookPr date1904="1"/>'))
    assert sheet.cells[0].text == "2026-04-01"


@pytest.mark.parametrize(
    ("format_", "number", "shown"),
    [("9" * 5000, "1", "1"), ("46", "1.7e308", f"{1.7e308:f}".partition(".")[0]), ("14", "2958465", "2958465")],
    ids=["format", "hours", "day"],
)
def test_a_number_beyond_all_days_and_formats_is_shown_as_it_is(format_: str, number: str, shown: str) -> None:
    formats = f'<cellXfs><xf numFmtId="{format_}"/></cellXfs>'
    sheet = only(book(f'<row><c s="0"><v>{number}</v></c></row>', formats=formats, properties='<workbookPr date1904="1"/>'))
    assert sheet.cells[0].text == shown


def test_the_built_in_era_formats_are_days() -> None:
    styles = parse_xml(f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="57"/><xf numFmtId="0"/></cellXfs></styleSheet>'.encode())
    assert number_formats(styles)[1] == NumberFormat()
    assert number_formats(styles)[0].show("46113", from_1904=False) == "2026-04-01"


def test_a_formula_gives_its_last_value_and_is_marked() -> None:
    sheet = only(book('<row r="4"><c r="C4"><f>1+1</f><v>2</v></c><c r="D4"><f>NOW()</f></c></row>', state='state="hidden"'))
    assert sheet == Sheet("表", True, (Cell(4, 3, "2", formula=True), Cell(4, 4, "", formula=True)), ())


@pytest.mark.parametrize(
    "formula",
    ["cmd|' /c calc'!A0", "[1]Sheet1!A1", 'WEBSERVICE("https://example.jp")', 'CALL("kernel32","WinExec")'],
    ids=["dde", "book", "web", "call"],
)
def test_a_formula_that_reaches_outside_is_refused(formula: str) -> None:
    assert refusal(book(f"<row><c><f>{formula.replace(chr(34), '&quot;')}</f><v>1</v></c></row>")) == "ATT_ACTIVE"


def test_a_bar_inside_a_text_of_a_formula_is_only_text() -> None:
    assert only(book('<row><c><f>"a|b"</f><v>1</v></c></row>')).cells[0].formula


@pytest.mark.parametrize(
    "part", ["xl/vbaProject.bin", "xl/externalLinks/externalLink1.xml", "xl/macrosheets/sheet1.xml", "xl/embeddings/a.bin"]
)
def test_macros_and_links_to_other_books_are_refused(part: str) -> None:
    assert refusal(book("", extra=((part, b"x"),))) == "ATT_ACTIVE"


def test_an_encrypted_workbook_is_refused_as_active_and_an_old_one_as_not_accepted() -> None:
    start = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    assert refusal(start + "EncryptedPackage".encode("utf-16-le") + bytes(8)) == "ATT_ACTIVE"
    assert refusal(start + "Workbook".encode("utf-16-le") + bytes(8)) == "ATT_NOT_ACCEPTED"


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ('<row><c t="s"><v>7</v></c></row>', "ATT_TYPE"),
        ('<row><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>', "ATT_TYPE"),
        ('<row><c r="1A"><v>1</v></c></row>', "ATT_TYPE"),
        ('<row><c r="ZZZ1"><v>1</v></c></row>', "ATT_TYPE"),
        ("<row><c><v>one</v></c></row>", "ATT_TYPE"),
        ("<row><c><v>9e999</v></c></row>", "ATT_TYPE"),
        (f'<row><c t="s"><v>{"9" * 5000}</v></c></row>', "ATT_TYPE"),
        ("<row>", "ATT_TYPE"),
        ('<row><c t="inlineStr"><is><t>_x0007_</t></is></c></row>', "TEXT_FORBIDDEN_CHAR"),
        ('<row><c t="inlineStr"><is><t>\u202e</t></is></c></row>', "TEXT_FORBIDDEN_CHAR"),
    ],
)
def test_a_sheet_with_two_readings_or_none_is_refused(rows: str, code: str) -> None:
    assert refusal(book(rows)) == code


def test_each_limit_refuses_what_goes_beyond_it() -> None:
    many = workbook([Page("一", {(1, 1): "長い値"}), Page("二", {(1, 1): "値", (2, 1): "値"}, merged=[(1, 1, 1, 2), (3, 1, 3, 2)])])
    assert len(read_workbook(many, "file", WorkbookLimits(sheets=2, cells=3, merged=2, text=3))) == 2
    for limits in (WorkbookLimits(sheets=1), WorkbookLimits(cells=2), WorkbookLimits(merged=1), WorkbookLimits(text=2)):
        assert refusal(many, limits) == "ATT_TOO_LARGE"


def test_a_missing_part_and_a_document_of_another_kind_are_refused() -> None:
    assert refusal(ordinary_zip([("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<workbook/>")])) == "ATT_TYPE"
    assert refusal(ordinary_zip([("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<a/>")])) == "ATT_NOT_ACCEPTED"
    assert refusal(b"PK\x03\x04 broken") == "ATT_TYPE"


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_workbook_is_refused_or_read_and_nothing_else(data: st.DataObject) -> None:
    good = bytearray(workbook([Page("表", {(1, 1): "値", (2, 2): 3})]))
    good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    try:
        sheets = read_workbook(bytes(good), "file")
    except Refused as refused:
        assert refused.finding.code.startswith(("ATT_", "TEXT_"))
    else:
        assert len(sheets) == 1
