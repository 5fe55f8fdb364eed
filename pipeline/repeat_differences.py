"""What differs between two filings that seem to be one (相違点): titles for everybody who may see the case, values for its sheet only."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row

from mappings.items import Group
from mappings.procedure import Procedure
from mappings.records import Table
from mappings.repeats import Traits
from pipeline.hub import Hub
from pipeline.records import load_tables

TRAITS = {"filer": "届出者", "child": "児童", "household": "世帯", "account": "口座", "period": "対象の時期"}


@dataclass(frozen=True, slots=True)
class Difference:
    """An item of which two filings say different things. title: as the standard names it, with the place of a row among several."""

    title: str
    mine: str = field(repr=False)
    theirs: str = field(repr=False)


def differing_traits(mine: Traits, theirs: Traits) -> tuple[str, ...]:
    """What differs from a filing of which only its traits are known: where both know it and know different things."""
    return tuple(title for trait, title in TRAITS.items() if mine.get(trait) and theirs.get(trait) and mine[trait] != theirs[trait])


def differing_items(hub: Hub, row: Row[Any], other: Row[Any]) -> list[Difference]:
    """The items of two applications that differ, in the order of the records; what belongs to the filing itself is passed over.

    Nothing while one of them has no records, or where they are of different procedures.
    """
    if row.procedure != other.procedure:
        return []
    tables = load_tables(hub, [row.id, other.id])
    if len(tables) < 2:
        return []
    procedure = hub.procedure(row.procedure)
    passing = filing_items(procedure)
    found: list[Difference] = []
    for group in (name for name in tables[row.id] if name in tables[other.id]):
        items = hub.catalogue.items[procedure.business][group]
        found += _differing(items, passing, tables[row.id][group], tables[other.id][group])
    return found


def filing_items(procedure: Procedure) -> set[str]:
    """Items that belong to a filing itself and not to what it says: its numbers and days."""
    fields = [entry for mapping in procedure.mappings for record in mapping.records for entry in record.fields.items()]
    return {name for name, source in fields if source.header or source.path == ("申請日",)}


def _differing(items: Group, passing: set[str], mine: Table, theirs: Table) -> Iterator[Difference]:
    rows = max(len(mine.application), len(theirs.application))
    for name, item in items.items():
        if name in passing or name not in mine.columns or name not in theirs.columns:
            continue
        for place in range(rows):
            one, other = _cell(mine, name, place), _cell(theirs, name, place)
            if one != other:
                yield Difference(item.title + (f"（{place + 1}）" if rows > 1 else ""), one, other)


def _cell(table: Table, name: str, place: int) -> str:
    column = table.columns[name]
    return (column[place] or "") if place < len(column) else ""
