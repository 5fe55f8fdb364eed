"""Figures of payments (三者突合): claims, collection data and deposits of each day and way, and what each row came to."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Table, select

from connectors.collections import WAYS
from pipeline.calendar import OpeningDays
from pipeline.hub import Hub
from pipeline.journal.payment_tables import claims, collections, deposits, payment_items, postings
from pipeline.payments.matching import Known, Payment, Verdict, judge

COUNTED_AS_PAID = ("matched", "unknown_number", "underpaid", "overpaid", "paid_twice", "paid_by_two_ways", "withdrawn_claim", "given_back")
"""Verdicts of money that the way hands over."""


@dataclass(frozen=True, slots=True)
class DayOfWay:
    """The three totals of a day (入金日) and way, in yen. named: 納付番号 or eL番号 of rows that no claim covers as they are."""

    day: date
    way: str
    claimed: int
    collected: int
    deposited: int
    fee: int
    named: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether all three are the same."""
        return self.claimed == self.collected == self.deposited


def rows_of(hub: Hub, table: Table) -> list[Row[Any]]:
    """Every row of a table of payments."""
    return hub.journal.rows(select(table).where(table.c.municipality == hub.code).order_by(table.c.id))


def claims_by_id(hub: Hub) -> dict[int, Row[Any]]:
    """Every claim by its number in the journal."""
    return {row.id: row for row in rows_of(hub, claims)}


def all_verdicts(hub: Hub) -> list[Verdict]:
    """What every row of collection data comes to now."""
    told = hub.journal.rows(select(postings).where(postings.c.municipality == hub.code, postings.c.sort == "paid"))
    posted = {(row.way, row.reference) for row in told}
    known = Known(posted, _answered(hub, "post"), _answered(hub, "refund", "offset"))
    return judge(rows_of(hub, claims), rows_of(hub, collections), known)


def _answered(hub: Hub, *answers: str) -> set[Payment]:
    """The payments whose items a person settled so."""
    keys = select(payment_items.c.key).where(payment_items.c.municipality == hub.code, payment_items.c.answer.in_(answers))
    return {(way, reference) for way, _, reference in (row.key.partition(" ") for row in hub.journal.rows(keys))}


def standing(rows: Iterable[Row[Any]]) -> tuple[list[Row[Any]], list[Row[Any]]]:
    """Rows of deposits that count, each once by the bank's own number, and rows that say something else under a known number."""
    known: dict[tuple[str, str], Row[Any]] = {}
    differing = []
    for row in sorted(rows, key=lambda one: (one.way, one.reference, one.deposited_on, one.amount, one.sort)):
        first = known.setdefault((row.way, row.reference), row)
        if (first.amount, first.deposited_on, first.sort) != (row.amount, row.deposited_on, row.sort):
            differing.append(row)
    return list(known.values()), differing


def days_of(verdicts: Sequence[Verdict], bank: Iterable[Row[Any]], opening: OpeningDays) -> list[DayOfWay]:
    """The three totals, the newest day first. A deposit due on a closed day of banks is looked for on the next open one."""
    claimed: Counter[tuple[date, str]] = Counter()
    collected: Counter[tuple[date, str]] = Counter()
    money: dict[str, Counter[tuple[date, str]]] = {"revenue": Counter(), "fee": Counter()}
    named: dict[tuple[date, str], list[str]] = {}
    for one in (one for one in verdicts if one.word in COUNTED_AS_PAID):
        key = (opening.next_open(date.fromisoformat(one.row.deposit_on)), one.row.way)
        collected[key] += one.row.amount
        if one.word == "matched" and one.claim is not None:
            claimed[key] += one.row.amount
        else:
            named.setdefault(key, []).append(one.row.number)
    for row in bank:
        money[row.sort][date.fromisoformat(row.deposited_on), row.way] += row.amount
    keys = sorted({*collected, *money["revenue"], *money["fee"]}, key=lambda key: (-key[0].toordinal(), key[1]))
    return [_day(key, claimed, collected, money, named) for key in keys]


def _day(
    key: tuple[date, str],
    claimed: Counter[tuple[date, str]],
    collected: Counter[tuple[date, str]],
    money: dict[str, Counter[tuple[date, str]]],
    named: dict[tuple[date, str], list[str]],
) -> DayOfWay:
    # Where the way keeps its fee back, revenue is gross all the same: the bank's own line of the fee is added.
    fee = money["fee"][key]
    gross = money["revenue"][key] + (fee if WAYS[key[1]]["fees"] == "own_line" else 0)
    return DayOfWay(*key, claimed[key], collected[key], gross, fee, tuple(sorted(named.get(key, ()))))


def bank_rows(hub: Hub) -> list[Row[Any]]:
    """Every row of the bank."""
    return rows_of(hub, deposits)
