"""The synthetic town (合成住民): households by the part they play in the demonstration, made from a seed and nothing else."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType

from sandbox.names import ANY, EVERYDAY
from sandbox.town_desk import Desk
from sandbox.town_families import alone, bereaved, child_births, family, rough_birth, scatter, separated
from sandbox.town_people import Household, Resident

NAMESAKE_KINDS = ("expecting", "nursery")


@dataclass(frozen=True, slots=True)
class Town:
    """A town on the first day on which applications arrive. households: kind → households in a fixed order."""

    seed: int
    day: date
    households: Mapping[str, tuple[Household, ...]]

    @property
    def residents(self) -> tuple[Resident, ...]:
        """Everyone in the register, by 宛名番号."""
        everyone = (member for group in self.households.values() for household in group for member in household.members)
        return tuple(sorted(everyone, key=lambda resident: resident.atena))


def build_town(*, seed: int, day: date, wanted: Mapping[str, int], residents: int) -> Town:
    """Make the wanted number of households of each kind, a namesake for some, and single residents until there are ``residents`` people.

    Raises KeyError for a kind that ``RECIPES`` lacks.
    """
    desk = Desk(seed, day)
    households = {kind: tuple(RECIPES[kind](desk) for _ in range(number)) for kind, number in wanted.items()}
    households["namesake"] = tuple(_namesakes(desk, households))
    people = sum(len(household.members) for group in households.values() for household in group)
    households["alone"] = tuple(alone(desk, kind="alone") for _ in range(max(0, residents - people)))
    return Town(seed, day, MappingProxyType(households))


def _namesakes(desk: Desk, households: Mapping[str, tuple[Household, ...]]) -> Iterator[Household]:
    """People with the name, kana, sex and birth date of somebody else who files an application (同姓同名・同一生年月日)."""
    for household in [household for kind in NAMESAKE_KINDS for household in households.get(kind, ())[:2]]:
        first = household.parents[0]
        twin = alone(desk, kind="namesake").parents[0]
        copied = replace(
            twin, family=first.family, given=first.given, family_kana=first.family_kana, given_kana=first.given_kana, birth=first.birth,
            birth_unknown="", sex=first.sex, protected=False,
        )  # fmt: skip
        yield Household("namesake", (copied,))


def _birth(desk: Desk) -> Household:
    parents = 1 if desk.chance.random() < 0.12 else 2
    births = child_births(desk, youngest=0, oldest=19, baby=True)
    household = family(desk, kind="birth", births=births, parents=parents, elders=desk.chance.choice((0, 0, 0, 1)))
    return scatter(desk, household)


def _arrival(desk: Desk) -> Household:
    """A family that moved in lately; one of three on the last opening day, so that only the delta files know it."""
    fresh = desk.chance.random() < 0.34
    days = 0 if fresh else desk.chance.randint(3, 10)
    births = child_births(desk, youngest=desk.chance.randint(1, 12))
    household = family(desk, kind="arrival", births=births, moved=desk.day - timedelta(days=days), feed="delta" if fresh else "full")
    return household if fresh else scatter(desk, household)


def _change(desk: Desk) -> Household:
    parents = desk.chance.choice((1, 1, 2))
    return scatter(desk, family(desk, kind="change", births=child_births(desk, youngest=desk.chance.randint(1, 14)), parents=parents))


def _sibling(desk: Desk) -> Household:
    """A newborn in a family that already has one to three children."""
    ages = sorted(desk.chance.sample(range(1, 20), desk.chance.choice((1, 1, 2, 3))), reverse=True)
    born = desk.day - timedelta(days=desk.chance.randint(4, 9))
    return scatter(desk, family(desk, kind="sibling", births=[*(desk.born(age) for age in ages), born]))


def _reporting(desk: Desk) -> Household:
    """A family that must report each June (現況届): the spouse lives elsewhere, or a grown child is counted."""
    if desk.chance.random() < 0.5:
        return separated(desk, kind="reporting", births=[desk.born(desk.chance.randint(2, 14))])
    return family(desk, kind="reporting", births=[desk.born(20), desk.born(desk.chance.randint(2, 14))])


def _nursery(desk: Desk) -> Household:
    parents = 1 if desk.chance.random() < 0.2 else 2
    births = child_births(desk, youngest=desk.chance.randint(0, 4), oldest=16)
    return family(desk, kind="nursery", births=births, scripts=ANY, parents=parents, elders=desk.chance.choice((0, 0, 1, 2)))


def _expecting(desk: Desk) -> Household:
    births = child_births(desk, youngest=desk.chance.randint(2, 6), oldest=9) if desk.chance.random() < 0.5 else []
    household = family(desk, kind="expecting", births=births, scripts=ANY)
    mother, father = sorted(household.parents, key=lambda parent: parent.sex, reverse=True)
    if desk.chance.random() < 0.1:
        return replace(household, parents=(replace(mother, relation="世帯主"),))
    return replace(household, parents=(mother, father))


def _complete(desk: Desk, *, kind: str = "complete", scripts: tuple[str, ...] = EVERYDAY) -> Household:
    """Two parents, two children, all at home: what most defects are worked into."""
    births = [desk.born(7), desk.day - timedelta(days=desk.chance.randint(4, 9))]
    return family(desk, kind=kind, births=births, scripts=scripts)


def _protected(desk: Desk) -> Household:
    household = _complete(desk, kind="protected")
    claimant, spouse = household.parents
    elsewhere = replace(spouse, household=desk.household_number(), home=desk.home(), relation="世帯主", protected=True)
    return replace(household, parents=(claimant, elsewhere))


def _public_servant(desk: Desk) -> Household:
    household = _complete(desk, kind="public-servant")
    claimant, spouse = household.parents
    return replace(household, parents=(replace(claimant, work="2"), spouse))


def _twins(desk: Desk) -> Household:
    born = desk.day - timedelta(days=desk.chance.randint(4, 9))
    return family(desk, kind="twins", births=[desk.born(5), born, born])


def _undated(desk: Desk) -> Household:
    household = _complete(desk, kind="undated")
    claimant, spouse = household.parents
    return replace(household, parents=(claimant, replace(spouse, birth_unknown=rough_birth(spouse.birth))))


def _reissued(desk: Desk) -> Household:
    """The claimant lost the card and got another one before filing: the old serial ends and a new one begins in the delta."""
    household = _complete(desk, kind="reissued")
    claimant, spouse = household.parents
    old = claimant.cards[0]
    ended = replace(old, valid_until=desk.day - timedelta(days=2), change="3", feed="delta")
    new = desk.card_of(desk.day - timedelta(days=1), feed="delta")
    return replace(household, parents=(replace(claimant, cards=(old, ended, new)), spouse))


def _unlinked(desk: Desk) -> Household:
    household = _complete(desk, kind="unlinked")
    claimant, spouse = household.parents
    return replace(household, parents=(replace(claimant, cards=(desk.card(feed="none"),)), spouse))


def _schooling(desk: Desk) -> Household:
    """Children in school, all at home; now and then a younger one who is not there yet."""
    parents = 1 if desk.chance.random() < 0.15 else 2
    births = [desk.born(age) for age in ((9, 4), (12, 7), (8,), (13, 10, 6), (7,))[desk.chance.randrange(5)]]
    return family(desk, kind="schooling", births=births, parents=parents)


def _single_parent(desk: Desk) -> Household:
    births = child_births(desk, youngest=desk.chance.randint(1, 14), oldest=16)
    return family(desk, kind="single-parent", births=births, parents=1, elders=desk.chance.choice((0, 0, 0, 1, 2)))


RECIPES: Mapping[str, Callable[[Desk], Household]] = MappingProxyType(
    {
        "birth": _birth,
        "arrival": _arrival,
        "change": _change,
        "sibling": _sibling,
        "reporting": _reporting,
        "nursery": _nursery,
        "expecting": _expecting,
        "bereaved": lambda desk: bereaved(desk, kind="bereaved"),
        "schooling": _schooling,
        "single-parent": _single_parent,
        "complete": _complete,
        "protected": _protected,
        "public-servant": _public_servant,
        "wide-name": lambda desk: _complete(desk, kind="wide-name", scripts=("wide",)),
        "twins": _twins,
        "undated": _undated,
        "reissued": _reissued,
        "unlinked": _unlinked,
    }
)
"""Kind of household → how it is made."""
