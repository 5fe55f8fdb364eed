"""How fresh each kind of copy is (副本の鮮度): extract, last night, what is held back, open differences by sort and age, and their trend.

Counts, days and names of kinds only: pages for auditors are made from these.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select

from pipeline.hub import Hub
from pipeline.journal.copy_tables import copy_comparisons, copy_differences, copy_items, copy_requests, copy_states, copy_withheld
from pipeline.sync.currents import current_of
from pipeline.sync.drift import open_drift

AGES = ("today", "week", "month", "longer")
"""First seen today, within 7 days, within 31 days, before."""
_MOST_NIGHTS = 10
_WEEK, _MONTH = 7, 31


@dataclass(frozen=True, slots=True)
class DifferenceGroup:
    """Differences that stand. cause: of ``difference_rows.CAUSES``, empty when unknown; state: open or explained; age: of ``AGES``."""

    sort: str
    cause: str
    state: str
    owner: str
    age: str
    count: int


@dataclass(frozen=True, slots=True)
class ComparedNight:
    """One full comparison. day: ISO; differences by sort; expected: of all of them those with a known cause."""

    day: str
    here: int
    there: int
    sorts: Mapping[str, int]
    expected: int


@dataclass(frozen=True, slots=True)
class Stopped:
    """A kind that stopped at the drift limit. state: stopped until a person approves, then approved until the next night."""

    night: str
    changes: int
    accepted: int
    state: str


@dataclass(frozen=True, slots=True)
class Freshness:
    """One kind of copies. Moments are ISO, empty when there was none yet.

    extract_as_of: of the ledger's newest extract; accepted_as_of: of the extract that the server was last brought to; accepted_night: of
    that request. records: lines in the ledger; accepted: records that the server accepted. on_the_way: records whose answer is open.
    """

    kind: str
    title: str
    extract_as_of: str
    accepted_as_of: str
    accepted_night: str
    records: int
    accepted: int
    failed: int
    waiting: int
    on_the_way: int
    withheld: int
    stopped: Stopped | None
    differences: tuple[DifferenceGroup, ...]
    trend: tuple[ComparedNight, ...]

    @property
    def compared_on(self) -> str:
        """Day of the last full comparison; empty without one."""
        return self.trend[-1].day if self.trend else ""

    @property
    def unexpected(self) -> int:
        """Open differences without a known cause: what somebody has to look at."""
        return sum(group.count for group in self.differences if group.state == "open" and not group.cause)


def freshness(hub: Hub) -> tuple[Freshness, ...]:
    """Every declared kind, in the order of the municipality file; none where copies are not declared."""
    setting = hub.municipality.copies
    return tuple(_freshness(hub, kind) for kind in setting.kinds) if setting else ()


def age_of(first_seen: str, today: date) -> str:
    """The age of a difference, of ``AGES``."""
    days = (today - date.fromisoformat(first_seen)).days
    return AGES[(days > 0) + (days > _WEEK) + (days > _MONTH)]


def _freshness(hub: Hub, kind: str) -> Freshness:
    current, drift, items = current_of(hub, kind), open_drift(hub, kind), _items(hub, kind)
    states = hub.journal.rows(select(copy_states).where(copy_states.c.municipality == hub.code, copy_states.c.kind == kind))
    mine = (copy_requests.c.municipality == hub.code) & (copy_requests.c.kind == kind) & (copy_requests.c.state == "answered")
    held = (copy_withheld.c.municipality == hub.code) & (copy_withheld.c.kind == kind) & copy_withheld.c.ended_on.is_(None)
    return Freshness(
        kind=kind,
        title=hub.catalogue.copies[kind].title,
        extract_as_of=current.as_of if current else "",
        accepted_as_of=max((row.as_of for row in states if row.as_of), default=""),
        accepted_night=hub.journal.scalar(select(func.max(copy_requests.c.night)).where(mine)) or "",
        records=current.file.lines if current else 0,
        accepted=sum(row.records for row in states),
        failed=items["failed"],
        waiting=items["waiting"],
        on_the_way=items["sent"],
        withheld=int(hub.journal.scalar(select(func.count()).select_from(copy_withheld).where(held))),
        stopped=Stopped(drift.night, drift.changes, drift.accepted, drift.state) if drift else None,
        differences=_groups(hub, kind),
        trend=_trend(hub, kind),
    )


def _items(hub: Hub, kind: str) -> Counter[str]:
    joined = select(copy_items.c.state, func.count()).join(copy_requests, copy_requests.c.id == copy_items.c.request)
    unfinished = copy_items.c.state.in_(("failed", "waiting", "sent"))
    mine = joined.where(copy_requests.c.municipality == hub.code, copy_requests.c.kind == kind, unfinished)
    return Counter({row[0]: row[1] for row in hub.journal.rows(mine.group_by(copy_items.c.state))})


def _groups(hub: Hub, kind: str) -> tuple[DifferenceGroup, ...]:
    columns = [copy_differences.c[name] for name in ("sort", "cause", "state", "owner", "first_seen")]
    mine = (copy_differences.c.municipality == hub.code) & (copy_differences.c.kind == kind) & (copy_differences.c.state != "resolved")
    today = hub.clock.today()
    counts: Counter[tuple[str, str, str, str, str]] = Counter()
    for row in hub.journal.rows(select(*columns, func.count().label("differences")).where(mine).group_by(*columns)):
        counts[row.sort, row.cause or "", row.state, row.owner, age_of(row.first_seen, today)] += row.differences
    return tuple(DifferenceGroup(*group, count) for group, count in sorted(counts.items()))


def _trend(hub: Hub, kind: str) -> tuple[ComparedNight, ...]:
    """The last comparison of each of the last days with one, oldest first."""
    mine = (copy_comparisons.c.municipality == hub.code) & (copy_comparisons.c.kind == kind) & copy_comparisons.c.ended_at.is_not(None)
    last = select(func.max(copy_comparisons.c.id)).where(mine).group_by(copy_comparisons.c.day)
    newest = select(copy_comparisons).where(copy_comparisons.c.id.in_(last)).order_by(copy_comparisons.c.id.desc()).limit(_MOST_NIGHTS)
    return tuple(_night(row) for row in reversed(hub.journal.rows(newest)))


def _night(row: Row[Any]) -> ComparedNight:
    sorts = {name: int(getattr(row, name)) for name in ("missing_here", "missing_there", "value", "older")}
    return ComparedNight(row.day, row.here, row.there, sorts, row.expected)
