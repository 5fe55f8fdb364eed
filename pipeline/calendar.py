"""Opening days of a municipality (開庁日).

Closed are Saturdays, Sundays, national holidays (国民の祝日, from ``jpholiday``) and 29 December to 3 January, the days that
Local Autonomy Act article 4-2 lets a municipality close; further closed days stand in the municipality's file.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import jpholiday

_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class OpeningDays:
    """When the counters are open. ``closed``: further closed days of the municipality."""

    closed: frozenset[date] = frozenset()

    def is_open(self, day: date) -> bool:
        """Whether the counters are open on ``day``."""
        return not (day.weekday() >= _SATURDAY or _is_year_end(day) or day in self.closed or jpholiday.is_holiday(day))

    def next_open(self, day: date) -> date:
        """``day`` itself when open, else the first open day after it: where a term that ends on a closed day moves to."""
        return day if self.is_open(day) else next(self._open_after(day))

    def add_open_days(self, day: date, count: int) -> date:
        """The ``count``-th open day after ``day``, which itself is not counted (初日不算入). Raises ValueError when count is below 1."""
        if count < 1:
            raise ValueError(f"cannot count {count} open days")
        days = self._open_after(day)
        for _ in range(count - 1):
            next(days)
        return next(days)

    def _open_after(self, day: date) -> Iterator[date]:
        while True:
            day += _DAY
            if self.is_open(day):
                yield day


def _is_year_end(day: date) -> bool:
    return (day.month == 12 and day.day >= 29) or (day.month == 1 and day.day <= 3)
