"""Which characters the printing font can draw (字形の有無), asked before anything is printed: a missing one must never become a box."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

VARIATION_SELECTORS: Final = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
SEQUENCE_FORMAT: Final = 14
"""The cmap subtable of Unicode variation sequences (IVS)."""


class GlyphMissing(ValueError):  # noqa: N818  it names an outcome of the data, not a defect of the program
    """Something to print has characters that the font lacks; the page is held for print. places: where, never what."""

    def __init__(self, places: tuple[str, ...]) -> None:
        super().__init__(f"no glyph at {', '.join(places)}")
        self.places = places


@cache
def font_file() -> Path:
    """The font that pages and sheets are drawn with."""
    from noto_cjk_sans_jp_regular import FONT_PATH

    return Path(FONT_PATH)


@cache
def _repertoire() -> tuple[frozenset[int], frozenset[tuple[int, int]]]:
    """Characters, and pairs of character and variation selector, that the font draws."""
    from fontTools.ttLib import TTFont

    with TTFont(font_file(), lazy=True) as font:
        characters = frozenset(font.getBestCmap())
        tables = [table for table in font["cmap"].tables if table.format == SEQUENCE_FORMAT]
        sequences = frozenset((base, selector) for table in tables for selector, bases in table.uvsDict.items() for base, _ in bases)
    return characters, sequences


def missing_glyphs(text: str) -> list[str]:
    """Each character, or character with its variation selector, that the font can't draw; once, in order of appearance."""
    characters, sequences = _repertoire()
    missing: dict[str, None] = {}
    for base, selector in _clusters(text):
        if selector and (ord(base), ord(selector)) not in sequences:
            missing[base + selector] = None
        elif ord(base) not in characters and not base.isspace():
            missing[base] = None
    return list(missing)


def _clusters(text: str) -> Iterator[tuple[str, str]]:
    for place, character in enumerate(text):
        if _selects(character) and place and not _selects(text[place - 1]):
            continue
        following = text[place + 1 : place + 2]
        yield character, following if following and _selects(following) else ""


def _selects(character: str) -> bool:
    return any(ord(character) in selectors for selectors in VARIATION_SELECTORS)


@cache
def _ordinary() -> frozenset[str]:
    """Characters that can be drawn whatever stands beside them: nearly all there are in a sheet, so that few need a closer look."""
    characters, _ = _repertoire()
    drawn = (character for character in map(chr, characters) if not _selects(character) and not _invisible(character))
    return frozenset(drawn) | {"\n", "\t", "　", " "}


def refuse_missing(data: object) -> None:
    """Raise GlyphMissing when any text in nested mappings and sequences can't be drawn; places read ``people[2].name``."""
    doubtful = ((place, text) for place, text in _texts(data, "") if not _ordinary().issuperset(text))
    places = tuple(place for place, text in doubtful if missing_glyphs(text) or _invisible(text))
    if places:
        raise GlyphMissing(places)


def _invisible(text: str) -> bool:
    """Whether a control, unassigned, private or surrogate character is in it; line breaks may be."""
    return any(unicodedata.category(character) in {"Cc", "Cn", "Co", "Cs"} for character in text if character not in "\n\t")


def _texts(data: object, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(data, str):
        yield place, data
    elif isinstance(data, Mapping):
        for key, value in data.items():
            yield from _texts(value, f"{place}.{key}" if place else str(key))
    elif isinstance(data, Sequence):
        for ordinal, value in enumerate(data, 1):
            yield from _texts(value, f"{place}[{ordinal}]")
