"""Characters (文字): what a clerk counts as one, what selects a form, and what hides in a text."""

import unicodedata
from typing import Final


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


_LAST_OF_PLANES = "".join(f"{chr((plane << 16) + 0xFFFE)}{chr((plane << 16) + 0xFFFF)}" for plane in range(1, 17))
HIDDEN: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufdd0-\ufdef\ufeff\uffa0"
    f"\ufff9-\uffff\U000e0000-\U000e007f{_LAST_OF_PLANES}"
)
"""The inside of a regular expression's class: characters that show nothing, turn the direction of reading, or stand for a lost one.

Unicode gives them to no writing of a name or an address: format characters, blanks that look like nothing, tags, noncharacters, U+FFFD.
"""
