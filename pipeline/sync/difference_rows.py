"""Differences in the journal (差分の記録): each once, with its cause where it has one, since when, and whose it is. No value is kept."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select, update

from pipeline.hub import Hub
from pipeline.journal.copy_tables import copy_comparisons, copy_differences, copy_items, copy_requests, copy_withheld
from pipeline.journal.database import Write
from pipeline.sync.accepted import accepted_files
from pipeline.sync.both_sides import OLDER, SORTS, VALUE, Differing
from pipeline.sync.drift import open_drift
from pipeline.sync.lane import key_index

FAILED, WAITING, SENT, WITHHELD, SWITCH, DRIFT = "failed", "waiting", "sent", "withheld", "switch", "drift"
CAUSES = (FAILED, WAITING, SENT, WITHHELD, SWITCH, DRIFT)
"""Why a difference is expected: refused by the server, tried again later, on its way, held for the flags of a protected person, not yet
moved to the new layout, stopped by the drift limit."""


@dataclass(slots=True)
class Tally:
    """What a comparison found, by sort; expected: of them those with a cause."""

    here: int = 0
    there: int = 0
    sorts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SORTS, 0))
    expected: int = 0

    @property
    def columns(self) -> dict[str, int]:
        """As the journal keeps them."""
        return {"here": self.here, "there": self.there, **self.sorts, "expected": self.expected}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison of a kind that is under way. number: of its row; owner: the section whose ledger it is.

    switching: records accepted in an earlier layout still move to this one; drifting: the kind stopped at the drift limit.
    """

    number: int
    kind: str
    day: str
    owner: str
    switching: bool
    drifting: bool


def begin(hub: Hub, kind: str, layout: str) -> Comparison:
    """Enter a comparison that begins."""
    drift = open_drift(hub, kind)
    day, now = hub.clock.today().isoformat(), hub.clock.now().isoformat()
    with hub.journal.write() as write:
        row = {"municipality": hub.code, "kind": kind, "layout": layout, "day": day, "begun_at": now, **Tally().columns}
        number = write.insert_row(copy_comparisons, row)
        write.leaf("copy_comparison_begun", comparison=number, kind=kind, layout=layout)
    switching = any(version < layout for version in accepted_files(hub, kind))
    return Comparison(number, kind, day, owner_of(hub, kind), switching, drift is not None and drift.state == "stopped")


def enter(hub: Hub, comparison: Comparison, found: Sequence[Differing], tally: Tally) -> None:
    """Enter differences as seen by this comparison, and count them."""
    indexes = {one.key: key_index(hub, comparison.kind, one.key) for one in found}
    causes, accepted = _causes(hub, comparison, list(indexes.values())), _accepted_at(hub, list(indexes.values()))
    rows = []
    for one in found:
        index = indexes[one.key]
        for sort, item in _sorts(one, accepted.get(index, "")):
            moving = sort == OLDER and one.layout_older and comparison.switching
            cause = causes.get(index) or (SWITCH if moving else None)
            tally.sorts[sort] += 1
            tally.expected += cause is not None
            rows.append(_row(hub, comparison, one.key, {"sort": sort, "item": item, "key_index": index, "cause": cause}))
    with hub.journal.write() as write:
        for row in rows:
            if not write.insert_new(copy_differences, row):
                _seen_again(write, row)
        write.leaf("copy_differences_seen", comparison=comparison.number, kind=comparison.kind, differences=len(rows))


def end(hub: Hub, comparison: Comparison, tally: Tally) -> int:
    """End a comparison that saw both sides whole: what it did not see again is resolved. Returns how many."""
    now = hub.clock.now().isoformat()
    with hub.journal.write() as write:
        mine = (copy_differences.c.municipality == hub.code) & (copy_differences.c.kind == comparison.kind)
        gone = mine & (copy_differences.c.state != "resolved") & (copy_differences.c.comparison != comparison.number)
        resolved = write.execute(update(copy_differences).where(gone).values(state="resolved")).rowcount
        this = copy_comparisons.c.id == comparison.number
        write.execute(update(copy_comparisons).where(this).values(ended_at=now, **tally.columns))
        write.leaf("copy_comparison_ended", comparison=comparison.number, kind=comparison.kind, resolved=resolved, **tally.columns)
    return resolved


def owner_of(hub: Hub, kind: str) -> str:
    """The section (担当課) that takes procedures of the kind's business; the ledger's name where none does."""
    declared = hub.catalogue.copies[kind]
    for name, enabled in hub.municipality.procedures.items():
        if hub.procedure(name).business == declared.business:
            return enabled.section
    return declared.ledger


def record_context(code: str, kind: str, index: str) -> str:
    """The place that the sealed key of a record is bound to."""
    return f"copy-difference/{code}/{kind}/{index}"


def _sorts(one: Differing, accepted_at: str) -> Iterable[tuple[str, str]]:
    """Sort and item of every difference of a record. accepted_at: when the server last accepted it, empty when unknown."""
    if one.missing:
        yield one.missing, ""
        return
    if one.layout_older or (accepted_at and datetime.fromisoformat(one.updated_at) < datetime.fromisoformat(accepted_at)):
        yield OLDER, ""
    for item in one.items:
        yield VALUE, item


def _row(hub: Hub, comparison: Comparison, key: bytes, facts: Mapping[str, Any]) -> dict[str, Any]:
    sealed = hub.sealing.seal(key, context=record_context(hub.code, comparison.kind, facts["key_index"]))
    return {
        "municipality": hub.code,
        "kind": comparison.kind,
        **facts,
        "record": sealed,
        "first_seen": comparison.day,
        "last_seen": comparison.day,
        "comparison": comparison.number,
        "owner": comparison.owner,
        "state": "open",
    }


def _seen_again(write: Write, row: Mapping[str, Any]) -> None:
    """One that stood before keeps its first day and its explanation; one that was resolved begins anew."""
    same = and_(*(copy_differences.c[name] == row[name] for name in ("municipality", "kind", "sort", "key_index", "item")))
    resolved = copy_differences.c.state == "resolved"
    anew = {"first_seen": row["first_seen"], "state": "open", "actor": None, "reason": None}
    write.execute(update(copy_differences).where(same, resolved).values(**anew, last_seen=row["last_seen"]))
    now = {name: row[name] for name in ("last_seen", "comparison", "cause", "owner")}
    write.execute(update(copy_differences).where(same).values(**now))


def _causes(hub: Hub, comparison: Comparison, indexes: Sequence[str]) -> dict[str, str]:
    """Of records, why they are expected to differ."""
    causes = dict.fromkeys(indexes, DRIFT) if comparison.drifting else {}
    held = copy_withheld.c.key_index.in_(indexes) & (copy_withheld.c.municipality == hub.code) & copy_withheld.c.ended_on.is_(None)
    causes |= {row.key_index: WITHHELD for row in hub.journal.rows(select(copy_withheld.c.key_index).where(held))}
    open_items = copy_items.c.key_index.in_(indexes) & copy_items.c.state.in_((FAILED, WAITING, SENT))
    causes |= {row.key_index: row.state for row in hub.journal.rows(select(copy_items.c.key_index, copy_items.c.state).where(open_items))}
    return causes


def _accepted_at(hub: Hub, indexes: Sequence[str]) -> dict[str, str]:
    """Of records, when the last request was made in which the server accepted them."""
    accepted = copy_items.c.key_index.in_(indexes) & (copy_items.c.state == "accepted")
    last = select(copy_items.c.key_index, func.max(copy_requests.c.made_at)).where(accepted).group_by(copy_items.c.key_index)
    joined = last.join(copy_requests, copy_requests.c.id == copy_items.c.request)
    return {row[0]: row[1] for row in hub.journal.rows(joined)}
