"""The truth about exchanges (情報連携) of a synthetic town: what happened each day, what the server shows of it, what the town wrote down.

The server's records (情報提供等記録) and the town's own files (自団体側の記録) are both made from this list, so that every course is known
beforehand. The same town and day always give the same list.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import jpholiday
import yaml

from sandbox.middle.townsfolk import Townsfolk, Townsperson
from sandbox.town_dice import dice
from vocabulary.clock import JST

_WORDS = Path(__file__).parent / "data" / "exchange_words.yaml"
_RESIDENTS_PER_EXCHANGE = 80
_DAYS_BEFORE = 14
_OLD_YEARS = 7
_OLD_DAYS = 12
_VOLUME_AFTER_DAYS, _VOLUME = 6, 400
_LATE_DAYS = 2
_ASKED, _ANSWERED = "1", "2"
_ASKED_SHARE = 0.4
_ROLE_OF = {"only_there": False, "unrequested": True, "unlisted": True, "foreign_duty": True, "odd_hour": True, "volume": True}
"""Course → whether it is an inquiry of ours, where only one of the two makes sense."""
COURSES = (
    "both", "only_there", "only_here", "late", "unrequested", "foreign_duty", "odd_hour", "unlisted", "facts_differ",
    "volume",
)  # fmt: skip
"""both: known to both sides · only_there: an answer of ours that the gateway's file lacks · only_here: written down by us, unknown to the
server · late: shown by the server two days later · unrequested: the server shows an inquiry of ours that nobody here made ·
foreign_duty: our inquiry under a duty that is not ours · odd_hour: our inquiry at night · unlisted: an inquiry missing in the terminals'
book, which is not complete · facts_differ: written down by us with another item · volume: one of very many inquiries of ours in one day."""
_SPECIAL = COURSES[1:-1]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One exchange. sequence: 処理通番. role: 1 we asked, 2 we were asked.

    source: the own record in charge (gateway, business-log, terminal-book). provided_at is None where nothing was provided.
    recorded_at: when the server begins to show it. Marks are "1" (不開示) or "0".
    """

    sequence: str
    role: str
    inquirer: str
    provider: str
    duty: str
    procedure: str
    item: str
    atenabango: str
    requested_at: datetime
    provided_at: datetime | None
    outcome: str
    nondisclosure_inquirer: str
    nondisclosure_provider: str
    source: str
    course: str
    recorded_at: datetime

    @property
    def at_server(self) -> bool:
        """Whether the server ever shows it."""
        return self.course != "only_here"

    @property
    def on_own_side(self) -> bool:
        """Whether the own record in charge lists it."""
        return self.course not in {"only_there", "unrequested", "unlisted"}

    @property
    def own_item(self) -> str:
        """The item as the own record has it."""
        if self.course != "facts_differ":
            return self.item
        return next(str(one) for one in words()["titles"]["item"] if one != self.item)


@cache
def words() -> Mapping[str, Any]:
    """Bodies, duties, items and titles of the stand-in."""
    document: Mapping[str, Any] = yaml.load(_WORDS.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506  the base loader makes strings only
    return document


def exchange_days(town: Townsfolk, until: date) -> Iterator[date]:
    """Days on which something was exchanged: two weeks before the town's day and every day since, and some days seven years ago."""
    old = old_day(town)
    yield from (old + timedelta(days=ahead) for ahead in range(_OLD_DAYS) if old + timedelta(days=ahead) <= until)
    day = town.day - timedelta(days=_DAYS_BEFORE)
    while day <= until:
        yield day
        day += timedelta(days=1)


def old_day(town: Townsfolk) -> date:
    """The first of the days of which a single record is seven years old during the first nights after the town's day."""
    return town.day.replace(year=town.day.year - _OLD_YEARS) - timedelta(days=1)


def exchanges_of(day: date, town: Townsfolk) -> tuple[Exchange, ...]:
    """What was exchanged on a day, in the order of 処理通番; offices exchange on opening days only."""
    if not town.people:
        return ()
    throw = dice(town.seed, "exchange", day.isoformat())
    if day < town.day - timedelta(days=_DAYS_BEFORE):
        return (_draw(throw, day, town.people, 1, course="both"),)
    if day.weekday() >= 5 or jpholiday.is_holiday(day):
        return ()
    count = max(len(_SPECIAL) // 2, len(town.people) // _RESIDENTS_PER_EXCHANGE)
    courses = [*_special(day), *(["both"] * count)]
    if day == town.day + timedelta(days=_VOLUME_AFTER_DAYS):
        courses += ["volume"] * _VOLUME
    return tuple(_draw(throw, day, town.people, place, course=course) for place, course in enumerate(courses, 1))


def _special(day: date) -> Sequence[str]:
    """Two courses out of the ordinary for each day, all of them within a week."""
    first = day.toordinal() * 2 % len(_SPECIAL)
    return [_SPECIAL[(first + ahead) % len(_SPECIAL)] for ahead in range(2)]


def _draw(throw: Random, day: date, people: Sequence[Townsperson], place: int, *, course: str) -> Exchange:
    asked = _ROLE_OF.get(course, throw.random() < _ASKED_SHARE)
    person = people[throw.randrange(len(people))]
    drawn = _inquiry(throw, course) if asked else words()["askers"][throw.randrange(len(words()["askers"]))]
    hour = throw.choice((1, 2, 3, 4)) if course == "odd_hour" else throw.randrange(9, 17)
    at = datetime.combine(day, time(hour, throw.randrange(60), throw.randrange(60)), JST)
    silent = not asked and person.protected
    outcome = "not_provided" if silent else throw.choice(("provided",) * 9 + ("no_record",))
    wait = timedelta(seconds=throw.randrange(2, 40))
    made = Exchange(
        sequence=f"{day:%Y%m%d}{place:010d}", role=_ASKED if asked else _ANSWERED,
        inquirer=words()["us"] if asked else drawn["body"], provider=drawn["body"] if asked else words()["us"],
        duty=words()["foreign_duty"] if course == "foreign_duty" else drawn["duty"], procedure=drawn["procedure"], item=drawn["item"],
        atenabango=person.atena, requested_at=at, provided_at=at + wait if outcome == "provided" else None, outcome=outcome,
        nondisclosure_inquirer="1" if asked and person.protected else "0", nondisclosure_provider="1" if silent else "0",
        source=drawn.get("source", "gateway"), course=course, recorded_at=at,
    )  # fmt: skip
    return replace(made, recorded_at=at + timedelta(days=_LATE_DAYS)) if course == "late" else made


def _inquiry(throw: Random, course: str) -> Mapping[str, str]:
    """One of our inquiries; one that a book may lack is of the book that is not complete, one that nobody made never is."""
    if course == "volume":
        return dict(words()["inquiries"][0])
    wanted = {"unlisted": "terminal-book", "unrequested": "business-log"}.get(course)
    choices = [one for one in words()["inquiries"] if wanted in {None, one["source"]}]
    found: Mapping[str, str] = choices[throw.randrange(len(choices))]
    return found
