import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mappings
from connectors.workbook import read_workbook
from mappings.catalogue import Catalogue
from mappings.document import Document, read_documents
from mappings.document_reader import MOST_CELLS, Reading, Remark, cell_name, names_of, read_document
from mappings.document_sheet import Area, SheetView, label_key
from mappings.yaml_door import SpecError
from sandbox.employment import EMPLOYERS, Employer, Employment, Leave, Month, Shift
from sandbox.employment_sheets import INDUSTRIES, standard_sheet, town_sheet
from sandbox.workbook_file import Page, Value, workbook
from tests.mappings.employment_layouts import FORM_CODES, expected_rows, expected_values, headed_sheet

Layout = Callable[[Employment], bytes]
LAYOUTS = (standard_sheet, town_sheet, headed_sheet)
DAYS = st.dates(date(1989, 2, 1), date(2040, 12, 31))
NAMES = st.text(st.sampled_from("国場髙葛󠄀𠮷一郎花ヶ々"), min_size=1, max_size=8)
KANA = st.text(st.sampled_from("アイカガサタナハマヤラワン"), min_size=1, max_size=8)
HOURS = st.integers(0, 22)
SHIFTS = st.builds(lambda start, rest: Shift(f"{start:02d}:05", f"{start + 1:02d}:30", rest), HOURS, st.integers(0, 99))
EMPLOYER = st.builds(
    lambda name, industry, one: Employer(f"（株）{name}", industry, one.address, one.phone, f"{name} 代表", one.clerk),
    NAMES, st.sampled_from(INDUSTRIES), st.sampled_from(EMPLOYERS),
)  # fmt: skip
MONTHS = st.lists(st.builds(Month, st.integers(2020, 2039), st.integers(1, 12), st.integers(0, 31), st.integers(0, 20_000)), max_size=3)
FACTS = st.builds(
    Employment,
    certified=DAYS, employer=EMPLOYER, name=st.builds(lambda one, two: f"{one}　{two}", NAMES, NAMES), kana=KANA, birth=DAYS,
    form=st.sampled_from(sorted(FORM_CODES)), since=DAYS, until=st.none() | DAYS, minutes=st.integers(0, 20_000),
    rest=st.integers(0, 5_999), days=st.integers(0, 31), weekday=st.none() | SHIFTS, months=MONTHS.map(tuple),
    leave=st.none() | st.builds(Leave, st.sampled_from(("取得予定", "取得中", "取得済み")), DAYS, DAYS), back=st.none() | DAYS,
    remark=st.sampled_from(("", "残業があります。", "月により変わる(要確認)")),
)  # fmt: skip
USUAL = Employment(
    certified=date(2026, 11, 2), employer=EMPLOYERS[0], name="国場　太郎", kana="コクバ　タロウ", birth=date(1992, 5, 1), form="正社員",
    since=date(2020, 4, 1), until=None, minutes=9_600, rest=1_200, days=20, weekday=Shift("09:00", "18:00", 60), months=(),
)  # fmt: skip


@pytest.fixture(scope="module")
def document(catalogue: Catalogue) -> Document:
    return catalogue.documents["shuro-shomeisho"]


def read(catalogue: Catalogue, document: Document, data: bytes) -> Reading:
    sheet = read_workbook(data, "certificate")[0]
    cells = {(cell.row, cell.column): cell.text for cell in sheet.cells}
    merged = {(one.top, one.left): Area(one.top, one.left, one.bottom, one.right) for one in sheet.merged}
    view = SheetView(cells, merged, names_of(document))
    return read_document(document, view, items=catalogue.items["028"], codelists=catalogue.codelists, day="2026-11-24")


def read_cells(catalogue: Catalogue, document: Document, *rows: list[Value | None]) -> Reading:
    cells = {(row, column): value for row, line in enumerate(rows, 1) for column, value in enumerate(line, 1) if value is not None}
    return read(catalogue, document, workbook([Page("表", cells)]))


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=25, deadline=None)
@given(facts=FACTS)
def test_what_an_employer_wrote_in_any_layout_comes_back_the_same(
    catalogue: Catalogue, document: Document, layout: Layout, facts: Employment
) -> None:
    found = read(catalogue, document, layout(facts))
    assert found.remarks == ()
    assert found.usable
    expected = expected_values(facts)
    assert {name: found.values.get(name) for name in expected} == expected
    extra = {"tantoshamei", "kisaisharenrakusaki", "shurosakimeisho", "shurosakijusho", "tanshinfuninumu", "gyoshu"}
    assert set(found.values) - set(expected) <= extra
    assert catalogue.codelists["gyoshu"].valid_on("2026-11-24")[found.values["gyoshu"]] == facts.employer.industry
    assert found.rows == expected_rows(facts)


def test_a_label_is_the_same_under_any_number_width_and_decoration() -> None:
    same = ["本人氏名", " 本人　氏名 ", "No.2 本人氏名", "⑫本人氏名", "（３）本人氏名：", "※本人氏名", "12.本人氏名"]
    assert {label_key(text) for text in same} == {"本人氏名"}
    assert label_key("1月") == "1月"


def test_what_the_definition_lacks_is_told_with_its_cell(catalogue: Catalogue, document: Document) -> None:
    found = read_cells(catalogue, document, ["証明日", "2026年11月2日"], ["育児部分休業の有無", "有"], [9, "備考", "なし"])
    assert [remark.where for remark in found.remarks if remark.code == "DOCUMENT_LEFTOVER"] == ["A2", "B2"]


def test_required_items_that_are_absent_make_the_document_unusable(catalogue: Catalogue, document: Document) -> None:
    found = read_cells(catalogue, document, ["証明日", "年　月　日"], ["本人氏名", "国場　太郎"], ["生年月日", "1992年5月1日"])
    missing = [remark.where for remark in found.remarks if remark.code == "DOCUMENT_ITEM_MISSING"]
    assert missing == ["shuroshomeisho.shomeinengappi", "shuroshomeisho.jigyoshomei"]
    assert not found.usable


@pytest.mark.parametrize(
    ("label", "values", "item"),
    [
        ("雇用の形態", ["☑正社員", "☑役員"], "koyokeitai"),
        ("雇用の形態", ["☑軍人"], "koyokeitai"),
        ("証明日", ["2026年2月30日"], "shomeinengappi"),
        ("証明日", ["2026年", "月", "日"], "shomeinengappi"),
        ("証明日", ["2026年4月1日", "頃"], "shomeinengappi"),
        ("備考", ["長" * 501], "biko"),
        ("満了後の更新の有無", ["たぶん有"], "koshinumu"),
        ("短時間勤務の就労時間帯", ["25時00分～26時00分"], "tanjikan_kaishijikoku"),
    ],
)
def test_a_value_that_is_not_understood_is_told_and_never_guessed(
    catalogue: Catalogue, document: Document, label: str, values: list[Value | None], item: str
) -> None:
    found = read_cells(catalogue, document, [label, *values])
    assert Remark("DOCUMENT_VALUE", f"shuroshomeisho.{item}") in found.remarks
    assert item not in found.values


def test_a_label_that_stands_twice_must_say_the_same_twice(catalogue: Catalogue, document: Document) -> None:
    same = read_cells(catalogue, document, ["事業所名", "那覇物産"], ["業種", "建設業"], ["事業所名", "那覇物産"])
    assert same.values["jigyoshomei"] == "那覇物産"
    other = read_cells(catalogue, document, ["事業所名", "那覇物産"], ["業種", "建設業"], ["事業所名", "別の会社"])
    assert "jigyoshomei" not in other.values
    assert Remark("DOCUMENT_VALUE", "shuroshomeisho.jigyoshomei") in other.remarks


def test_the_guardians_own_part_is_passed_over_and_its_birth_date_is_not_the_employees(catalogue: Catalogue, document: Document) -> None:
    rows: list[list[Value | None]] = [["生年月日", "1992年5月1日"], ["備考", "なし"], ["保護者記載欄"]]
    found = read_cells(catalogue, document, *rows, [None, "児童名", "国場　花"], [None, "生年月日", "2024年5月1日"])
    assert found.values["seinengappi"] == "1992-05-01"
    assert all(remark.code == "DOCUMENT_ITEM_MISSING" for remark in found.remarks)


@pytest.mark.parametrize("months", [["2026年8月", "2026年9月"], ["2026年8月", "2026年13月", "2026年10月"], ["2026年8月"] * 4])
def test_results_whose_months_and_days_do_not_pair_are_a_remark_and_no_rows(
    catalogue: Catalogue, document: Document, months: list[Value | None]
) -> None:
    found = read_cells(catalogue, document, ["就労実績"], ["年月", *months], ["日数", "20日", "21日", "20日"])
    assert found.rows == ()
    assert Remark("DOCUMENT_VALUE", "shuroshomeisho_jisseki.shuronengetsu") in found.remarks


def test_cells_have_the_names_that_a_clerk_sees() -> None:
    assert [cell_name(place) for place in ((1, 1), (12, 27), (3, 702))] == ["A1", "AA12", "ZZ3"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("item: jigyoshomei,", "item: jigyoshamei,", "jigyoshamei"),
        ("section: irregular", "section: iregular", "iregular"),
        ("business: \"028\"", "business: \"082\"", "082"),
        ("\"16\": [医療福祉]", "\"61\": [医療福祉]", "61"),
        ("{item: biko, as: text}", "{item: biko, as: choice}", "choice"),
    ],
)  # fmt: skip
def test_a_wrong_definition_is_refused_with_what_is_wrong(catalogue: Catalogue, tmp_path: Path, old: str, new: str, problem: str) -> None:
    text = (Path(mappings.__file__).parent / "documents/shuro-shomeisho/document.yaml").read_text(encoding="utf-8")
    assert old in text
    folder = tmp_path / "shuro-shomeisho"
    folder.mkdir()
    (folder / "document.yaml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(SpecError, match=problem):
        read_documents(tmp_path, catalogue.items, catalogue.codelists)


@pytest.mark.parametrize(
    "cells",
    [
        {(row, 1): "備考" for row in range(1, MOST_CELLS + 1)},
        {(row, column): "証明日" for row in range(1, 71) for column in range(1, 71)},
        {(1, 1): "備考", (1, 2): "a" + " " * 32_000 + "b" + "*" * 500, (2, 1): "※" * 32_000 + "備"},
        {(1, 1): "雇用の形態", **{(1, column): "□" * 30_000 for column in range(2, 12)}},
        {(1, 1): "雇用期間", **{(1, column): "2026" + " " * 30_000 for column in range(2, 12)}},
    ],
    ids=["one-column", "a-square", "long-blanks", "many-boxes", "split-days"],
)
def test_a_sheet_made_to_be_slow_is_read_within_bounded_time(
    catalogue: Catalogue, document: Document, cells: dict[tuple[int, int], Value]
) -> None:
    started = time.process_time()
    read(catalogue, document, workbook([Page("表", cells)]))
    assert time.process_time() - started < 10
