"""Why the hold rate rose on a day (保留率の要因): what each reason and each procedure adds to it, compared with the weeks before."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from pipeline.audit.figures import DayFigures, Held

WEEKS: Final = timedelta(weeks=4)
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A reason or procedure in the hold rate. usual: applications of the weeks before. points: what it adds, in percentage points."""

    key: Key
    held: int
    usual: int
    points: float


@dataclass(frozen=True, slots=True)
class Rise:
    """A day's hold rate beside that of the four weeks before; the parts add up to the difference exactly."""

    held: int
    arrived: int
    usual_held: int
    usual_arrived: int
    days: int
    reasons: tuple[Part, ...]
    procedures: tuple[Part, ...]

    @property
    def points(self) -> float:
        """Difference of the two rates in percentage points."""
        return 100 * (_share(self.held, self.arrived) - _share(self.usual_held, self.usual_arrived))


def rise_of(day: DayFigures, earlier: Iterable[DayFigures]) -> Rise | None:
    """The day against the recorded days of the four weeks before it; None where there is nothing to compare."""
    before = [one for one in earlier if day.day - WEEKS <= one.day < day.day and one.arrived]
    arrived = sum(one.arrived for one in before)
    if not (day.arrived and arrived):
        return None
    held = sum(one.held_of() for one in before)

    def parts(key: Callable[[Held], Key]) -> tuple[Part, ...]:
        return _parts(_count(day.held, key), _count([group for one in before for group in one.held], key), day.arrived, arrived)

    reasons = parts(lambda one: (one.code, one.rule, one.procedure if one.rule else ""))
    return Rise(day.held_of(), day.arrived, held, arrived, len(before), reasons, parts(lambda one: (one.procedure,)))


def _count(held: Sequence[Held], key: Callable[[Held], Key]) -> Counter[Key]:
    found: Counter[Key] = Counter()
    for one in held:
        found[key(one)] += len(one.receipts)
    return found


def _parts(now: Counter[Key], usual: Counter[Key], arrived: int, usual_arrived: int) -> tuple[Part, ...]:
    found = [
        Part(key, now[key], usual[key], 100 * (_share(now[key], arrived) - _share(usual[key], usual_arrived)))
        for key in now.keys() | usual.keys()
    ]
    return tuple(sorted(found, key=lambda one: (-one.points, one.key)))


def _share(part: int, whole: int) -> float:
    return part / whole
