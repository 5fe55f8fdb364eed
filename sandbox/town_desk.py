"""The desk that enters people into the synthetic register: issues numbers with right check digits, keeps name and birth date unique."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from random import Random

from sandbox.addresses import Home, pick_home
from sandbox.names import Family, pick_given
from sandbox.town_dice import dice
from sandbox.town_people import Card, Resident
from vocabulary.check_digits import issue_ledger_number, my_number_check_digit


def _ledger_numbers(start: int) -> Iterator[str]:
    return (number for number in map(issue_ledger_number, count(start)) if number)


@dataclass(slots=True)
class Desk:
    """Numbers and throws of one town. day: the first day on which applications arrive."""

    seed: int
    day: date
    chance: Random = field(init=False)
    _atena: Iterator[str] = field(init=False, default_factory=lambda: _ledger_numbers(1000))
    _households: Iterator[str] = field(init=False, default_factory=lambda: _ledger_numbers(50_000_000))
    _taken: set[str] = field(init=False, default_factory=set)
    _known: set[tuple[str, str, date]] = field(init=False, default_factory=set)
    _called: set[tuple[str, str]] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self.chance = dice(self.seed, "town")

    def household_number(self) -> str:
        """The next 世帯番号."""
        return next(self._households)

    def home(self, place: tuple[str, str] | None = None) -> Home:
        """A home in the town, or in ``place``."""
        return pick_home(self.chance, place=place) if place else pick_home(self.chance)

    def born(self, age: int) -> date:
        """A birth date of someone who is ``age`` years old on the town's day."""
        return self.day - timedelta(days=int(age * 365.25) + self.chance.randint(30, 360))

    def serial(self) -> str:
        """A certificate's serial number: 16 hex digits, never given twice."""
        return self._fresh(lambda: f"{self.chance.randrange(16**15, 16**16):016x}")

    def my_number(self) -> str:
        """A 個人番号 that nobody else of the town has."""
        body = self._fresh(lambda: f"{self.chance.randrange(10**10, 10**11)}")
        return f"{body}{my_number_check_digit(body)}"

    def card(self, *, feed: str = "full") -> Card:
        """A card issued within the last four years."""
        return self.card_of(self.day - timedelta(days=self.chance.randint(40, 1400)), feed=feed)

    def card_of(self, start: date, *, feed: str) -> Card:
        """A card that is valid for five years from ``start``."""
        return Card(self.serial(), start, start.replace(day=min(start.day, 28), year=start.year + 5), feed=feed)

    def enter(
        self, family: Family, *, birth: date, sex: str, relation: str, home: Home, household: str, moved: date, feed: str = "full"
    ) -> Resident:
        """Enter one person. Nobody else of the household has the given name, nobody of the town name and birth date. Adults hold a card."""
        given, kana = self._given(family, birth=birth, sex=sex, household=household)
        cards = (self.card(feed=feed),) if (self.day - birth).days > 15 * 366 else ()
        return Resident(
            atena=next(self._atena), household=household, number=self.my_number(), family=family.name, given=given,
            family_kana=family.kana, given_kana=kana, birth=birth, sex=sex, relation=relation, home=home, moved=moved,
            work=self.chance.choice("111134"), feed=feed, cards=cards,
        )  # fmt: skip

    def _given(self, family: Family, *, birth: date, sex: str, household: str) -> tuple[str, str]:
        while True:
            given, kana = pick_given(self.chance, family=family, sex=sex)
            key, call = (family.kana, kana, birth), (household, kana)
            if key not in self._known and call not in self._called:
                self._known.add(key)
                self._called.add(call)
                return given, kana

    def _fresh(self, throw: Callable[[], str]) -> str:
        while (text := throw()) in self._taken:
            pass
        self._taken.add(text)
        return text
