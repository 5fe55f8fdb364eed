"""Width conversions lose nothing that has both forms and leave alone what has one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocabulary import widths

quick = settings(max_examples=100, deadline=None)
KATAKANA = "".join(map(chr, range(0x30A1, 0x30F5))).translate(dict.fromkeys(map(ord, "ヮヰヱ"))) + "ー・、。「」ヷヺ"
ASCII = "".join(map(chr, range(0x20, 0x7F)))


@pytest.mark.parametrize(
    ("full", "half"),
    [("サトウ　ハナコ", "ｻﾄｳ ﾊﾅｺ"), ("ガギパヴッー", "ｶﾞｷﾞﾊﾟｳﾞｯｰ"), ("ＡＢＣ１２３－", "ABC123-"), ("ヷヺ", "ﾜﾞｦﾞ"), ("（カ）「ア」", "(ｶ)｢ｱ｣")],
)
def test_known_texts_convert_both_ways(full: str, half: str) -> None:
    assert widths.to_half_kana(full) == half
    assert widths.to_full(half) == full


@quick
@given(st.text(KATAKANA + "　１２３ＡＢｃ"))
def test_full_width_text_survives_the_way_to_half_width_and_back(text: str) -> None:
    half = widths.to_half_kana(text)
    assert len(half.encode("cp932")) == len(half)
    assert widths.to_full(half) == text


@quick
@given(st.text(ASCII))
def test_ascii_survives_the_way_to_full_width_and_back(text: str) -> None:
    full = widths.to_full(text)
    assert len(full.encode("cp932")) == 2 * len(text)
    assert widths.to_half_ascii(full) == text


@quick
@given(st.text())
def test_converting_twice_changes_nothing_more(text: str) -> None:
    for convert in (widths.to_half_kana, widths.to_half_ascii, widths.to_katakana, widths.to_large_kana):
        assert convert(convert(text)) == convert(text)


def test_what_has_no_half_width_form_stays() -> None:
    assert widths.to_half_kana("髙ヰヱヮヵヶ〜") == "髙ヰヱヮヵヶ〜"
    assert widths.to_full("髙ﾞｱﾞ") == "髙゛ア゛"


def test_hiragana_becomes_half_width_through_katakana() -> None:
    assert widths.to_half_kana("さとう　ゔぁ") == "ｻﾄｳ ｳﾞｧ"
    assert widths.to_katakana("さとうゝゞ漢ー") == "サトウヽヾ漢ー"


def test_small_kana_become_large_in_both_widths() -> None:
    assert widths.to_large_kana("キャッヶｷｬｯ") == "キヤツケｷﾔﾂ"
