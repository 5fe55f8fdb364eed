"""Full width for whole columns (全角化): what ``vocabulary.widths.to_full`` does to each text, done to all characters at once."""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mappings.records import Column
from vocabulary.widths import to_full

_POINTS = 0x10000
_ASCII = range(0x80)
_HALF_KANA = range(0xFF61, 0xFFA0)
_MARKS = (0xFF9E, 0xFF9F)
_BETWEEN = "\0"


class _Tables(NamedTuple):
    """full: the full-width form of each code point. joined: for each mark, what a full-width kana and the mark make, 0 for nothing."""

    full: NDArray[np.uint32]
    joined: dict[int, NDArray[np.uint32]]


def full_column(column: Column) -> Column:
    """The texts in full width; what is absent stays absent. No text may hold a NUL, which XML has no way to carry."""
    if not column:
        return []
    points = np.frombuffer(_BETWEEN.join(text or "" for text in column).encode("utf-32-le", "surrogatepass"), np.uint32)
    tables = _tables()
    if points.size and points.max() >= _POINTS:
        full = np.where(points < _POINTS, tables.full.take(points, mode="clip"), points).astype(np.uint32)
    else:
        full = tables.full.take(points)
    kept = np.ones(len(full), np.bool_)
    for mark in _MARKS:
        places = np.flatnonzero(points == mark)
        places = places[places > 0]
        made = tables.joined[mark].take(full[places - 1], mode="clip")
        full[places[made > 0] - 1] = made[made > 0]
        kept[places[made > 0]] = False
    texts = full[kept].tobytes().decode("utf-32-le", "surrogatepass").split(_BETWEEN)
    if None not in column:
        return list(texts)
    return [None if old is None else text for old, text in zip(column, texts, strict=True)]


@cache
def _tables() -> _Tables:
    """Made of ``to_full`` itself, so that the two cannot part."""
    full = np.arange(_POINTS, dtype=np.uint32)
    for point in (*_ASCII, *_HALF_KANA):
        full[point] = ord(to_full(chr(point)))
    joined = {}
    for mark in _MARKS:
        joined[mark] = np.zeros(_POINTS, np.uint32)
        for kana in _HALF_KANA:
            both = to_full(chr(kana) + chr(mark))
            if len(both) == 1:
                joined[mark][full[kana]] = ord(both)
    return _Tables(full, joined)
