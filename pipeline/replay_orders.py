"""Orders of replays (再出力の指示): who had what emitted again and why, once, in one transaction; release and deliver then do the rest."""

import logging
from dataclasses import dataclass

from sqlalchemy import insert, select, update

from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.delivery_tables import LAST_GENERATION, canonical, obligations
from pipeline.journal.intake_tables import applications
from pipeline.journal.replay_tables import replay_items, replays
from pipeline.records import canonical_row
from pipeline.replays import Item, Plan, Selection, replay_key

log = logging.getLogger(__name__)


class ChangedMeanwhileError(Exception):
    """Another worker moved what was to be emitted again; the transaction is given back."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A replay that was ordered before. at: ISO time."""

    actor: str
    at: str


def earlier_order(hub: Hub, selection: Selection, reason: str) -> Earlier | None:
    """The replay of the same selection for the same reason, if there was one."""
    key = replay_key(hub, selection, reason)
    known = select(replays.c.actor, replays.c.at).where(replays.c.municipality == hub.code, replays.c.key == key)
    return next((Earlier(row.actor, row.at) for row in hub.journal.rows(known)), None)


def order_replay(hub: Hub, plan: Plan, *, actor: str, reason: str) -> None:
    """Open the next generation of everything in the plan. Raises ChangedMeanwhileError when something of it moved since."""
    now = hub.clock.now()
    row = {
        "municipality": hub.code,
        "key": replay_key(hub, plan.selection, reason),
        "selection": plan.selection.text,
        "actor": actor,
        "reason": reason,
        "day": now.date().isoformat(),
        "at": now.isoformat(),
    }
    with hub.journal.write() as write:
        replay = write.insert_row(replays, row)
        for place, item in enumerate(plan.items, start=1):
            _open_generation(hub, write, replay, place, item)
        for item in {item.row.id: item for item in plan.items}.values():
            _put_back(hub, write, plan, item)
        said = {"actor": actor, "reason": reason, "selection": plan.selection.text, "token": plan.token}
        write.leaf("replay_ordered", replay=replay, municipality=hub.code, items=len(plan.items), **said)
    log.info("replay_ordered", extra={"replay": replay, "items": len(plan.items)})


def _open_generation(hub: Hub, write: Write, replay: int, place: int, item: Item) -> None:
    owed = (obligations.c.application == item.row.id) & (obligations.c.destination == item.destination)
    standing = select(obligations.c.generation).where(owed, LAST_GENERATION, obligations.c.state == item.row.state)
    if write.read(standing.with_for_update()).scalar() != item.generation:
        raise ChangedMeanwhileError
    key = {"application": item.row.id, "destination": item.destination, "generation": item.generation + 1}
    write.execute(insert(obligations).values(**key, state="owed"))
    before = {"disposition_before": item.row.disposition, "disposed_on_before": item.row.disposed_on}
    write.execute(insert(replay_items).values(**key, **before, replay=replay, place=place))


def _put_back(hub: Hub, write: Write, plan: Plan, item: Item) -> None:
    """The application with its records as they are now goes back to where records are released."""
    unchanged = (applications.c.id == item.row.id) & (applications.c.stage == item.row.stage)
    back = {"stage": "checked", "disposition": "open", "reason": None, "disposed_on": hub.clock.today().isoformat()}
    moved = write.execute(update(applications).where(unchanged, applications.c.disposition == item.row.disposition).values(**back))
    if moved.rowcount == 0:
        raise ChangedMeanwhileError
    filing = plan.filings[item.row.id]
    write.execute(canonical.delete().where(canonical.c.application == item.row.id))
    write.insert_many(canonical, [canonical_row(hub, item.row.id, filing.version, filing.tables)])
    write.leaf("application_replayed", application=item.row.id)
