import io
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from pipeline.printing import sheets
from pipeline.printing.batch import write_batch
from pipeline.printing.case_sheet import CaseSheet, DocumentRow, DocumentState, FindingRow
from pipeline.printing.glyphs import GlyphMissing, missing_glyphs


def read(pdf: bytes) -> tuple[int, str]:
    """Pages, and all text without the spaces and line breaks of its layout."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return len(pages), "".join("".join(page.extract_text().split()) for page in pages)


def test_a_sheet_is_one_page_whose_text_can_be_searched(sheet: CaseSheet) -> None:
    pages, text = read(sheet.pdf())
    assert pages == 1
    expected = [
        "20261124-00000123",
        "髙﨑𠮷郎",
        "000000000000019",
        "令和8年11月24日",
        "×不一致",
        "△異体字",
        "郵送待ち",
        "PERSON_NOT_FOUND",
        "支援措置",
    ]
    assert [word for word in expected if word not in text] == []


def test_a_sheet_is_the_same_bytes_again(sheet: CaseSheet) -> None:
    assert sheet.pdf() == sheet.pdf()


def test_a_sheet_with_far_too_much_still_is_one_page_and_says_where_the_rest_is(long_sheet: CaseSheet) -> None:
    pages, text = read(long_sheet.pdf())
    assert pages == 1
    assert "続きは申請書PDF" in text
    assert "続きは保留一覧" in text
    assert text.count("×不一致") == 4, "rows that differ are the last to go"


def test_a_long_word_stays_in_its_cell(sheet: CaseSheet) -> None:
    pages, text = read(replace(sheet, signature="A" * 300).pdf())
    assert pages == 1
    assert "A" * 300 in text.replace("\u200b", "")


def test_an_empty_sheet_says_so(sheet: CaseSheet) -> None:
    _, text = read(replace(sheet, findings=(), documents=(), items=(), start_month="", people=(), comparisons=()).pdf())
    assert "指摘はありません。" in text
    assert "提出を求める書類はありません。" in text
    assert "開始月の案" not in text


def test_every_state_of_a_document_is_printed(sheet: CaseSheet) -> None:
    documents = tuple(DocumentRow("書類", state) for state in DocumentState)
    _, text = read(replace(sheet, documents=documents).pdf())
    assert [state for state in DocumentState if state.value not in text] == []


def test_a_section_prints_its_sheets_in_their_order(sheet: CaseSheet, long_sheet: CaseSheet, tmp_path: Path) -> None:
    target, files = tmp_path / "一括印刷_2026-11-24.pdf", [tmp_path / f"{place}.pdf" for place in range(3)]
    for file, one in zip(files, (sheet, replace(sheet, receipt="20261124-00000999"), long_sheet), strict=True):
        file.write_bytes(one.pdf())
    write_batch(target, files)
    first, (pages, text) = target.read_bytes(), read(target.read_bytes())
    assert pages == 3
    assert text.index("20261124-00000123") < text.index("20261124-00000999")
    write_batch(target, files)
    assert target.read_bytes() == first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.pdf", "1.pdf", "2.pdf", target.name]
    write_batch(target, [])
    assert not target.exists(), "a day without sheets has nothing to print"


@pytest.mark.parametrize("count", range(1, 32, 5))
def test_a_sheet_with_many_rows_still_shows_every_one(sheet: CaseSheet, count: int) -> None:
    rows = tuple(replace(sheet.comparisons[0], role=f"児童{number}") for number in range(1, count + 1))
    pages, text = read(replace(sheet, comparisons=rows, people=()).pdf())
    assert pages == 1
    assert [row.role for row in rows if f"{row.role}氏名" not in text] == []


@pytest.mark.parametrize("name", ["NGUYEN THI MARIA ELIZABETH WILLIAMSON MOMMSEN", "WWW MMM " * 4, "ﾏﾘｱ" * 12])
def test_a_name_that_takes_two_lines_pushes_the_next_row_down(sheet: CaseSheet, name: str) -> None:
    people = (replace(sheet.people[0], name=name, kana=name), replace(sheet.people[2], name="次の人"))
    page = PdfReader(io.BytesIO(replace(sheet, people=people, comparisons=()).pdf())).pages[0]
    drawn: list[tuple[str, float]] = []
    page.extract_text(visitor_text=lambda text, matrix, _tm, _font, _size: drawn.append((text.replace("\u200b", "").strip(), matrix[5])))
    lines_of_name = {height for text, height in drawn if len(text) > 2 and text in name}
    assert len(lines_of_name) > 1
    assert next(height for text, height in drawn if text.startswith("次")) < min(lines_of_name)


def test_a_reason_without_text_is_refused(sheet: CaseSheet) -> None:
    with pytest.raises(KeyError):
        replace(sheet, findings=(FindingRow("NO_SUCH_CODE"),)).pdf()


def test_rare_characters_and_their_variants_have_glyphs() -> None:
    assert missing_glyphs("髙﨑𠮷葛\U000e0100城辻\U000e0101髙\n　") == []


@pytest.mark.parametrize("text", ["\U0001f600", "\U0002a6d6\U000e0110", "花\U000e01ef", "ก"])
def test_what_the_font_lacks_is_found(text: str) -> None:
    assert missing_glyphs("山" + text + text) == [text]


def test_a_variation_selector_with_nothing_before_it_is_found() -> None:
    assert missing_glyphs("\U000e0100山") == ["\U000e0100"]


@pytest.mark.parametrize("name", ["花\U000e01ef子", "\ue000田", "a\u0007b", "😀"])
def test_a_sheet_with_a_character_the_font_lacks_is_never_drawn(sheet: CaseSheet, name: str) -> None:
    people = (sheet.people[0], replace(sheet.people[1], name=name))
    with pytest.raises(GlyphMissing) as caught:
        replace(sheet, people=people).pdf()
    assert caught.value.places == ("people[2].name",)
    assert name not in str(caught.value)


def test_the_templates_own_words_have_glyphs() -> None:
    found = {path.name: missing_glyphs(path.read_text(encoding="utf-8")) for path in sheets.TEMPLATES.glob("*.typ")}
    assert {"paper.typ", "case_sheet.typ", "day_close.typ", "registry.typ"} <= set(found)
    assert {name: missing for name, missing in found.items() if missing} == {}


def test_what_can_not_be_drawn_is_an_error_without_values() -> None:
    with pytest.raises(sheets.SheetError) as caught:
        sheets.render("case_sheet", {"receipt": "CANARY"})
    assert "CANARY" not in str(caught.value) + str(caught.value.__cause__)
    with pytest.raises(sheets.SheetError, match="no template"):
        sheets.render("no_such_sheet", {})


def test_a_clerk_ticks_what_the_procedure_can_end_with(sheet: CaseSheet) -> None:
    _, text = read(replace(sheet, kind="届出", results=("受理", "補正を求める", "返戻")).pdf())
    assert "□受理□補正を求める□返戻" in text
    assert "却下" not in text
