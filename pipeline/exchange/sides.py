"""The two sides as the journal holds them: the server's records and our own rows with a 処理通番, block by block in bounded memory."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Table, select, tuple_

from pipeline.exchange.matching import Block, Differences, compare_sides
from pipeline.hub import Hub
from pipeline.journal.exchange_tables import exchange_records, own_exchanges

_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class Scope:
    """Days from ``first`` to ``last`` (ISO text), both belong to it. settled: the last day of which no more records are expected."""

    first: str
    last: str
    settled: str


def differences(hub: Hub, scope: Scope) -> Differences:
    """What differs between both sides in these days, by 処理通番."""
    return compare_sides(_blocks(hub, exchange_records, scope), _blocks(hub, own_exchanges, scope))


def sequence_of(key: int) -> str:
    """A 処理通番 from its number."""
    return f"{key:018d}"


def _blocks(hub: Hub, table: Table, scope: Scope) -> Iterator[Block]:
    place = (table.c.sequence, table.c.facts_index)
    within = (table.c.municipality == hub.code, table.c.day.between(scope.first, scope.last), table.c.sequence.is_not(None))
    statement = select(*place).where(*within).distinct().order_by(*place).limit(_ROWS)
    after = ("", "")
    while rows := hub.journal.rows(statement.where(tuple_(*place) > after)):
        after = (rows[-1].sequence, rows[-1].facts_index)
        keys = np.array([int(row.sequence) for row in rows], dtype=np.uint64)
        yield keys, np.array([int(row.facts_index, 16) for row in rows], dtype=np.uint64)
