"""Residents as the register extract names them (住民・住登外): found by 宛名番号, 個人番号, household or card serial."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select, update

from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.register_tables import links, register_loads, residents
from vocabulary.dates import read_date
from vocabulary.names import loose_key

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Resident:
    """One resident. birth: ISO text, parts 00 where 不詳; kind: 1 住民, 2 住登外, 3 転出, 4 死亡."""

    atena: str
    household: str
    kind: str
    protected: bool
    name: str
    kana: str
    birth: str
    birth_unknown: bool
    birth_text: str
    sex: str
    relation: str
    postal_code: str
    address: str
    building: str


def resident_context(municipality: str, atena: str) -> str:
    """The place that a resident's sealed values belong to."""
    return f"resident/{municipality}/{atena}"


def by_atena(hub: Hub, atena: str) -> Resident | None:
    """The resident with a 宛名番号."""
    found = _select(hub, residents.c.atena == atena)
    return found[0] if found else None


def by_atenas(hub: Hub, atenas: Sequence[str]) -> dict[str, Resident]:
    """Residents by 宛名番号, many at one go; numbers that the register does not know are left out."""
    found: dict[str, Resident] = {}
    for first in range(0, len(atenas), _AT_ONCE):
        found |= {one.atena: one for one in _select(hub, residents.c.atena.in_(atenas[first : first + _AT_ONCE]))}
    return found


def by_number(hub: Hub, number: str) -> list[Resident]:
    """Residents with a 個人番号; two mean that the register itself is wrong."""
    return _select(hub, residents.c.number_index == hub.index(number, "my-number"))


def by_household(hub: Hub, household: str) -> list[Resident]:
    """Everybody of a household, also those who moved away or died."""
    return _select(hub, residents.c.household == household)


def by_households(hub: Hub, households: Collection[str]) -> dict[str, list[Resident]]:
    """Everybody of many households, by household; as ``by_household``, with one question for many."""
    found: dict[str, list[Resident]] = {name: [] for name in sorted(households)}
    names = list(found)
    for first in range(0, len(names), _AT_ONCE):
        for one in _select(hub, residents.c.household.in_(names[first : first + _AT_ONCE])):
            found[one.household].append(one)
    return found


def by_look(hub: Hub, *, name: str, kana: str, birth: str, birth_unknown: bool) -> list[Resident]:
    """Everybody born that day whose 氏名 or カナ is written with these characters: more than are meant, never fewer.

    Two look-ups in an index: the cost does not grow with the stock.
    """
    keys = look_keys(hub, name=name, kana=kana, birth=birth, birth_unknown=birth_unknown)
    # One question for each index: asked together, a database may read the whole table in order instead.
    found = [one for column, key in keys.items() if key for one in _select(hub, residents.c[column] == key)]
    return sorted({one.atena: one for one in found}.values(), key=lambda one: one.atena)


def look_keys(hub: Hub, *, name: str, kana: str, birth: str, birth_unknown: bool) -> dict[str, str]:
    """The keyed hashes under which a person is looked for, by column; empty where there is nothing to look for."""
    day = read_date(birth)
    born = "不詳" if birth_unknown else day.iso if day else ""
    found = {"kana_birth_index": loose_key(kana), "name_birth_index": loose_key(name)}
    return {column: hub.index(f"{key}/{born}", column) if key and born else "" for column, key in found.items()}


def index_residents(hub: Hub) -> None:
    """Make the indexes of residents whose rows are older than these; nothing happens once all have them."""
    missing = (residents.c.municipality == hub.code) & residents.c.kana_birth_index.is_(None)
    if not hub.journal.rows(select(residents.c.atena).where(missing).limit(1)):
        return
    with hub.journal.write() as write:
        found = [_open(hub, row) for row in write.read(select(residents).where(missing))]
        for person in found:
            _enter_keys(hub, write, person)
        write.leaf("residents_indexed", municipality=hub.code, rows=len(found))


def _enter_keys(hub: Hub, write: Write, person: Resident) -> None:
    keys = look_keys(hub, name=person.name, kana=person.kana, birth=person.birth, birth_unknown=person.birth_unknown)
    this = (residents.c.municipality == hub.code) & (residents.c.atena == person.atena)
    write.execute(update(residents).where(this).values(**keys))


def index_of_serial(hub: Hub, serial: str) -> str:
    """Keyed hash of a certificate's serial number. Portal and register may write one number with other case or leading zeros."""
    return hub.index(serial.strip().lower().lstrip("0"), "auth-serial")


def by_serial(hub: Hub, serial: str, *, day: str) -> list[str]:
    """宛名番号 linked to the serial of an authentication certificate on a day (ISO)."""
    serial_index = index_of_serial(hub, serial)
    valid = (links.c.valid_from <= day) & (links.c.valid_until >= day)
    statement = select(links.c.atena).where(links.c.municipality == hub.code, links.c.serial_index == serial_index, valid).distinct()
    return [row.atena for row in hub.journal.rows(statement)]


def register_version(hub: Hub) -> str:
    """Which files the register data come from: changes whenever a file is loaded."""
    statement = select(func.count(), func.max(register_loads.c.loaded_at)).where(register_loads.c.municipality == hub.code)
    count, latest = hub.journal.rows(statement)[0]
    return f"{count}@{latest}"


def _select(hub: Hub, condition: ColumnElement[bool]) -> list[Resident]:
    # Sorted here: asked for an order, a database without statistics walks the whole municipality by its key.
    found = hub.journal.rows(select(residents).where(residents.c.municipality == hub.code, condition))
    return [_open(hub, row) for row in sorted(found, key=lambda row: str(row.atena))]


def _open(hub: Hub, row: Row[Any]) -> Resident:
    values = json.loads(hub.sealing.unseal_text(row.sealed, context=resident_context(hub.code, row.atena)))
    return Resident(atena=row.atena, household=row.household, kind=row.kind, protected=row.protected, **values)
