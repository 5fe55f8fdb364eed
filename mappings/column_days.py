"""Days of whole columns (列の年月日変換): the two plain ways of writing a day are read for all rows at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mappings.records import Column, texts_of
from vocabulary.eras import eras

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]

_ZERO, _DASH = ord("0"), ord("-")
# In place of a digit where none stands: no sum with it is a year, month or day.
_NONE = np.int64(-(10**9))
_ISO_LENGTH = 10
_ISO_YEAR, _ISO_MONTH, _ISO_DAY = (0, 1, 2, 3), (5, 6), (8, 9)
_MONTHS = np.array((0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), np.int64)
_PAIRS = np.array([tuple(f"{number:02d}".encode()) for number in range(100)], np.uint8)
_BLANK = np.frombuffer(b"0000-00-00\0", np.uint8)
_OPEN_END = 9999_12_31


@dataclass(frozen=True, slots=True)
class _Signs:
    """The characters of a column, text after text with a NUL behind each."""

    points: NDArray[np.uint32]

    def at(self, places: Numbers) -> Numbers:
        """The code point at each place."""
        return self.points.take(places, mode="clip").astype(np.int64)

    def digit(self, places: Numbers) -> Numbers:
        """The digit at each place."""
        found = self.points.take(places, mode="clip") - np.uint32(_ZERO)
        return np.where(found <= 9, found, _NONE)

    def number(self, mark: Numbers) -> tuple[Numbers, Numbers]:
        """The one or two digits before each place, and the place before them."""
        tens = self.digit(mark - 2)
        two = tens >= 0
        return self.digit(mark - 1) + np.where(two, 10 * tens, 0), mark - 2 - two


def plain_days(column: Column) -> Column:
    """Each day written ``2026-04-01`` or ``令和8年4月1日`` as ISO has it, nothing for any other text.

    Nothing either for a day that does not exist, one outside its era, and the open end: the rule of ``read_date`` with an exact day.
    """
    given = texts_of(column)
    days: Column = [None] * len(given)
    points = np.frombuffer("\0".join([*given, ""]).encode("utf-32-le", "surrogatepass"), np.uint32)
    ends = np.flatnonzero(points == 0)
    if not given or len(ends) != len(given):
        return days
    signs, starts = _Signs(points), np.concatenate(([0], ends[:-1] + 1))
    iso = np.flatnonzero(ends - starts == _ISO_LENGTH)
    for row in iso[_iso(signs, starts[iso]) > 0].tolist():
        days[row] = given[row]
    written = np.flatnonzero(points.take(ends - 1, mode="clip") == ord("日"))
    number = _written(signs, starts[written], ends[written])
    for row, text in zip(written[number > 0].tolist(), _texts(number[number > 0]), strict=True):
        days[row] = text
    return days


def _iso(signs: _Signs, start: Numbers) -> Numbers:
    """YYYYMMDD of each text of ten characters that is an ISO day, 0 for the others."""
    year, month, day = (_sum([signs.digit(start + place) for place in part]) for part in (_ISO_YEAR, _ISO_MONTH, _ISO_DAY))
    return _existing(year, month, day, (signs.at(start + 4) == _DASH) & (signs.at(start + 7) == _DASH))


def _sum(digits: list[Numbers]) -> Numbers:
    """The number that the digits write."""
    total, *rest = digits
    for digit in rest:
        total = 10 * total + digit
    return total


def _written(signs: _Signs, start: Numbers, end: Numbers) -> Numbers:
    """YYYYMMDD of each text that is a day of an era (和暦), read from its end, 0 for the others. All end in 日."""
    day, moon = signs.number(end - 1)
    month, sun = signs.number(moon)
    of_era, name = signs.number(sun)
    first, second = signs.at(name - 1), signs.at(name)
    shaped = (signs.at(moon) == ord("月")) & (signs.at(sun) == ord("年")) & (name - 1 == start) & (of_era >= 1)
    found = np.zeros(len(end), np.int64)
    for era in eras():
        named = np.flatnonzero(shaped & (first == ord(era.name[0])) & (second == ord(era.name[1])))
        number = _existing(of_era[named] + era.western_year(0), month[named], day[named], shaped[named])
        inside = (number >= int(f"{era.first_day:%Y%m%d}")) & (number <= int(f"{era.last_day:%Y%m%d}"))
        found[named[inside]] = number[inside]
    return found


def _existing(year: Numbers, month: Numbers, day: Numbers, shaped: Flags) -> Numbers:
    """YYYYMMDD of the shaped days that the calendar has, 0 for the others."""
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    length = _MONTHS.take(month, mode="clip") + (leap & (month == 2))
    number = year * 10000 + month * 100 + day
    there = shaped & (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= length) & (number != _OPEN_END)
    return np.where(there, number, 0)


def _texts(day: Numbers) -> list[str]:
    """``YYYY-MM-DD`` of each YYYYMMDD."""
    grid = np.tile(_BLANK, (len(day), 1))
    for place, power in ((0, 1_000_000), (2, 10_000), (5, 100), (8, 1)):
        grid[:, place : place + 2] = _PAIRS[day // power % 100]
    return grid.tobytes().decode("ascii").split("\0")[:-1]
