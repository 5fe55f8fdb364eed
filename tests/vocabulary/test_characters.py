"""Characters on the border of CP932, beyond the BMP, with variation selectors, and those that hide in a text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocabulary.characters import (
    CP932_EQUIVALENTS,
    Trouble,
    byte_width,
    forbidden,
    graphemes,
    private_use,
    substituted,
    unencodable,
    visible_length,
)

quick = settings(max_examples=100, deadline=None)
KATSU = "葛\U000e0100"


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("佐藤花子", []), ("髙橋﨑", []), ("𠮷野家", ["𠮷"]), (f"{KATSU}城", [KATSU]), ("①㈱Ⅰ", []), ("㋿元", ["㋿"]), ("\ufa10", []),
        ("—", ["—"]),
        ("〜−‖¢£¬", []), ("か\u309a", ["か\u309a"]), ("草彅剛彅", []), ("鷗外", ["鷗"]), ("a\ue000", []), ("\U0010de92", ["\U0010de92"]),
    ],
)
def test_characters_without_a_cp932_code_are_named(text: str, missing: list[str]) -> None:
    assert unencodable(text) == missing


def test_utf_8_holds_all_but_lone_surrogates() -> None:
    assert unencodable(f"𠮷{KATSU}〜", encoding="utf-8") == []
    assert unencodable("a\ud800b", encoding="utf-8") == ["\ud800"]


@pytest.mark.parametrize("encoding", ["shift_jis", "sjis", "ms932", "euc_jp", ""])
def test_only_declared_encodings_are_known(encoding: str) -> None:
    for measure in (unencodable, substituted, byte_width):
        with pytest.raises(ValueError, match="is not one of cp932, utf-8"):
            measure("a", encoding=encoding)


def test_the_equivalents_are_all_characters_that_cp932_changes() -> None:
    changed = {}
    for point in (*range(0xD800), *range(0xE000, 0x30000)):
        try:
            back = chr(point).encode("cp932").decode("cp932")
        except UnicodeEncodeError:
            continue
        if back != chr(point):
            changed[chr(point)] = back
    assert changed == CP932_EQUIVALENTS


def test_substituted_characters_are_told_with_what_replaces_them() -> None:
    assert substituted("10〜12−3") == [("〜", "～"), ("−", "－")]
    assert substituted("10～12－3") == substituted("〜", encoding="utf-8") == []


@quick
@given(st.text())
def test_what_is_encodable_comes_back_equal_but_for_the_equivalents(text: str) -> None:
    missing = unencodable(text)
    kept = "".join(sign for sign in graphemes(text) if sign not in missing)
    assert kept.encode("cp932").decode("cp932") == "".join(CP932_EQUIVALENTS.get(sign, sign) for sign in kept)
    assert byte_width(kept) == len(kept.encode("cp932"))


def test_width_is_counted_in_bytes() -> None:
    assert byte_width("ｻﾄｳ ﾊﾅｺ") == 7
    assert byte_width("佐藤") == 4
    assert byte_width("𠮷", encoding="utf-8") == 4


def test_a_width_that_cannot_be_told_does_not_repeat_the_text() -> None:
    with pytest.raises(ValueError, match="character 1 has no code in cp932") as caught:
        byte_width("吉𠮷")
    assert "𠮷" not in str(caught.value)
    assert caught.value.__suppress_context__


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
