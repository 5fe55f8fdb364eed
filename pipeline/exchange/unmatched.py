"""What only one side knows, or both know otherwise (突合の結果): found again by other days and by facts, then judged by completeness."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Table, select

from pipeline.exchange.blocks import in_blocks
from pipeline.exchange.matching import Differences
from pipeline.exchange.setting import exchange_setting, sources_of
from pipeline.exchange.sides import Scope, sequence_of
from pipeline.hub import Hub
from pipeline.journal.exchange_tables import exchange_records, own_days, own_exchanges

Rows = Sequence[Row[Any]]


@dataclass(frozen=True, slots=True, order=True)
class Anomaly:
    """One anomaly. subject: 処理通番, or source/day/place of a row of ours, or day/duty; never a person."""

    kind: str
    subject: str
    day: str


@dataclass(frozen=True, slots=True)
class Unmatched:
    """anomalies: what is wrong. uncovered: records that no complete source could confirm. found_again: pairs found without the engine.

    unnumbered: rows of the municipality's own side that carry no 処理通番.
    """

    anomalies: tuple[Anomaly, ...]
    uncovered: int
    found_again: int
    unnumbered: int


def judge_unmatched(hub: Hub, scope: Scope, found: Differences) -> Unmatched:
    """Judge what the comparison of both sides left over."""
    there = _by_sequence(hub, exchange_records, found.only_there.tolist())
    here = _by_sequence(hub, own_exchanges, found.only_here.tolist())
    other_days_here = {row.sequence: row for row in _by_sequence(hub, own_exchanges, found.only_there.tolist())}
    other_days_there = {row.sequence: row for row in _by_sequence(hub, exchange_records, found.only_here.tolist())}
    unlike = [row for row in there if _differs(row, other_days_here)]
    unlike += [other_days_there[row.sequence] for row in here if _differs(row, other_days_there)]
    unlike += _by_sequence(hub, exchange_records, found.differing.tolist())
    alone_there = [row for row in there if row.sequence not in other_days_here]
    alone_here = [row for row in here if row.sequence not in other_days_there]
    unnumbered = _without_sequence(hub, scope)
    left_there, left_here = pair_by_facts(alone_there, unnumbered)
    wrong = list(_judge_there(hub, scope, left_there))
    judged = [Anomaly("facts_differ", row.sequence, row.day) for row in unlike]
    judged += [*wrong, *_judge_here(scope, [*alone_here, *left_here])]
    again = len(there) - len(left_there)
    return Unmatched(tuple(sorted(set(judged))), uncovered=len(left_there) - len(wrong), found_again=again, unnumbered=len(unnumbered))


def _differs(row: Row[Any], others: Mapping[str, Row[Any]]) -> bool:
    return row.sequence in others and others[row.sequence].facts_index != row.facts_index


def pair_by_facts(records: Iterable[Row[Any]], rows: Iterable[Row[Any]]) -> tuple[Rows, Rows]:
    """Pair records with rows of ours that carry no 処理通番, by facts and day, each once; what is left of both."""
    waiting: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        waiting[row.natural_index].append(row)
    left = []
    for record in records:
        same = waiting[record.natural_index]
        if same:
            same.pop(0)
        else:
            left.append(record)
    return left, [row for rows in waiting.values() for row in rows]


def _judge_there(hub: Hub, scope: Scope, records: Rows) -> Iterator[Anomaly]:
    """An anomaly only where every source in charge is complete for the day."""
    complete = _complete_days(hub, scope)
    setting = exchange_setting(hub)
    for record in records:
        sources = sources_of(setting, record.role, record.item)
        if sources and all((source, record.day) in complete for source in sources):
            yield Anomaly("unrequested" if record.role == "1" else "only_there", record.sequence, record.day)


def _judge_here(scope: Scope, rows: Rows) -> Iterator[Anomaly]:
    """An anomaly only when the server shows no more records of the day."""
    for row in rows:
        if row.day <= scope.settled:
            yield Anomaly("only_here", row.sequence or f"{row.source}/{row.day}/{row.place}", row.day)


def _by_sequence(hub: Hub, table: Table, keys: Iterable[int]) -> list[Row[Any]]:
    found: list[Row[Any]] = []
    for block in in_blocks(map(sequence_of, keys)):
        found += hub.journal.rows(select(table).where(table.c.municipality == hub.code, table.c.sequence.in_(block)))
    return sorted(found, key=lambda row: (row.requested_at, row.sequence))


def _without_sequence(hub: Hub, scope: Scope) -> list[Row[Any]]:
    table = own_exchanges.c
    within = (table.municipality == hub.code, table.day.between(scope.first, scope.last), table.sequence.is_(None))
    return hub.journal.rows(select(own_exchanges).where(*within).order_by(table.requested_at))


def _complete_days(hub: Hub, scope: Scope) -> set[tuple[str, str]]:
    """Source and day of every day that a source holds completely."""
    whole = (own_days.c.municipality == hub.code, own_days.c.complete, own_days.c.day.between(scope.first, scope.last))
    return {(row.source, row.day) for row in hub.journal.rows(select(own_days.c.source, own_days.c.day).where(*whole))}
