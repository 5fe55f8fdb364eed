"""縮退 candidates (縮退候補): characters that could stand for one that a receiving system cannot take. Only an official chooses."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from mappings.layouts import Format
from mappings.substitutions import code_points
from vocabulary.characters import graphemes, is_selector

BASES = MappingProxyType({"u": "異体字セレクタを除いた同じ符号位置", "j": "JIS X 0213 の同じ面区点", "m": "MJ縮退マップ"})
_FILE = Path(__file__).parent / "characters" / "mj" / "candidates.csv"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One character that could stand in. basis: a key of ``BASES``."""

    character: str
    basis: str


@dataclass(frozen=True, slots=True)
class Sign:
    """One visible character: a base with its selector and marks. mj: MJ文字図形名, empty where no candidate is known."""

    text: str
    mj: str
    candidates: tuple[Candidate, ...]

    @property
    def points(self) -> str:
        """``U+845B U+E0100``."""
        return code_points(self.text)


def candidates(text: str) -> list[Sign]:
    """Every visible character of ``text`` in order, with its candidates: several, one or none."""
    return [_sign(sign) for sign in graphemes(text)]


def carries(format_: Format, sign: str) -> bool:
    """Whether a format takes the visible character, itself or by an approved substitute."""
    entry = format_.substitutions.entries.get(sign)
    try:
        format_.encoding.encode(entry.target if entry else sign)
    except UnicodeEncodeError:
        return False
    return True


def _sign(text: str) -> Sign:
    mj, found, bases = _known().get(text, ("", "", ""))
    if len(text) > 1 and is_selector(text[1]) and text[0] not in found:
        found, bases = text[0] + found, "u" + bases
    return Sign(text, f"MJ{mj:0>6}" if mj else "", tuple(Candidate(*pair) for pair in zip(found, bases, strict=True)))


@cache
def _known() -> Mapping[str, tuple[str, str, str]]:
    return MappingProxyType(dict(_rows()))


def _rows() -> Iterator[tuple[str, tuple[str, str, str]]]:
    with _FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield "".join(chr(int(point, 16)) for point in row["source"].split("_")), (row["mj"], row["candidates"], row["basis"])
