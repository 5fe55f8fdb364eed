"""Comparing two sides of many records (突合): which are not equal on both, whatever their order, in 24 bytes a record.

A record is a key (処理通番 as a number) and its facts as a number. Both are mixed into 64 bits, sorted, and compared range by range;
only the few records that differ are looked at by their keys. Two records that differ are taken for equal with a probability of 2⁻⁶⁴.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.uint64]
Block = tuple[Numbers, Numbers]
"""Keys and facts of some records; both arrays have one length."""
Side = Iterable[Block]
"""All records of a side; read once."""

_RANGES = 64
_FIRST_ROOM = 1 << 16
_SIEVE = np.uint64(1 << 20)
_ODD = np.uint64(0x9E3779B97F4A7C15)
_MIXER = np.uint64(0xBF58476D1CE4E5B9)
_HALF = np.uint64(32)


@dataclass(frozen=True, slots=True)
class Differences:
    """Sorted keys. equal: records that both sides have alike. differing: keys on both sides, with other facts."""

    equal: int
    only_there: Numbers
    only_here: Numbers
    differing: Numbers


def compare_sides(there: Side, here: Side) -> Differences:
    """Compare two sides. A record that a side has twice counts once."""
    ours, theirs = _Marked.read(here), _Marked.read(there)
    marks_there, marks_here = theirs.in_order(), ours.in_order()
    alone = _unshared(marks_there, marks_here)
    size = len(marks_there) + len(marks_here)
    keys_there, keys_here = theirs.keys_with(alone), ours.keys_with(alone)
    differing = np.intersect1d(keys_there, keys_here, assume_unique=True)
    return Differences(
        equal=(size - len(alone)) // 2,
        only_there=np.setdiff1d(keys_there, differing, assume_unique=True),
        only_here=np.setdiff1d(keys_here, differing, assume_unique=True),
        differing=differing,
    )


@dataclass(frozen=True, slots=True)
class _Marked:
    """A side: the key of each record and its mark, in the order of reading."""

    keys: Numbers
    marks: Numbers

    @classmethod
    def read(cls, side: Side) -> "_Marked":
        both = tuple(np.empty(_FIRST_ROOM, dtype=np.uint64) for _ in range(2))
        count = 0
        for keys, facts in side:
            end = count + len(keys)
            for room, values in zip(both, (keys, _mark(keys, facts)), strict=True):
                if end > len(room):
                    room.resize(max(end, len(room) * 5 // 4), refcheck=False)
                room[count:end] = values
            count = end
        for room in both:
            room.resize(count, refcheck=False)
        return cls(*both)

    def in_order(self) -> Numbers:
        """The marks sorted, each once."""
        marks = np.sort(self.marks)
        return marks if not (marks[1:] == marks[:-1]).any() else np.unique(marks)

    def keys_with(self, wanted: Numbers) -> Numbers:
        """The keys of the records whose marks are among those wanted (sorted), sorted, each once."""
        if not len(wanted):
            return wanted
        # Most marks are not wanted: a look into a table that stays in the processor's cache drops them.
        sieve = np.zeros(int(_SIEVE), dtype=bool)
        sieve[wanted % _SIEVE] = True
        found = [self.keys[start + places] for start, places in self._sifted(sieve, wanted)]
        return np.unique(np.concatenate(found))

    def _sifted(self, sieve: NDArray[np.bool_], wanted: Numbers) -> Iterator[tuple[int, NDArray[np.intp]]]:
        for start in range(0, max(1, len(self.marks)), _FIRST_ROOM):
            marks = self.marks[start : start + _FIRST_ROOM]
            places = np.flatnonzero(sieve[marks % _SIEVE])
            nearest = np.minimum(np.searchsorted(wanted, marks[places]), len(wanted) - 1)
            yield start, places[wanted[nearest] == marks[places]]


def _mark(keys: Numbers, facts: Numbers) -> Numbers:
    """64 bits for each record; for one key, other facts always give another mark."""
    marks = keys * _ODD
    marks ^= marks >> _HALF
    marks *= _MIXER
    marks ^= facts
    marks *= _ODD
    marks ^= marks >> _HALF
    return marks


def _unshared(one: Numbers, other: Numbers) -> Numbers:
    """What only one of two sorted sides has, sorted; range by range, so that little is in memory twice."""
    found = []
    for (a, b), (c, d) in zip(_ranges(one), _ranges(other), strict=True):
        both = np.concatenate((one[a:b], other[c:d]))
        both.sort(kind="stable")
        equal = both[1:] == both[:-1]
        alone = np.ones(len(both), dtype=bool)
        alone[1:] &= ~equal
        alone[:-1] &= ~equal
        found.append(both[alone])
    return np.concatenate(found)


def _ranges(marks: Numbers) -> Iterator[tuple[int, int]]:
    """Where each 64th part of all possible marks begins and ends."""
    bounds = np.arange(1, _RANGES, dtype=np.uint64) << np.uint64(64 - _RANGES.bit_length() + 1)
    places = [0, *np.searchsorted(marks, bounds).tolist(), len(marks)]
    return pairwise(places)
