"""Characters that hold records (外字による保留): which one, for which system, in which applications; never a resident's whole value."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from mappings.candidates import Sign, candidates, carries
from mappings.layouts import Format
from pipeline.hub import Hub
from pipeline.journal.delivery_tables import obligations
from pipeline.journal.intake_tables import applications
from pipeline.records import Tables, load_tables

CHUNK = 500


@dataclass(frozen=True, slots=True)
class HeldCharacter:
    """One visible character that a destination's format cannot take. receipts: 受付番号 of the records that it holds.

    items: where it stands, ``group.item``. usable: those of its candidates that the format takes.
    """

    destination: str
    format: str
    sign: Sign
    usable: tuple[str, ...]
    receipts: tuple[str, ...]
    items: tuple[str, ...]


def held_characters(hub: Hub) -> list[HeldCharacter]:
    """What holds records now, by destination, the character that holds most records first."""
    found: list[HeldCharacter] = []
    for destination in hub.municipality.destinations:
        format_ = hub.format_of(destination)
        receipts: dict[str, dict[str, None]] = defaultdict(dict)
        items: dict[str, set[str]] = defaultdict(set)
        for row, tables in _held(hub, destination):
            for sign, item in _refused(format_, tables):
                receipts[sign][row.receipt] = None
                items[sign].add(item)
        for sign in sorted(receipts, key=lambda sign: (-len(receipts[sign]), sign)):
            (known,) = candidates(sign)
            usable = tuple(one.character for one in known.candidates if carries(format_, one.character))
            found.append(HeldCharacter(destination, format_.id, known, usable, tuple(receipts[sign]), tuple(sorted(items[sign]))))
    return found


def _held(hub: Hub, destination: str) -> Iterator[tuple[Row[Any], Tables]]:
    stopped = (obligations.c.destination == destination) & (obligations.c.state == "held") & (obligations.c.reason == "CHAR_UNMAPPABLE")
    unfinished = (applications.c.municipality == hub.code) & applications.c.disposition.in_(("open", "held"))
    joined = select(applications.c.id, applications.c.receipt).join(obligations, obligations.c.application == applications.c.id)
    rows: Sequence[Row[Any]] = hub.journal.rows(joined.where(stopped, unfinished).order_by(applications.c.id))
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        tables = load_tables(hub, [row.id for row in chunk])
        yield from ((row, tables[row.id]) for row in chunk if row.id in tables)


def _refused(format_: Format, tables: Tables) -> Iterator[tuple[str, str]]:
    """Each visible character that the format cannot take, with the item in which it stands."""
    for group, table in tables.items():
        for name in format_.columns.get(group, ()):
            for sign in candidates("".join(value for value in table.columns[name] if value)):
                if not carries(format_, sign.text):
                    yield sign.text, f"{group}.{name}"
