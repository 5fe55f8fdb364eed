"""Matching (収納の突合): what each row of collection data comes to, worked out from all rows at once, whatever the order of files was."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row

from connectors.collections import PROFILE, WAYS

Payment = tuple[str, str]
"""Way and the way's own number of a payment."""

SETTLED = ("matched",)
QUIET = ("superseded", "repeated", "undone", "cancellation", "provisional", "given_back")
ITEMS = (
    "unknown_number", "underpaid", "overpaid", "paid_twice", "paid_by_two_ways", "withdrawn_claim", "orphan_cancellation", "conflict",
    "cancelled_when_given_back",
)  # fmt: skip
"""Verdicts that a person has to see to; with those above, every verdict that there is."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a row of collection data comes to. claim: the row of the claim that its number names, None where none does."""

    row: Row[Any]
    word: str
    claim: Row[Any] | None

    @property
    def payment(self) -> Payment:
        """The payment that the row speaks of."""
        return self.row.way, self.row.reference

    @property
    def late(self) -> bool:
        """Paid after the due date (期限後納付)."""
        return self.claim is not None and self.row.collected_on > self.claim.due_on


@dataclass(frozen=True, slots=True)
class Known:
    """What was told and decided before.

    posted: 消込済; ordered: a person had them posted although they do not fit; given_back: a person had them refunded or set off.
    """

    posted: Collection[Payment] = frozenset()
    ordered: Collection[Payment] = frozenset()
    given_back: Collection[Payment] = frozenset()


def judge(claims: Iterable[Row[Any]], rows: Iterable[Row[Any]], known: Known) -> list[Verdict]:
    """One verdict for each row; nothing is left out."""
    index = _index(claims)
    groups: dict[Payment, list[Row[Any]]] = {}
    for row in rows:
        groups.setdefault((row.way, row.reference), []).append(row)
    found: list[Verdict] = []
    paid: dict[int, list[Verdict]] = {}
    for group in groups.values():
        for verdict in _judge_payment(group, index):
            if verdict.word == "paid" and verdict.payment in known.given_back:
                # Its money is gone: whatever becomes of the claim or of its other payments, it is never posted.
                found.append(Verdict(verdict.row, "given_back", verdict.claim))
            elif verdict.word == "cancellation" and verdict.payment in known.given_back:
                # The way takes back money that the payer has again already.
                found.append(Verdict(verdict.row, "cancelled_when_given_back", verdict.claim))
            elif verdict.word == "paid" and verdict.claim is not None:
                paid.setdefault(verdict.claim.id, []).append(verdict)
            else:
                found.append(Verdict(verdict.row, "unknown_number", None) if verdict.word == "paid" else verdict)
    for together in paid.values():
        found += _judge_claim(together, known)
    return sorted(found, key=lambda one: (one.row.way, one.row.reference, one.row.file, one.row.line))


def _index(claims: Iterable[Row[Any]]) -> Mapping[tuple[str, ...], Row[Any]]:
    found: dict[tuple[str, ...], Row[Any]] = {}
    for claim in claims:
        found["number", claim.institution, claim.number] = claim
        if claim.el_number:
            found["el_number", claim.el_number] = claim
    return found


def claim_of(row: Row[Any], index: Mapping[tuple[str, ...], Row[Any]]) -> Row[Any] | None:
    """The claim that a row's number names, by what its way carries."""
    by = WAYS[row.way]["finds"]
    return index.get(("el_number", row.number) if by == "el_number" else ("number", row.institution, row.number))


def _content(row: Row[Any]) -> tuple[str, str, int, str, str]:
    return row.institution, row.number, row.amount, row.collected_on, row.deposit_on


def _judge_payment(group: Sequence[Row[Any]], index: Mapping[tuple[str, ...], Row[Any]]) -> list[Verdict]:
    """速報, 確報 and 取消 of one payment: 確報 replaces, 取消 undoes, a row that comes again counts once."""
    found: list[Verdict] = []
    stages: dict[str, list[Row[Any]]] = {"prompt": [], "final": [], "cancelled": []}
    for row in sorted(group, key=lambda one: (one.file, one.line)):
        alike = stages[row.stage]
        if any(_content(one) == _content(row) for one in alike):
            found.append(Verdict(row, "repeated", claim_of(row, index)))
        else:
            alike.append(row)
    words = _words(stages)
    return found + [Verdict(row, words[stage], claim_of(row, index)) for stage, alike in stages.items() for row in alike]


def _words(stages: Mapping[str, Sequence[Row[Any]]]) -> Mapping[str, str]:
    final, cancelled = stages["final"], stages["cancelled"]
    paid = final or stages["prompt"]
    what = {(row.institution, row.number, row.amount) for row in (*paid, *cancelled)}
    if len(final) > 1 or len(cancelled) > 1 or (cancelled and paid and len(what) > 1):
        return {"prompt": "superseded" if final else "conflict", "final": "conflict", "cancelled": "conflict"}
    if cancelled:
        return {"prompt": "undone", "final": "undone", "cancelled": "cancellation" if paid else "orphan_cancellation"}
    return {"prompt": "superseded" if final else "provisional", "final": "paid", "cancelled": "cancellation"}


def _judge_claim(together: Sequence[Verdict], known: Known) -> list[Verdict]:
    """Payments of one claim: what was posted stays; else the earliest one of the right amount counts."""

    def place(one: Verdict) -> tuple[bool, bool, str, Payment]:
        wrong = one.claim is not None and one.row.amount != one.claim.amount
        return one.payment not in known.posted, wrong, one.row.collected_on, one.payment

    first, *others = sorted(together, key=place)
    found = [Verdict(first.row, _word_of_first(first, known), first.claim)]
    for one in others:
        double = "paid_twice" if one.row.way == first.row.way else "paid_by_two_ways"
        found.append(Verdict(one.row, "matched" if one.payment in known.ordered else double, one.claim))
    return found


def _word_of_first(one: Verdict, known: Known) -> str:
    if one.claim is None or one.payment in known.posted or one.payment in known.ordered:
        return "matched"
    if one.claim.state == "withdrawn":
        return "withdrawn_claim"
    if one.row.amount == one.claim.amount:
        return "matched"
    return "underpaid" if one.row.amount < one.claim.amount else "overpaid"


def fiscal_year_of(claimed: int, collected_on: str) -> int:
    """会計年度 of a receipt: the claim's up to the end of 出納整理期間, the year of 収納日 after it (滞納繰越).

    claimed: the claim's year. collected_on: ISO text. Source: 地方自治法 235条の5; 施行令 142条.
    """
    if collected_on <= f"{claimed + 1}-{PROFILE['fiscal_close']}":
        return claimed
    day = date.fromisoformat(collected_on)
    return day.year if day.month >= 4 else day.year - 1
