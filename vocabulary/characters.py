"""Characters (文字): what a clerk counts as one, what selects a form, and what no text field may carry."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


def graphemes(text: str) -> list[str]:
    """``text`` cut into visible characters: a base with its variation selectors (IVS, SVS) and combining marks is one."""
    found: list[str] = []
    for sign in text:
        if found and _attaches(sign):
            found[-1] += sign
        else:
            found.append(sign)
    return found


def visible_length(text: str) -> int:
    """The number of visible characters, which is what 桁数 of type Ｎ counts: 葛 with a variation selector is one, 𠮷 is one."""
    return len(text) if text.isascii() else len(graphemes(text))


def _attaches(sign: str) -> bool:
    """Variation selectors and combining marks are non-spacing (Mn) or enclosing (Me) marks."""
    return sign >= "\u0300" and unicodedata.category(sign) in {"Mn", "Me"}


def is_selector(sign: str) -> bool:
    """Whether the code point is a variation selector (SVS or IVS), which asks for another form of the character before it."""
    return "\ufe00" <= sign <= "\ufe0f" or "\U000e0100" <= sign <= "\U000e01ef"


class Trouble(StrEnum):
    """Why a character has no place in a text field."""

    CONTROL = "control"
    BIDI = "bidi"
    INVISIBLE = "invisible"
    TAG = "tag"
    NONCHARACTER = "noncharacter"
    SURROGATE = "surrogate"
    REPLACEMENT = "replacement"
    STRAY_MARK = "stray_mark"
    PRIVATE_USE = "private_use"


@dataclass(frozen=True, slots=True)
class Place:
    """A character that was found: why, where (index of the code point) and which (``U+200B``)."""

    trouble: Trouble
    index: int
    code: str


_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Format characters (Cf) are invisible by category; these look like nothing, too, though they are letters or separators.
_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2028\u2029\u2800\u3164\uffa0")


def forbidden(text: str, *, allowed: str = "") -> list[Place]:
    """The characters that no text field may carry, private use apart (see ``private_use``).

    allowed: characters that this field takes all the same, such as line feeds in free text.
    """
    return [place for place in _places(text, allowed) if place.trouble is not Trouble.PRIVATE_USE]


def private_use(text: str) -> list[Place]:
    """Private-use characters: 外字 of one town (U+E000–F8FF) or characters of 行政事務標準文字 (planes 15 and 16)."""
    return [place for place in _places(text, "") if place.trouble is Trouble.PRIVATE_USE]


def _places(text: str, allowed: str) -> Iterator[Place]:
    for index, sign in enumerate(text):
        trouble = None if sign in allowed else _trouble(sign)
        if trouble is None and _attaches(sign) and (index == 0 or not _carries(text[index - 1])):
            trouble = Trouble.STRAY_MARK
        if trouble is not None:
            yield Place(trouble, index, f"U+{ord(sign):04X}")


def _carries(sign: str) -> bool:
    """Whether a mark may stand on ``sign``: letters, digits, symbols and other marks, never space or control."""
    return unicodedata.category(sign)[0] not in "ZC" or unicodedata.category(sign) == "Co"


def _trouble(sign: str) -> Trouble | None:
    point, category = ord(sign), unicodedata.category(sign)
    if sign in _BIDI:
        return Trouble.BIDI
    if 0xE0000 <= point <= 0xE007F:
        return Trouble.TAG
    if point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF:
        return Trouble.NONCHARACTER
    if sign == "\ufffd":
        return Trouble.REPLACEMENT
    if category == "Cf" or sign in _BLANKS:
        return Trouble.INVISIBLE
    return {"Cc": Trouble.CONTROL, "Cs": Trouble.SURROGATE, "Co": Trouble.PRIVATE_USE}.get(category)
