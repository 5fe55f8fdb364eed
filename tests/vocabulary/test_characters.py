"""Characters beyond the BMP, with variation selectors and marks, and those that hide in a text."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocabulary.characters import HIDDEN, graphemes, visible_length

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
    "sign",
    [
        "\u202e", "\u2067", "\u200b", "\u200f", "\ufeff", "\u00ad", "\u3164", "\u2028", "\U000e0041", "\ufffe", "\U0001ffff", "\U0010ffff",
        "\ufdd0", "\ufffd",
    ],
)  # fmt: skip
def test_what_hides_in_a_text_is_found(sign: str) -> None:
    assert re.findall(f"[{HIDDEN}]", f"山{sign}田") == [sign]


@pytest.mark.parametrize("text", ["髙橋　花子", "𠮷野", KATSU, "か\u3099", "SMITH JOHN", "佐々木・ケ①", "山\ue000\U0010de92", "〜～−－‖∥"])
def test_names_hide_nothing(text: str) -> None:
    assert re.findall(f"[{HIDDEN}]", text) == []


def test_every_character_that_unicode_calls_a_format_of_the_basic_plane_is_hidden_but_those_of_other_scripts() -> None:
    formats = {chr(point) for point in range(0x10000) if unicodedata.category(chr(point)) == "Cf"}
    shown = {sign for sign in formats if not re.match(f"[{HIDDEN}]", sign)}
    assert {unicodedata.name(sign).split()[0] for sign in shown} <= {"ARABIC", "SYRIAC"}
