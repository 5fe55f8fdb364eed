"""The clerks' workbook: what a spreadsheet finds in it, how it is read back, and how the section's own look judges it."""

import io
import zipfile
from datetime import date

import pytest
from lxml import etree

from connectors.workbook import read_workbook as read_as_intake
from mappings.examples import map_example, read_examples
from mappings.records import Context, FileBytes, Table
from mappings.release import read, write
from sandbox.receiver_workbook import read_workbook
from tests.mappings.format_values import CATALOGUE, CONTEXT, GROUP, child
from vocabulary.findings import Refused

FORMAT = CATALOGUE.formats["clerk-workbook"]
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
FORMULAS = ["=1+1", "+81", "-5", "@x", "=cmd|' /C calc'!A0"]


@pytest.fixture(scope="module")
def example() -> FileBytes:
    procedure = CATALOGUE.procedures["jidoteate-nintei"]
    tables = map_example(procedure, read_examples(procedure)[0], CATALOGUE).tables
    (file,) = write(FORMAT, tables, CONTEXT).files
    return file


def sheet(file: FileBytes, number: int = 1) -> etree._Element:
    with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
        return etree.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml"))


def test_each_kind_of_record_has_a_sheet_with_its_japanese_name(example: FileBytes) -> None:
    titles = ["認定請求", "認定請求_児童", "認定請求_大学生年代の子", "（出力情報）"]
    assert [one.name for one in read_as_intake(example.data, example.name)] == titles
    assert example.name == "027_nintei_472018_20261124_007.xlsx"


def test_the_heading_is_japanese_stays_in_sight_and_filters(example: FileBytes) -> None:
    root = sheet(example)
    heading = [cell.findtext(f"{MAIN}is/{MAIN}t") for cell in root.findall(f"{MAIN}sheetData/{MAIN}row")[0]]
    assert heading == [item.title for item in FORMAT.declared.groups["ninteiseikyu"].values()]
    pane = root.find(f".//{MAIN}pane")
    assert pane is not None
    assert (pane.get("ySplit"), pane.get("state")) == ("1", "frozen")
    area = root.find(f"{MAIN}autoFilter")
    assert area is not None
    assert (area.get("ref") or "").startswith("A1:")


def test_every_cell_is_text_that_nothing_evaluates() -> None:
    tables = {GROUP: child(shimei=FORMULAS[0], jusho=FORMULAS[4], shimei_kana=FORMULAS[1], kojinbango="012345678901")}
    (file,) = write(FORMAT, tables, CONTEXT).files
    with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
        styles = etree.fromstring(archive.read("xl/styles.xml")).findall(f"{MAIN}cellXfs/{MAIN}xf")
    cells = list(sheet(file).iter(f"{MAIN}c"))
    assert {cell.get("t") for cell in cells if len(cell)} == {"inlineStr"}
    assert not list(sheet(file).iter(f"{MAIN}f", f"{MAIN}v"))
    used = {styles[int(cell.get("s", "0"))] for cell in cells}
    assert {(style.get("numFmtId"), style.get("quotePrefix")) for style in used} == {("49", "1")}
    texts = {cell.text for one in read_as_intake(file.data, file.name) for cell in one.cells}
    assert {FORMULAS[0], FORMULAS[4], FORMULAS[1], "012345678901"} <= texts


def test_codes_are_shown_with_the_meaning_of_the_day_and_read_back_without() -> None:
    (file,) = write(FORMAT, {GROUP: child(seibetsu="2")}, CONTEXT).files
    assert "2：女".encode() in file.data
    assert read(FORMAT, file.data)[0].fields["seibetsu"] == "2"
    (stranger,) = write(FORMAT, {GROUP: child(seibetsu="7")}, CONTEXT).files
    assert read(FORMAT, stranger.data)[0].fields["seibetsu"] == "7"


@pytest.mark.parametrize(
    ("item", "value", "code"),
    [
        ("jusho", "\ufffe", "TEXT_FORBIDDEN_CHAR"),
        ("jusho", "a\x0bb", "TEXT_FORBIDDEN_CHAR"),
        ("jusho", "_x0041_", "TEXT_FORBIDDEN_CHAR"),
        ("seibetsu", "1：男", "TEXT_FORBIDDEN_CHAR"),
        ("jusho", "1：男", ""),
        ("jusho", "_x004_", ""),
        ("jusho", "あ" * 32_767, ""),
        ("jusho", "あ" * 32_768, "TEXT_TOO_LONG"),
        ("jusho", "𠮷" * 16_383, ""),
        ("jusho", "𠮷" * 16_384, "TEXT_TOO_LONG"),
    ],
)
def test_what_no_cell_carries_is_held_by_item(item: str, value: str, code: str) -> None:
    written = write(FORMAT, {GROUP: child(**{item: value})}, CONTEXT)
    assert [finding.code for _, finding in written.refused] == ([code] if code else [])
    assert all(finding.where == f"{GROUP}[1].{item}" for _, finding in written.refused)
    if not code:
        assert read(FORMAT, written.files[0].data)[0].fields[item] == value


def test_a_long_text_is_shown_whole_by_a_wide_column_and_a_high_row() -> None:
    (file,) = write(FORMAT, {GROUP: child(jusho="あ" * 400)}, CONTEXT).files
    root = sheet(file)
    place = list(FORMAT.columns[GROUP]).index("jusho")
    width = float(root.findall(f"{MAIN}cols/{MAIN}col")[place].get("width", "0"))
    height = float(root.findall(f"{MAIN}sheetData/{MAIN}row")[1].get("ht", "0"))
    assert width * (height // 18.75) >= 800
    assert width <= 255
    assert height <= 409.5


def test_the_same_records_give_the_same_bytes_on_every_machine_and_at_every_hour(example: FileBytes) -> None:
    with zipfile.ZipFile(io.BytesIO(example.data)) as archive:
        facts = {(member.date_time, member.create_system, member.compress_type, member.extra) for member in archive.infolist()}
    assert facts == {((1980, 1, 1, 0, 0, 0), 3, zipfile.ZIP_STORED, b"")}


def test_a_workbook_that_was_saved_again_is_no_file_of_ours(example: FileBytes) -> None:
    again = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(example.data)) as old, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    edited = example.data.replace("2：女".encode(), "1：男".encode(), 1)
    added = io.BytesIO(example.data)
    with zipfile.ZipFile(added, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    for data in (again.getvalue(), edited, added.getvalue(), example.data[:-10]):
        assert data != example.data
        with pytest.raises(Refused):
            read(FORMAT, data)


def test_the_day_of_the_delivery_decides_which_meaning_is_shown() -> None:
    procedure = CATALOGUE.procedures["jidoteate-nintei"]
    students = map_example(procedure, read_examples(procedure)[0], CATALOGUE).tables["ninteiseikyu_daigakusei"]
    item = next(name for name, item in FORMAT.declared.groups["ninteiseikyu_daigakusei"].items() if item.code == "shokugyoto")
    for day, shown in ((date(2024, 9, 30), b">1<"), (date(2024, 10, 1), ">1：学生<".encode())):
        context = Context("472018", "027", "nintei", day, 1)
        (file,) = write(FORMAT, {"ninteiseikyu_daigakusei": students}, context).files
        assert shown in file.data
        assert read(FORMAT, file.data)[0].fields[item] == students.columns[item][0] == "1"


def test_the_section_reads_it_by_its_own_look(example: FileBytes) -> None:
    verdict = read_workbook(example.data)
    receipt = read(FORMAT, example.data)[0].fields["uketsukebango"]
    assert (verdict.result, verdict.records, verdict.receipts) == ("OK", len(example.spans), (receipt,))
    assert {group for _, group in verdict.named} == {"ninteiseikyu", GROUP, "ninteiseikyu_daigakusei"}


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"PK", b"KP", "NOT_XLSX"),
        (b'<t xml:space="preserve">', b'<f xml:space="preserve">', "NOT_XLSX"),
        (b't="inlineStr"', b't="formula!!"', "NOT_TEXT"),
        ("（出力情報）".encode(), "（出力資料）".encode(), "SHEETS"),
        ("受付番号".encode(), "受取番号".encode(), "HEADER"),
    ],
)
def test_the_section_refuses_what_is_not_as_agreed(example: FileBytes, old: bytes, new: bytes, reason: str) -> None:
    assert len(old) == len(new)
    data = example.data.replace(old, new)
    # The checks of the ZIP itself are not what is tried here.
    assert read_workbook(_repaired(data) if reason != "NOT_XLSX" else data).reason == reason


def _repaired(data: bytes) -> bytes:
    """The same members with checksums that hold."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.infolist():
            begin = member.header_offset + 30 + len(member.filename)
            new.writestr(member.filename, data[begin : begin + member.file_size])
    return out.getvalue()


def test_one_bad_value_leaves_the_others_in_the_workbook() -> None:
    bad, good = child(jusho="\ufffe"), child()
    both = Table([5, 6], [1, 1], {name: [bad.columns[name][0], good.columns[name][0]] for name in good.columns})
    written = write(FORMAT, {GROUP: both}, CONTEXT)
    assert [application for application, _ in written.refused] == [5]
    assert [span.application for span in written.files[0].spans] == [6]
