"""Declared encodings (文字コード): the plain codec as oracle, one byte pair for double codes, and no other bytes read."""

import unicodedata
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.encodings import NAMES, Encoding, encoding_of

FAST = settings(max_examples=100, deadline=None)
ALL = [encoding_of(name, double) for name in NAMES for double in (("nec", "ibm") if name == "cp932" else ("",))]
NEC, IBM = encoding_of("cp932", "nec"), encoding_of("cp932", "ibm")
NASTY = "〜～−－‖∥¢￠£￡¬￢∵№Ⅰⅰ㈱髙﨑\u2014\u2015\\¥~‾\x80\xa0\uf8f0\uf8f3\ue000\ue757\ue758"
NASTY += "𠮷葛\U000e0100か\u3099\ufa11\ufa0c\ufa1b福\ufeff\ud800"
EVERYTHING = st.characters(exclude_categories=())


def encodable(encoding: Encoding, text: str) -> bool:
    """Whether the encoding takes the text."""
    try:
        encoding.encode(text)
    except UnicodeEncodeError:
        return False
    return True


@pytest.mark.parametrize("encoding", ALL, ids=lambda one: one.name)
@FAST
@given(st.text(EVERYTHING | st.sampled_from(NASTY), max_size=12))
def test_a_text_without_private_use_is_taken_when_the_plain_codec_brings_it_back_and_only_then(encoding: Encoding, text: str) -> None:
    try:
        oracle = text.encode(encoding.codec).decode(encoding.codec) == text
    except UnicodeError:
        oracle = False
    if (encoding.name == "cp932" and "\x80" in text) or any("\ue000" <= sign <= "\uf8ff" for sign in text):
        oracle = False
    assert encodable(encoding, text) == oracle
    if oracle:
        assert encoding.decode(encoding.encode(text)) == text


@pytest.mark.parametrize("encoding", ALL, ids=lambda one: one.name)
@FAST
@given(st.binary(max_size=8))
def test_bytes_are_read_only_when_they_would_be_written_again(encoding: Encoding, data: bytes) -> None:
    try:
        text = encoding.decode(data)
    except UnicodeDecodeError:
        return
    assert encoding.encode(text) == data


def test_each_double_code_is_written_and_read_in_the_declared_pair_alone() -> None:
    pairs: dict[str, list[bytes]] = defaultdict(list)
    for lead in range(0x81, 0xFD):
        for trail in range(0x40, 0xFD):
            code = bytes((lead, trail))
            text = code.decode("cp932", "replace")
            if len(text) == 1 and text != "\ufffd":
                pairs[text].append(code)
    doubles = {text: codes for text, codes in pairs.items() if len(codes) > 1}
    assert len(doubles) == 396
    for text, codes in doubles.items():
        assert NEC.encode(text) == text.encode("cp932")
        for encoding in (NEC, IBM):
            written = encoding.encode(text)
            assert written in codes
            for other in set(codes) - {written}:
                with pytest.raises(UnicodeDecodeError):
                    encoding.decode(other)


@pytest.mark.parametrize(
    ("sign", "nec", "ibm"),
    [
        ("髙", "eee0", "fbfc"),
        ("﨑", "ed95", "fab1"),
        ("№", "8782", "fa59"),
        ("Ⅰ", "8754", "fa4a"),
        ("ⅰ", "eeef", "fa40"),
        ("∵", "81e6", "81e6"),
        ("￢", "81ca", "81ca"),
        ("①", "8740", "8740"),
        ("ｱ", "b1", "b1"),
    ],
)
def test_the_makers_pairs_are_these(sign: str, nec: str, ibm: str) -> None:
    assert (NEC.encode(sign).hex(), IBM.encode(sign).hex()) == (nec, ibm)


@pytest.mark.parametrize("sign", "〜−‖¢£¬—𠮷")
def test_what_cp932_only_takes_as_something_else_has_no_code(sign: str) -> None:
    assert not encodable(NEC, sign)
    assert not encodable(IBM, sign)


def test_compatibility_kanji_that_normalisation_would_change_keep_their_own_code() -> None:
    changed = [chr(code) for code in range(0xF900, 0xFB00) if unicodedata.normalize("NFC", chr(code)) != chr(code)]
    kept = [sign for sign in changed if encodable(IBM, sign)]
    assert len(kept) > 15
    assert all(IBM.decode(IBM.encode(sign)) == sign for sign in kept)


@pytest.mark.parametrize(("name", "double"), [("shift_jis", ""), ("cp932", ""), ("utf-8", "nec"), ("cp932", "both"), ("", "")])
def test_an_encoding_that_is_not_declared_right_is_refused(name: str, double: str) -> None:
    with pytest.raises(ValueError, match="allowed are"):
        encoding_of(name, double)


def test_the_mark_at_the_head_is_declared_and_never_part_of_a_text() -> None:
    assert encoding_of("utf-8-bom").bom == b"\xef\xbb\xbf"
    assert encoding_of("utf-16le-bom").bom == b"\xff\xfe"
    assert encoding_of("utf-16le-bom").encode("a") == b"a\x00"
    assert {one.bom for one in ALL if not one.name.endswith("-bom")} == {b""}
