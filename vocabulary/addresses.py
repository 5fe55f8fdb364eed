"""Addresses (住所) compared as people read them: 一丁目２番地の３ and 1-2-3 are one; a key is never stored as an address or shown."""

import re

from vocabulary.names import fits, plain, unify_dashes, with_wildcards

_KANJI_DIGITS = {sign: value for value, sign in enumerate("〇一二三四五六七八九")}
_KANJI_UNITS = {"十": 10, "百": 100, "千": 1000}
# Numerals are read only where a counter follows: 三重県, 一宮市 and 八丁堀 are names.
_KANJI_NUMBER = re.compile(r"[〇一二三四五六七八九十百千]{1,12}(?=丁目|番地|番(?!町)|号|条)")
_COUNTER = re.compile(r"(?<=\d)(?:丁目|丁(?=\d)|番地|番(?!町)|号室?)[のノ]?|(?<=\d)[のノ](?=\d)")
_GAP = re.compile(r"(?<=\d)\s+(?=\d)")
_SPACES = re.compile(r"\s+")
_DASHES = re.compile(r"-{2,}")
_LOOSE_DASH = re.compile(r"(?<=\d)-(?!\d)")
_HAMLET = re.compile(r"(?<=[市区町村郡])大?字")
_KE = re.compile(r"(?<=[㐀-鿿\x00])[ヶケガがヵカ](?=[㐀-鿿\x00])")
_PREFECTURE = re.compile(r"東京都|北海道|(?:京都|大阪)府|(?:神奈川|和歌山|鹿児島|[㐀-鿿]{2})県")


def address_key(text: str) -> str:
    """Comparison key of a 住所: 丁目・番地・号 against hyphens, widths, kanji numerals, variants, 字 and spaces do not count."""
    found = unify_dashes(plain(text), "-")
    found = _SPACES.sub("", _GAP.sub("-", found))
    while (shorter := _without_counters(found)) != found:
        found = shorter
    return _KE.sub("ケ", _HAMLET.sub("", found))


def _without_counters(text: str) -> str:
    """Numbers joined by hyphens. What a counter leaves behind may be followed by the next one: ３号の号."""
    found = _KANJI_NUMBER.sub(lambda match: str(_kanji_number(match[0])), text)
    return _LOOSE_DASH.sub("", _DASHES.sub("-", _COUNTER.sub("-", found)))


def same_address(a: str, b: str, substitutes: str = "") -> bool:
    """Whether ``a`` and ``b`` can be the same 住所; never for an empty one. The prefecture counts only where both name it.

    substitutes: 代替文字位置 of the certificate that ``a`` comes from, one digit per character; where it says "1",
    any one character of ``b`` fits.
    """
    mine, theirs = address_key(with_wildcards(a, substitutes)), address_key(b)
    return fits(mine, theirs) or fits(*_without_single_prefecture(mine, theirs))


def _without_single_prefecture(mine: str, theirs: str) -> tuple[str, str]:
    """Both keys, the prefecture cut from the one that has it when the other has none."""
    found, other = _PREFECTURE.match(mine), _PREFECTURE.match(theirs)
    if found and not other:
        return mine[found.end():], theirs
    if other and not found:
        return mine, theirs[other.end():]
    return mine, theirs


def _kanji_number(text: str) -> int:
    """二十三 and 二三 both are 23."""
    total = current = 0
    for sign in text:
        if sign in _KANJI_UNITS:
            total += (current or 1) * _KANJI_UNITS[sign]
            current = 0
        else:
            current = current * 10 + _KANJI_DIGITS[sign]
    return total + current
