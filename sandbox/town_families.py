"""Families of the synthetic town: two parents or one, one to five children, some living apart, grandparents, the bereaved."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from sandbox.addresses import ELSEWHERE, Home
from sandbox.names import EVERYDAY, Family, pick_family
from sandbox.town_desk import Desk
from sandbox.town_people import Household, Resident
from vocabulary.dates import to_wareki

ERA_BORDERS = (date(1989, 1, 7), date(1989, 1, 8))
"""Last day of 昭和, first day of 平成."""
CHILD_ERA_BORDERS = (date(2019, 4, 30), date(2019, 5, 1))
_CHILDREN = (1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 5)


def family(
    desk: Desk, *, kind: str, births: Sequence[date], scripts: tuple[str, ...] = EVERYDAY, parents: int = 2, elders: int = 0,
    moved: date | None = None, feed: str = "full",
) -> Household:  # fmt: skip
    """A household with the children born on ``births`` (eldest first), all with one surname, in one home."""
    name, home, number = pick_family(desk.chance, scripts=scripts), desk.home(), desk.household_number()
    since = moved or desk.day - timedelta(days=desk.chance.randint(400, 4000))
    eldest = births[0] if births else desk.born(3)

    def enter(birth: date, sex: str, relation: str, day: date = since) -> Resident:
        return desk.enter(name, birth=birth, sex=sex, relation=relation, home=home, household=number, moved=day, feed=feed)

    grown = _parents(desk, count=parents, eldest=eldest)
    return Household(
        kind=kind,
        parents=tuple(enter(birth, sex, relation) for birth, sex, relation in grown),
        children=tuple(enter(birth, desk.chance.choice("12"), "子", max(birth, since)) for birth in births),
        elders=tuple(enter(desk.born(desk.chance.randint(62, 84)), "21"[place], "母父"[place]) for place in range(elders)),
        former=desk.home(desk.chance.choice(ELSEWHERE)) if moved else None,
    )


def _parents(desk: Desk, *, count: int, eldest: date) -> list[tuple[date, str, str]]:
    span = (desk.day - eldest).days / 365.25
    mother = eldest - timedelta(days=int(desk.chance.uniform(21, max(25.0, 42 - span)) * 365.25))
    father = mother - timedelta(days=desk.chance.randint(-1000, 3000))
    if desk.chance.random() < 0.05:
        father, mother = ERA_BORDERS
    if count == 1:
        return [(mother, "2", "世帯主") if desk.chance.random() < 0.85 else (father, "1", "世帯主")]
    if desk.chance.random() < 0.2:
        return [(mother, "2", "世帯主"), (father, "1", "夫")]
    return [(father, "1", "世帯主"), (mother, "2", "妻")]


def child_births(desk: Desk, *, youngest: int, oldest: int = 21, baby: bool = False) -> list[date]:
    """Birth dates of one to five children, eldest first; the youngest is ``youngest`` years old or, for a baby, ten days at most."""
    elder = {desk.chance.randint(youngest + 1, max(oldest, youngest + 1)) for _ in range(desk.chance.choice(_CHILDREN) - 1)}
    births = [desk.born(age) for age in sorted({youngest, *elder}, reverse=True)]
    if baby:
        births[-1] = desk.day - timedelta(days=desk.chance.randint(4, 9))
    elif youngest in (6, 7) and desk.chance.random() < 0.5:
        births[-1] = desk.chance.choice(CHILD_ERA_BORDERS)
    return births


def scatter(desk: Desk, household: Household) -> Household:
    """Let some members live apart: university students mostly away, now and then a minor or the spouse (別居)."""
    students = household.students(desk.day)
    children = tuple(
        _away(desk, child, anywhere=True) if child in students and desk.chance.random() < 0.7 else child for child in household.children
    )
    minors = household.minors(desk.day)
    if len(minors) > 1 and desk.chance.random() < 0.3:
        apart = minors[0]
        children = tuple(_away(desk, child, anywhere=desk.chance.random() < 0.6) if child is apart else child for child in children)
    parents = household.parents
    if len(parents) > 1 and desk.chance.random() < 0.06:
        parents = (parents[0], _away(desk, parents[1], anywhere=True))
    return replace(household, parents=parents, children=children)


def _away(desk: Desk, resident: Resident, *, anywhere: bool) -> Resident:
    """The resident with a household of his or her own: outside the town as 住登外, or elsewhere in it."""
    home: Home = desk.home(desk.chance.choice(ELSEWHERE)) if anywhere else desk.home()
    relation, kind = ("世帯主", "2") if anywhere else ("同居人", "1")
    return replace(resident, household=desk.household_number(), home=home, relation=relation, kind=kind, cards=())


def separated(desk: Desk, *, kind: str, births: Sequence[date]) -> Household:
    """A family of which the spouse lives in another municipality."""
    whole = family(desk, kind=kind, births=births)
    return replace(whole, parents=(whole.parents[0], _away(desk, whole.parents[1], anywhere=True)))


def bereaved(desk: Desk, *, kind: str) -> Household:
    """A family whose earner, who received the allowance, died a few weeks ago; the other parent now heads the household."""
    whole = family(desk, kind=kind, births=child_births(desk, youngest=desk.chance.randint(1, 9), oldest=17))
    dead, survivor = whole.parents
    died = desk.day - timedelta(days=desk.chance.randint(20, 60))
    return replace(
        whole,
        parents=(replace(survivor, relation="世帯主", moved=died),),
        departed=replace(dead, kind="4", died=died, moved=died, cards=()),
    )


def rough_birth(birth: date) -> str:
    """What the register says when only the year of a birth is known (不詳表記): 昭和40年頃."""
    return f"{to_wareki(birth).split('年')[0]}年頃"


def alone(desk: Desk, *, kind: str, surname: Family | None = None) -> Household:
    """A person living alone, of any age and script; one of eight was born on a day that nobody knows."""
    name = surname or pick_family(desk.chance, scripts=("plain", "variant", "selector", "wide", "foreign"))
    moved = desk.day - timedelta(days=desk.chance.randint(400, 9000))
    person = desk.enter(
        name, birth=desk.born(desk.chance.randint(19, 95)), sex=desk.chance.choice("12"), relation="世帯主", home=desk.home(),
        household=desk.household_number(), moved=moved,
    )  # fmt: skip
    if desk.chance.random() < 0.12:
        person = replace(person, birth_unknown=rough_birth(person.birth))
    return Household(kind, (replace(person, protected=desk.chance.random() < 0.05),))
