"""How each character is carried (文字の収容): one table over all code points for each format, so that a whole column is judged at once."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from mappings.encodings import Encoding
from mappings.substitutions import SubstitutionTable

Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]

SUSPECT = 8
"""Marks a character that needs a closer look; a smaller kind is the number of bytes that carry the character."""

_POINTS = 0x110000
_SURROGATES = slice(0xD800, 0xE000)
_PRINTABLE = slice(0x20, 0x7F)
_PRIVATE_USE = slice(0xE000, 0xF900)
# First code point of each width of a Unicode encoding.
_WIDTHS = {"utf-8": ((0, 1), (0x80, 2), (0x800, 3), (0x10000, 4)), "utf-16-le": ((0, 2), (0x10000, 4))}


@dataclass(frozen=True, slots=True)
class Kinds:
    """The table of one format. of_point: bytes of each code point, or ``SUSPECT`` where it has none, is forbidden or may be replaced.

    ascii: the kind that all printable ASCII characters share, 0 when they differ.
    """

    encoding: Encoding
    of_point: Bytes
    ascii: int


def kinds_of(encoding: Encoding, substitutions: SubstitutionTable, *, forbidden: frozenset[str]) -> Kinds:
    """The table of an encoding with an approved substitution table. forbidden: characters that the format must not hold.

    Of a sequence the last character is marked; it is nearly always a variation selector, which is rare.
    """
    of_point = widths_of(encoding).copy()
    of_point[of_point == 0] = SUSPECT
    of_point[[ord(sign) for sign in (*forbidden, *(source[-1] for source in substitutions.entries))]] = SUSPECT
    least, most = int(of_point[_PRINTABLE].min()), int(of_point[_PRINTABLE].max())
    return Kinds(encoding, of_point, least if least == most else 0)


@cache
def widths_of(encoding: Encoding) -> Bytes:
    """Bytes of each code point, 0 where it has none."""
    widths = np.zeros(_POINTS, np.uint8)
    if encoding.codes is None:
        for first, width in _WIDTHS[encoding.codec]:
            widths[first:] = width
        widths[_SURROGATES] = 0
        widths[_PRIVATE_USE] = 0
    else:
        widths[list(encoding.codes)] = [len(code) for code in encoding.codes.values()]
    return widths


@cache
def pairs_of(encoding: Encoding) -> Bytes:
    """The two bytes of each code point of CP932, the second 0 where there is one only. Shape (code points, 2)."""
    pairs = np.zeros((_POINTS, 2), np.uint8)
    for point, code in (encoding.codes or {}).items():
        pairs[point, : len(code)] = tuple(code)
    return pairs
