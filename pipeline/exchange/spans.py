"""Which days of the server's records are settled (取得済みの日), told from the spans that were asked for and answered."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Days from ``first`` to ``last``, both belong to it, answered on ``asked_on``."""

    first: date
    last: date
    asked_on: date


def known_until(spans: Iterable[Span], since: date, *, after_days: int) -> date:
    """The last day up to which every day from ``since`` was asked for at least ``after_days`` days after it; the day before when none."""
    until = since - _DAY
    for span in sorted(spans):
        if span.first <= until + _DAY:
            until = max(until, min(span.last, span.asked_on - timedelta(days=after_days)))
    return until


def pieces(first: date, last: date, longest: int) -> Iterator[tuple[date, date]]:
    """The days in pieces of at most ``longest`` days."""
    while first <= last:
        end = min(last, first + timedelta(days=longest - 1))
        yield first, end
        first = end + _DAY
