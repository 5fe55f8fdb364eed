"""Characters of whole columns (列の文字変換): one table over code points changes or drops every character of a column at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mappings.records import Column, texts_of
from vocabulary.widths import to_full, to_half_ascii

Points = NDArray[np.uint32]

_POINTS = 0x10000
_ZERO, _NINE = 0x30, 0x39
_DROPPED = 0xFFFFFFFF
_ASCII = range(0x80)
_FULL_ASCII = range(0xFF01, 0xFF5F)
_HALF_KANA = range(0xFF61, 0xFFA0)
_MARKS = (0xFF9E, 0xFF9F)
# XML has no way to carry a NUL; a column from elsewhere that holds one is taken text by text.
_BETWEEN = "\0"


class _Full(NamedTuple):
    """point: the full-width form of each code point. joined: for each mark, what a full-width kana and the mark make, 0 for nothing."""

    point: Points
    joined: dict[int, Points]


def full_column(column: Column) -> Column:
    """Every text as ``vocabulary.widths.to_full`` has it; what is absent stays absent."""
    given = texts_of(column)
    points = _points(given)
    if np.count_nonzero(points == 0) != len(given) - 1:
        return [text and to_full(text) for text in column]
    tables = _full()
    full = _changed(points, tables.point)
    if np.array_equal(full, points):
        return column
    joined = 0
    for mark in _MARKS:
        places = np.flatnonzero(points[1:] == mark) + 1
        made = tables.joined[mark].take(full[places - 1], mode="clip")
        places, made = places[made > 0], made[made > 0]
        full[places - 1] = made
        full[places] = _DROPPED
        joined += len(places)
    texts = _texts(full[full != _DROPPED] if joined else full)
    if given is column:
        return list(texts)
    return [None if old is None else text for old, text in zip(column, texts, strict=True)]


@dataclass(frozen=True, slots=True)
class Digits:
    """A column as rows of digits. counts: digits of each text. zero, wrong: which begin with 0, are no digits of an allowed length."""

    texts: list[str]
    counts: NDArray[np.int64]
    zero: NDArray[np.bool_]
    wrong: NDArray[np.bool_]


def digits_of(column: Column, dropped: str, lengths: range) -> Digits:
    """Every text in half-width ASCII without the dropped characters. lengths: how many digits are allowed; an empty text has none."""
    given = texts_of(column)
    joined = _BETWEEN.join([*given, ""])
    if joined.count(_BETWEEN) != len(given):
        # What holds the sign that stands between texts is no row of digits.
        given = [text.replace(_BETWEEN, "x") for text in given]
        joined = _BETWEEN.join([*given, ""])
    if joined.isascii():
        data = joined.encode("ascii").translate(None, dropped.encode("ascii", "ignore"))
        plain: NDArray[np.uint8] | Points = np.frombuffer(data, np.uint8)
        texts = list(given) if len(data) == len(joined) else data.decode("ascii").split(_BETWEEN)[:-1]
    else:
        points = _changed(np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32), _plain(dropped))
        points = points[points != _DROPPED]
        plain, texts = points, _texts(points)[:-1]
    ends = np.flatnonzero(plain == 0)
    starts = np.concatenate(([0], ends + 1))[:-1]
    counts = ends - starts
    wrong = (counts < lengths.start) | (counts >= lengths.stop)
    # Below 0 there is nothing, so that the signs before it count as large.
    strange = np.flatnonzero((plain - plain.dtype.type(_ZERO) > _NINE - _ZERO) & (plain != 0))
    wrong[np.searchsorted(ends, strange)] = True
    return Digits(texts, counts, plain[starts] == _ZERO, wrong)


def _points(texts: list[str]) -> Points:
    return np.frombuffer(_BETWEEN.join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)


def _changed(points: Points, table: Points) -> Points:
    if points.size and points.max() >= _POINTS:
        return np.where(points < _POINTS, table.take(points, mode="clip"), points)
    return table.take(points)


def _texts(points: Points) -> list[str]:
    data: bytes = points.tobytes()
    return data.decode("utf-32-le", "surrogatepass").split(_BETWEEN)


@cache
def _full() -> _Full:
    """Made of ``to_full`` itself, so that the two cannot part."""
    full = _table((*_ASCII, *_HALF_KANA), [ord(to_full(chr(point))) for point in (*_ASCII, *_HALF_KANA)])
    joined = {}
    for mark in _MARKS:
        both = {int(full[kana]): to_full(chr(kana) + chr(mark)) for kana in _HALF_KANA}
        joined[mark] = np.zeros(_POINTS, np.uint32)
        joined[mark][list(both)] = [ord(made) if len(made) == 1 else 0 for made in both.values()]
    return _Full(full, joined)


@cache
def _plain(dropped: str) -> Points:
    """Full-width ASCII as ASCII; what becomes or is a dropped character is dropped."""
    table = _table(_FULL_ASCII, [ord(to_half_ascii(chr(point))) for point in _FULL_ASCII])
    table[np.isin(table, [ord(sign) for sign in dropped])] = _DROPPED
    return table


def _table(points: Sequence[int], made: Sequence[int]) -> Points:
    table = np.arange(_POINTS, dtype=np.uint32)
    table[list(points)] = made
    return table
