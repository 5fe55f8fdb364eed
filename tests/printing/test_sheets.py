import io
from dataclasses import replace

import pytest
from pypdf import PdfReader

from pipeline.printing import sheets
from pipeline.printing.case_sheet import CaseSheet, DocumentRow, DocumentState, FindingRow, batch_pdf
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


def test_a_section_prints_its_sheets_in_one_go(sheet: CaseSheet, long_sheet: CaseSheet) -> None:
    pages, text = read(batch_pdf([sheet, replace(sheet, receipt="20261124-00000999"), long_sheet]))
    assert pages == 3
    assert "20261124-00000999" in text


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
    assert len(found) >= 4
    assert {name: missing for name, missing in found.items() if missing} == {}


def test_what_can_not_be_drawn_is_an_error_without_values() -> None:
    with pytest.raises(sheets.SheetError) as caught:
        sheets.render("case_sheet", {"receipt": "CANARY"})
    assert "CANARY" not in str(caught.value) + str(caught.value.__cause__)
    with pytest.raises(sheets.SheetError, match="no template"):
        sheets.render("no_such_sheet", {})
