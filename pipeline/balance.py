"""The balance (日締めの等式): everything that the portal listed is accounted for, over the journal's life and for a day."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, func, not_, or_, select

from pipeline.hub import Hub
from pipeline.journal.intake_tables import applications, listings
from pipeline.journal.replay_tables import replay_items, replays
from pipeline.pages.report import Counts, total

FINISHED = ("delivered", "settled", "withdrawn")
UNSTORED = {"listed": "not_fetched", "gone": "gone_before_fetch", "out_of_scope": "out_of_scope"}


@dataclass(frozen=True, slots=True)
class Balance:
    """The balance of one municipality on a day, by procedure (out of scope ones under their 手続ID).

    life_holds: the journal's life adds up too.
    """

    day: date
    procedures: Mapping[str, Counts]
    life_holds: bool

    @property
    def total(self) -> Counts:
        """All procedures together."""
        return total(self.procedures.values())

    @property
    def holds(self) -> bool:
        """Whether every equation holds, in all and for every procedure."""
        return self.life_holds and all(counts.balanced for counts in (self.total, *self.procedures.values()))


def balance_of(hub: Hub, day: date) -> Balance:
    """Count listings and applications each in their own right: neither figure is derived from the other."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    names = {hub.procedure(name).portal_id: name for name in hub.municipality.procedures}
    unresolved_or_today = or_(listings.c.resolved_on.is_(None), listings.c.resolved_on == day.isoformat())
    for row in hub.journal.rows(select(listings).where(listings.c.municipality == hub.code, unresolved_or_today)):
        found[names.get(row.portal_procedure, row.portal_procedure)].update(_listing_figures(row, day.isoformat()))
    finished_before = applications.c.disposition.in_(FINISHED) & (applications.c.disposed_on < day.isoformat())
    reopened = _stood_before(hub, day)
    for row in hub.journal.rows(select(applications).where(applications.c.municipality == hub.code, not_(finished_before))):
        disposition, disposed_on = reopened.get(row.id, (row.disposition, row.disposed_on))
        found[row.procedure].update(_application_figures(row.department_at[:10], disposition, disposed_on, day.isoformat()))
    procedures = {name: Counts(**counts) for name, counts in sorted(found.items())}
    return Balance(day=day, procedures=procedures, life_holds=_life_holds(hub))


def _listing_figures(row: Row[Any], day: str) -> list[str]:
    """A listing counts on the day on which it was resolved, and until then on every day."""
    if row.listed_at[:10] > day:
        return []
    return ["listed", UNSTORED[row.state]] if row.state in UNSTORED else ["listed"]


def _stood_before(hub: Hub, day: date) -> dict[int, tuple[str, str]]:
    """Disposition and its day of the applications that a replay opened again after the day: that day had them as they were."""
    joined = select(replay_items).join(replays, replays.c.id == replay_items.c.replay)
    later = joined.where(replays.c.municipality == hub.code, replays.c.day > day.isoformat()).order_by(replays.c.id.desc())
    return {row.application: (row.disposition_before, row.disposed_on_before) for row in hub.journal.rows(later)}


def _application_figures(stored_on: str, disposition: str, disposed_on: str, day: str) -> list[str]:
    if stored_on > day or (disposition in FINISHED and disposed_on < day):
        return []
    finished_later = disposition in FINISHED and disposed_on > day
    became = "waiting" if disposition == "open" or finished_later else disposition
    return ["stored" if stored_on == day else "carried_in", became]


def _life_holds(hub: Hub) -> bool:
    """listed = stored + out of scope + not yet fetched + gone before fetch, with what is stored counted from the applications."""
    counted = select(listings.c.state, func.count()).where(listings.c.municipality == hub.code).group_by(listings.c.state)
    by_state = {row[0]: row[1] for row in hub.journal.rows(counted)}
    stored = hub.journal.scalar(select(func.count()).select_from(applications).where(applications.c.municipality == hub.code))
    return bool(by_state.get("stored", 0) == stored)


def has_business(hub: Hub, day: date) -> bool:
    """Whether something was stored or decided on the day."""
    text = day.isoformat()
    that_day = or_(applications.c.disposed_on == text, applications.c.department_at.between(f"{text}T", f"{text}U"))
    return hub.journal.scalar(select(applications.c.id).where(applications.c.municipality == hub.code, that_day).limit(1)) is not None


def latest_business_day(hub: Hub) -> date | None:
    """The last day on which something was stored or decided."""
    statement = select(func.max(applications.c.department_at), func.max(applications.c.disposed_on)).where(
        applications.c.municipality == hub.code
    )
    days = [text[:10] for text in hub.journal.rows(statement)[0] if text]
    return date.fromisoformat(max(days)) if days else None
