"""Characters beyond the BMP, with variation selectors and marks, and those that hide in a text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocabulary.characters import (
    Trouble,
    forbidden,
    graphemes,
    private_use,
    visible_length,
)

quick = settings(max_examples=100, deadline=None)
KATSU = "葛\U000e0100"


@pytest.mark.parametrize(("text", "count"), [("𠮷野家", 3), (f"{KATSU}城", 2), ("か\u3099き", 2), ("ﾀﾞ", 2), ("", 0), ("abc", 3)])
def test_a_clerk_counts_visible_characters(text: str, count: int) -> None:
    assert visible_length(text) == count


@quick
@given(st.text())
def test_graphemes_put_together_are_the_text(text: str) -> None:
    assert "".join(graphemes(text)) == text
    assert visible_length(text) == len(graphemes(text))


@pytest.mark.parametrize(
    ("sign", "trouble"),
    [
        ("\x00", Trouble.CONTROL), ("\x0b", Trouble.CONTROL), ("\n", Trouble.CONTROL), ("\x85", Trouble.CONTROL), ("\u202e", Trouble.BIDI),
        ("\u2067", Trouble.BIDI), ("\u200b", Trouble.INVISIBLE), ("\ufeff", Trouble.INVISIBLE), ("\u00ad", Trouble.INVISIBLE),
        ("\u3164", Trouble.INVISIBLE), ("\u2028", Trouble.INVISIBLE), ("\U000e0041", Trouble.TAG), ("\ufffe", Trouble.NONCHARACTER),
        ("\U0001ffff", Trouble.NONCHARACTER), ("\ufdd0", Trouble.NONCHARACTER), ("\ud800", Trouble.SURROGATE),
        ("\ufffd", Trouble.REPLACEMENT),
    ],
)
def test_hidden_characters_are_found_where_they_stand(sign: str, trouble: Trouble) -> None:
    (place,) = forbidden(f"山{sign}田")
    assert (place.trouble, place.index, place.code) == (trouble, 1, f"U+{ord(sign):04X}")
    assert forbidden(f"山{sign}田", allowed=sign) == []


@pytest.mark.parametrize("text", ["\U000e0100葛", " \ufe00", "山\n\u3099"])
def test_a_mark_without_a_base_is_stray(text: str) -> None:
    assert [place.trouble for place in forbidden(text, allowed="\n")] == [Trouble.STRAY_MARK]


@pytest.mark.parametrize("text", ["髙橋　花子", "𠮷野", KATSU, "か\u3099", "SMITH JOHN", "佐々木・ケ①"])
def test_names_carry_nothing_forbidden(text: str) -> None:
    assert forbidden(text) == private_use(text) == []


def test_private_use_is_reported_apart() -> None:
    assert [place.code for place in private_use("山\ue000\U0010de92")] == ["U+E000", "U+10DE92"]
    assert forbidden("山\ue000\U0010de92") == []
