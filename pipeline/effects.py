"""Effects (効果): what filing online saved residents and sections in a fiscal year, counted from what really happened."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

from sqlalchemy import Row, and_, exists, func, select

from pipeline.finding_places import place_in_japanese
from pipeline.hub import Hub
from pipeline.journal.correction_tables import correction_items, corrections
from pipeline.journal.decision_tables import decisions, notice_outbox
from pipeline.journal.intake_tables import applications, documents
from pipeline.journal.registry_tables import carried_items
from pipeline.journal.repeat_tables import counter_book
from pipeline.records import load_tables

BATCH = 500
TOLD = ("sent", "accepted")
"""States of a notice that went out without a letter."""


@dataclass(frozen=True, slots=True)
class ProcedureYear:
    """A procedure's fiscal year.

    online, paper: filings of the portal and of the counter's book (None where the municipality declares no book). items: filled items
    that nobody typed. letters: notices that needed no letter. visits: delivered filings for which nobody had to come. days: median of
    calendar days from arrival to decision, None without decisions. corrected: filings that were sent back for correction.
    """

    procedure: str
    online: int
    paper: int | None
    items: int
    letters: int
    visits: int
    days: float | None
    corrected: int

    @property
    def online_share(self) -> float | None:
        """Share of filings that came online; None where nobody knows of the others."""
        return None if self.paper is None else self.online / (self.online + self.paper) if self.online + self.paper else None

    @property
    def correction_share(self) -> float | None:
        """補正率: share of the online filings that had to be corrected."""
        return self.corrected / self.online if self.online else None


@dataclass(frozen=True, slots=True)
class CorrectedPlace:
    """A question of a form that causes corrections. place: in official Japanese; times: in how many corrections it was asked for."""

    procedure: str
    place: str
    times: int
    share: float


def count_carried_items(hub: Hub) -> dict[str, int]:
    """The close flow's step ``effects``: count the filled items of applications that were delivered and not counted yet."""
    known = exists().where(carried_items.c.application == applications.c.id)
    delivered = (applications.c.municipality == hub.code) & (applications.c.disposition == "delivered")
    new = [row.id for row in hub.journal.rows(select(applications.c.id).where(delivered, ~known).order_by(applications.c.id))]
    for start in range(0, len(new), BATCH):
        tables = load_tables(hub, new[start : start + BATCH])
        rows = [{"application": application, "items": _filled(found)} for application, found in tables.items()]
        with hub.journal.write() as write:
            counted = [write.insert_new(carried_items, row) for row in rows]
            write.leaf("items_counted", applications=sum(counted))
    return {"applications": len(new)}


def _filled(tables: dict[str, Any]) -> int:
    return sum(1 for table in tables.values() for column in table.columns.values() for cell in column if cell)


def effects_of(hub: Hub, year: int) -> list[ProcedureYear]:
    """The figures of a fiscal year (April to March, by 収受日), for each procedure in the order of the municipality's file."""
    within = (applications.c.municipality == hub.code) & (applications.c.filing_year == year) & (applications.c.disposition != "withdrawn")
    online = _by_procedure(hub, select(applications.c.procedure, func.count()).where(within))
    items = _by_procedure(hub, _joined(carried_items, func.sum(carried_items.c["items"])).where(within))
    letters = _by_procedure(hub, _joined(notice_outbox, func.count()).where(within, notice_outbox.c.state.in_(TOLD)))
    came = exists().where(documents.c.application == applications.c.id, documents.c.way == "visit", documents.c.state != "exempt")
    stayed = select(applications.c.procedure, func.count()).where(within, applications.c.disposition == "delivered", ~came)
    visits = _by_procedure(hub, stayed)
    corrected = _by_procedure(hub, _joined(corrections, func.count(func.distinct(corrections.c.application))).where(within))
    days, paper = _days_to_decision(hub, within), _paper(hub, year)
    return [
        ProcedureYear(
            procedure=name,
            online=online.get(name, 0),
            paper=None if paper is None else paper.get(name, 0),
            items=items.get(name, 0),
            letters=letters.get(name, 0),
            visits=visits.get(name, 0),
            days=days.get(name),
            corrected=corrected.get(name, 0),
        )
        for name in hub.municipality.procedures
    ]


def _joined(table: Any, figure: Any) -> Any:  # noqa: ANN401  statements of SQLAlchemy nest their types beyond reading
    return select(applications.c.procedure, figure).join(table, table.c.application == applications.c.id)


def _by_procedure(hub: Hub, statement: Any) -> dict[str, int]:  # noqa: ANN401  as above
    return {row[0]: int(row[1]) for row in hub.journal.rows(statement.group_by(applications.c.procedure))}


def _days_to_decision(hub: Hub, within: Any) -> dict[str, float]:  # noqa: ANN401  as above
    decided = select(applications.c.procedure, applications.c.arrived_at, decisions.c.decided_on)
    taken: dict[str, list[int]] = {}
    first = decided.join(decisions, decisions.c.application == applications.c.id).where(within, decisions.c.kind == "first")
    for row in hub.journal.rows(first):
        span = date.fromisoformat(row.decided_on) - date.fromisoformat(row.arrived_at[:10])
        taken.setdefault(row.procedure, []).append(span.days)
    return {name: float(median(spans)) for name, spans in taken.items()}


def _paper(hub: Hub, year: int) -> dict[str, int] | None:
    """Filings of the counter's book in the year; None where the municipality declares no book."""
    if hub.municipality.counter_book is None:
        return None
    in_year = counter_book.c.received_on.between(f"{year}-04-01", f"{year + 1}-03-31")
    received = and_(counter_book.c.municipality == hub.code, in_year)
    counted = select(counter_book.c.procedure, func.count()).where(received).group_by(counter_book.c.procedure)
    return {row[0]: int(row[1]) for row in hub.journal.rows(counted)}


def corrected_places(hub: Hub, year: int) -> list[CorrectedPlace]:
    """Which question of which form causes corrections (補正率の内訳), the most frequent first."""
    within = (applications.c.municipality == hub.code) & (applications.c.filing_year == year)
    asked = select(applications.c.procedure, correction_items.c.place).join(corrections, corrections.c.application == applications.c.id)
    rows = hub.journal.rows(asked.join(correction_items, correction_items.c.correction == corrections.c.id).where(within))
    online = {row.procedure: row.online for row in effects_of(hub, year)} if rows else {}
    return sorted(_places(hub, rows, online), key=lambda place: (-place.times, place.procedure, place.place))


def _places(hub: Hub, rows: list[Row[Any]], online: dict[str, int]) -> Iterator[CorrectedPlace]:
    counted = Counter((row.procedure, place_in_japanese(hub, hub.procedure(row.procedure), row.place)) for row in rows)
    for (procedure, place), times in counted.items():
        yield CorrectedPlace(procedure, place, times, times / online[procedure] if online.get(procedure) else 0.0)
