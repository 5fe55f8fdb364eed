"""No cell is a formula to whoever opens a list in a spreadsheet, and ordinary texts stay as they are."""

import pytest

from vocabulary.spreadsheets import as_text


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_what_a_spreadsheet_would_calculate_is_text(sign: str) -> None:
    assert as_text(f"{sign}HYPERLINK(1)") == f"'{sign}HYPERLINK(1)"


@pytest.mark.parametrize("text", ["", "－", "-", "山田　太郎", "1-2", "000000000000017", "確かめた=よい"])
def test_an_ordinary_text_stays_as_it_is(text: str) -> None:
    assert as_text(text) == text
