"""A synthetic town (合成住民) with people who look alike, and the claims that a form would make of them: drawn from a seed."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

from connectors.profile import read_profile
from mappings.form import PersonClaim
from mappings.yaml_door import load_yaml
from vocabulary.check_digits import my_number_check_digit
from vocabulary.widths import to_half_kana

SEED = 20261124
KINDS = ("twins", "father-and-son", "neighbours", "variants", "one-birthday", "moved-in")
"""Look-alike pairs: twins read alike, father and son read alike, neighbours of one name, one name in two spellings, one birthday in one
house, and a pair of whom the register lacks one."""

_POOLS = load_yaml(Path(__file__).parent / "pools.yaml")
_VARIANTS = (("高", "髙"), ("崎", "﨑"), ("辺", "邉"), ("斎", "齋"), ("吉", "𠮷"))


@dataclass(frozen=True, slots=True)
class Townsman:
    """One row of the register. house: place of the household."""

    place: int
    house: int
    name: str
    kana: str
    birth: str
    sex: str
    address: str

    @property
    def atena(self) -> str:
        """宛名番号."""
        return f"{self.place:015d}"

    @property
    def number(self) -> str:
        """個人番号."""
        body = f"{self.place:011d}"
        return f"{body}{my_number_check_digit(body)}"


@dataclass(frozen=True, slots=True)
class Asked:
    """A claim, who files it, and whom it truly means: None when that person is not in the register."""

    claim: PersonClaim
    filer: str
    truth: str | None


@dataclass(frozen=True, slots=True)
class Town:
    """The register and what is asked of it."""

    people: tuple[Townsman, ...]
    asked: tuple[Asked, ...]


def draw_town(size: int, pairs: int) -> Town:
    """``size`` residents in houses of about three, with so many pairs of look-alikes; the same for the same numbers."""
    random = Random(f"{SEED}/{size}/{pairs}")  # noqa: S311  a benchmark's data, no secret
    people = [_person(random, place, place // 3) for place in range(1, size + 1)]
    doubles: list[tuple[Townsman, Townsman, str]] = []
    # A pair takes a house of its own and another one; so no pair touches another.
    for pair, house in enumerate(random.sample(range(2, size // 3 - 1, 2), pairs)):
        doubles.append(_double(random, people, house, KINDS[pair % len(KINDS)]))
    absent = {second.place for _, second, kind in doubles if kind == "moved-in"}
    for first, second, _ in doubles:
        people[first.place - 1], people[second.place - 1] = first, second
    lookalikes = [person for first, second, _ in doubles for person in (first, second)]
    others = random.sample(people, size // 10)
    asked = tuple(_ask(random, person, people, absent) for person in (*lookalikes, *others))
    return Town(tuple(person for person in people if person.place not in absent), asked)


def _person(random: Random, place: int, house: int) -> Townsman:
    family, family_kana = random.choice(_POOLS["surnames"]).split(":")
    given, given_kana = random.choice(_POOLS["given"]).split(":")
    letter = random.choice(_POOLS["letters"])
    birth = f"{random.randrange(1945, 2026)}-{random.randrange(1, 13):02d}-{random.randrange(1, 29):02d}"
    homes = Random(f"{SEED}/{house}")  # noqa: S311  one home for everybody of a house
    address = f"沖縄県那覇市{homes.choice(_POOLS['towns'])}{homes.randrange(1, 6)}丁目{homes.randrange(1, 40)}番{house % 97 + 1}号"
    return Townsman(place, house, f"{family}　{given}{letter}", f"{family_kana}　{given_kana}", birth, random.choice("12"), address)


def _double(random: Random, people: list[Townsman], house: int, kind: str) -> tuple[Townsman, Townsman, str]:
    first, second = people[house * 3 - 1], people[house * 3]
    alike = replace(second, name=first.name, kana=first.kana, birth=first.birth, sex=first.sex)
    beside = people[house * 3 + 2]
    family = first.name[:-1]
    if kind == "twins":
        return first, replace(alike, house=first.house, address=first.address, name=f"{family}斗"), kind
    if kind == "father-and-son":
        return first, replace(alike, house=first.house, address=first.address, birth=_later(first.birth)), kind
    if kind == "one-birthday":
        return first, replace(second, house=first.house, address=first.address, birth=first.birth), kind
    if kind == "variants":
        plain = replace(first, name=f"高崎　{first.name[-2:]}", kana="タカサキ　" + first.kana.split("　")[1])
        spelt = replace(plain, place=beside.place, house=beside.house, name=f"髙﨑　{first.name[-2:]}", address=beside.address)
        return plain, spelt, kind
    return first, replace(alike, place=beside.place, house=beside.house, address=beside.address), kind


def _later(birth: str) -> str:
    return f"{int(birth[:4]) + 27}{birth[4:]}"


def _ask(random: Random, person: Townsman, people: list[Townsman], absent: set[int]) -> Asked:
    """A claim as people fill a form in: some items left out or written otherwise, some wrong; filed at home or by somebody else."""
    at_home = [one for one in people[max(0, person.place - 6) : person.place + 6] if one.house == person.house and one != person]
    filer = random.choice(at_home) if at_home and random.random() < 0.7 else random.choice(people)
    claim = PersonClaim(
        role="child",
        ordinal=1,
        name=_written(random, person.name),
        kana=to_half_kana(person.kana) if random.random() < 0.2 else person.kana,
        birth=_wareki(person.birth) if random.random() < 0.3 else person.birth,
        birth_unknown=False,
        sex=person.sex if random.random() < 0.9 else "",
        number=person.number if random.random() < 0.3 and person.place not in absent else "",
        postal_code="",
        address=_address(person.address) if random.random() < 0.4 else person.address,
    )
    return Asked(_mistaken(random, claim), filer.atena, None if person.place in absent else person.atena)


def _written(random: Random, name: str) -> str:
    for plain, variant in _VARIANTS:
        if random.random() < 0.5:
            name = name.replace(plain, variant) if plain in name else name.replace(variant, plain)
    return name.replace("　", random.choice(("　", " ", "")))


def _wareki(birth: str) -> str:
    year, month, day = (int(part) for part in birth.split("-"))
    era, before = ("令和", 2018) if year > 2019 else ("平成", 1988) if 1989 < year < 2019 else ("昭和", 1925)
    return f"{era}{year - before}年{month}月{day}日" if year not in {1989, 2019} else f"{year}年{month}月{day}日"


def _address(address: str) -> str:
    return address.removeprefix("沖縄県").replace("丁目", "－").replace("番", "－").replace("号", "")


def _mistaken(random: Random, claim: PersonClaim) -> PersonClaim:
    """One claim in twelve is wrong somewhere."""
    slip = random.randrange(60)
    family, _, given = claim.kana.partition("　")
    slips: dict[int, dict[str, Any]] = {
        0: {"kana": f"{given}　{family}"},
        1: {"birth": "2001-01-01"},
        2: {"address": "沖縄県浦添市安波茶一丁目1番1号"},
        3: {"address": ""},
        4: {"name": "山田　太郎"},
    }
    return replace(claim, **slips.get(slip, {}))


def write_register(folder: Path, people: Iterable[Townsman], stamp: str) -> Path:
    """The resident extract with its ``.end``, by the profile of the register office."""
    text = io.StringIO(newline="")
    rows = list(_rows(people))
    csv.writer(text, lineterminator="\r\n").writerows([read_profile("register")["residents"]["columns"], *rows])
    data = text.getvalue().encode()
    path = folder / f"residents_full_{stamp}.csv"
    path.write_bytes(data)
    path.with_name(f"{path.name}.end").write_text(json.dumps({"rows": len(rows), "sha256": sha256(data).hexdigest()}), encoding="utf-8")
    return path


def _rows(people: Iterable[Townsman]) -> Iterator[tuple[str, ...]]:
    for one in people:
        head = (one.atena, f"{one.house:015d}", one.number, one.name, one.kana, one.birth, "0", "", one.sex, "子")
        yield (*head, "9000001", one.address, "", "1", "0", "2020-04-01", "1")
