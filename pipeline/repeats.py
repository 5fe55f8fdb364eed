"""Repeats (重複の疑い): filings that seem to be one, each named with what came before it, where it lies and what differs."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, or_, select

from mappings.repeats import RepeatKind, Traits
from pipeline.filing_day import corrected_filings
from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.intake_tables import STAGES, applications
from pipeline.journal.repeat_tables import counter_book, receiver_cases, repeat_findings
from pipeline.repeat_differences import differing_items, differing_traits
from pipeline.repeat_traits import FILING, entries_sharing, marks_of, write_marks

SAME_FILING = "same-filing"
COUNTER, CASE = "counter", "case"
HANDED_ON = STAGES[STAGES.index("checked") :]
GONE = ("settled", "withdrawn")


@dataclass(frozen=True, slots=True)
class Repeat:
    """A pair of filings. application: journal id of the later one, or of the online one where the other lies elsewhere.

    earlier: number of the other; source: filing, counter, or ``case/`` with the destination; day: ISO, on which the other was filed;
    state: what the other has become; comes_first: False for one at the counter that came after the online one. differences: titles of
    what differs, never values. answer: what a person said of the pair.
    """

    application: int
    earlier: str
    source: str
    kind: str
    status: str
    day: str
    state: str
    comes_first: bool
    differences: tuple[str, ...]
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """A repeat as an application's check finds it. waits: the kind holds, and it is this application that must wait for a clerk."""

    repeat: Repeat
    other: str
    waits: bool


@dataclass(frozen=True, slots=True)
class _Other:
    """A filing that may be the same. against: where it lies, as the kinds name it. row: of the journal, for a filing of the hub."""

    against: str
    source: str
    number: str
    procedure: str
    day: str
    state: str
    traits: Traits
    row: Row[Any] | None = None


def repeats_of(hub: Hub, application: int) -> list[Repeat]:
    """The repeats that were found of an application, the ones that stop it first, then by day and number."""
    kept = hub.journal.rows(select(repeat_findings).where(repeat_findings.c.application == application))
    order = {"hold": 0, "warn": 1, "shadow": 2}
    return [_kept(row) for row in sorted(kept, key=lambda row: (order[row.status], row.day, row.source, row.number))]


def answered(hub: Hub, row: Row[Any]) -> frozenset[tuple[str, str]]:
    """(source, number) of the filings of which a person said what they are to this application."""
    kept = repeat_findings
    mine = select(kept.c.source, kept.c.number).where(kept.c.application == row.id, kept.c.answer.is_not(None))
    joined = select(applications.c.receipt).join(kept, kept.c.application == applications.c.id)
    ours = (applications.c.municipality == hub.code) & (kept.c.source == FILING) & (kept.c.number == row.receipt)
    theirs = joined.where(ours, kept.c.answer.is_not(None))
    found = {(one.source, one.number) for one in hub.journal.rows(mine)}
    return frozenset(found | {(FILING, one.receipt) for one in hub.journal.rows(theirs)})


def passed_over(hub: Hub, row: Row[Any]) -> frozenset[str]:
    """受付番号 of filings that are no repeat of an application: a person said what they are, or it corrects them (補正)."""
    decided = {number for source, number in answered(hub, row) if source == FILING}
    return frozenset(decided | {one.receipt for one in corrected_filings(hub, row)})


def find_repeats(hub: Hub, row: Row[Any], traits: Traits, *, same_filing: str | None = None) -> list[Pair]:
    """Everything that seems to be the application once more. same_filing: 受付番号 of one with the same people, procedure and period."""
    decided = answered(hub, row) | {(FILING, one.receipt) for one in corrected_filings(hub, row)}
    kinds = hub.catalogue.repeats.of(hub.procedure(row.procedure).repeats)
    found = []
    for other in _others(hub, row, traits):
        if (other.source, other.number) in decided:
            continue
        if other.source == FILING and other.number == same_filing:
            found.append(_pair(hub, row, traits, other, (SAME_FILING, "hold")))
            continue
        kind = next((kind for kind in kinds if _fits(kind, row, traits, other)), None)
        if kind is not None:
            found.append(_pair(hub, row, traits, other, (kind.id, kind.status)))
    return found


def record_repeats(hub: Hub, write: Write, row: Row[Any], traits: Traits, found: Sequence[Pair]) -> None:
    """Keep the traits and the pairs of an application in place of what was kept; what a person answered stays as it is."""
    write_marks(hub, write, FILING, row.id, traits)
    write.execute(delete(repeat_findings).where(_unanswered(row)))
    _keep(hub, write, found)


def renew_elsewhere(hub: Hub, write: Write, row: Row[Any], found: Sequence[Pair]) -> bool:
    """Keep the pairs with filings that lie elsewhere in place of those that were kept. False when they are kept already."""
    kept = repeat_findings
    lying = _unanswered(row) & (kept.c.source != FILING)
    known = {_kept(one) for one in write.read(select(kept).where(lying))}
    news = [pair for pair in found if pair.repeat.source != FILING]
    if known == {pair.repeat for pair in news}:
        return False
    write.execute(delete(kept).where(lying))
    _keep(hub, write, news)
    return True


def _unanswered(row: Row[Any]) -> ColumnElement[bool]:
    return and_(repeat_findings.c.application == row.id, repeat_findings.c.answer.is_(None))


def _keep(hub: Hub, write: Write, found: Sequence[Pair]) -> None:
    for pair in found:
        write.insert_new(repeat_findings, _finding_row(hub, pair.repeat))


def _fits(kind: RepeatKind, row: Row[Any], traits: Traits, other: _Other) -> bool:
    apart = abs((date.fromisoformat(row.arrived_at[:10]) - date.fromisoformat(other.day)).days)
    of_procedure = kind.procedure == "any" or other.procedure == row.procedure
    return other.against in kind.against and of_procedure and apart <= kind.within_days and kind.fits(traits, other.traits)


def _pair(hub: Hub, row: Row[Any], traits: Traits, other: _Other, kind: tuple[str, str]) -> Pair:
    """The pair as it is kept: of two filings of the hub the later one names the earlier, whichever came to its check first.

    The earlier one waits too when the later was handed on before the hub knew of it.
    """
    holds = kind[1] == "hold"
    if other.row is None:
        first = other.day <= row.arrived_at[:10]
        differing = differing_traits(traits, other.traits)
        return Pair(Repeat(row.id, other.number, other.source, *kind, other.day, other.state, first, differing), other.number, holds)
    items = tuple(difference.title for difference in differing_items(hub, row, other.row))
    if _order(row) > _order(other.row):
        repeat = Repeat(row.id, other.number, FILING, *kind, other.day, other.state, comes_first=True, differences=items)
        return Pair(repeat, other.number, holds)
    repeat = Repeat(other.row.id, row.receipt, FILING, *kind, row.arrived_at[:10], row.stage, comes_first=True, differences=items)
    return Pair(repeat, other.number, holds and other.row.stage in HANDED_ON)


def _order(row: Row[Any]) -> tuple[str, str]:
    return row.arrived_at, row.receipt


def _others(hub: Hub, row: Row[Any], traits: Traits) -> Iterator[_Other]:
    sharing = entries_sharing(hub, traits)
    yield from _filings(hub, row, sharing.get(FILING, []))
    yield from _at_the_counter(hub, sharing.get(COUNTER, []))
    yield from _cases(hub, row, sharing.get(CASE, []))


def _filings(hub: Hub, row: Row[Any], entries: Sequence[int]) -> Iterator[_Other]:
    standing = applications.c.disposition.not_in(GONE) & (applications.c.id != row.id)
    # A filing that nobody is named in yet has no key, and no other one shares it.
    named = or_(applications.c.id.in_(entries), applications.c.repeat_key == (row.repeat_key or ""))
    found = hub.journal.rows(select(applications).where(applications.c.municipality == hub.code, named, standing))
    marks = marks_of(hub, FILING, [one.id for one in found])
    for one in sorted(found, key=_order):
        yield _Other("filing", FILING, one.receipt, one.procedure, one.arrived_at[:10], one.stage, marks[one.id], one)


def _at_the_counter(hub: Hub, entries: Sequence[int]) -> Iterator[_Other]:
    found = hub.journal.rows(select(counter_book).where(counter_book.c.id.in_(entries)).order_by(counter_book.c.number))
    marks = marks_of(hub, COUNTER, [one.id for one in found])
    for one in found:
        yield _Other("counter", COUNTER, one.number, one.procedure, one.received_on, one.channel, marks[one.id])


def _cases(hub: Hub, row: Row[Any], entries: Sequence[int]) -> Iterator[_Other]:
    """Cases that are not the application itself, nor another one that the hub delivered: the journal knows those better."""
    known = select(applications.c.receipt).where(applications.c.municipality == hub.code)
    cases = select(receiver_cases).where(receiver_cases.c.id.in_(entries), receiver_cases.c.receipt.not_in(known))
    found = hub.journal.rows(cases.order_by(receiver_cases.c.destination, receiver_cases.c.number))
    marks = marks_of(hub, CASE, [one.id for one in found])
    for one in found:
        source = f"{CASE}/{one.destination}"
        yield _Other(f"{one.state}-case", source, one.number, one.procedure, one.received_on, one.state, marks[one.id])


def _finding_row(hub: Hub, repeat: Repeat) -> dict[str, Any]:
    return {
        "application": repeat.application,
        "source": repeat.source,
        "number": repeat.earlier,
        "kind": repeat.kind,
        "status": repeat.status,
        "day": repeat.day,
        "state": repeat.state,
        "comes_first": repeat.comes_first,
        "differences": json.dumps(repeat.differences, ensure_ascii=False),
        "found_on": hub.clock.today().isoformat(),
    }


def _kept(row: Row[Any]) -> Repeat:
    facts = row._mapping
    same = ("application", "source", "kind", "status", "day", "state", "comes_first", "answer")
    return Repeat(earlier=row.number, differences=tuple(json.loads(row.differences)), **{name: facts[name] for name in same})
