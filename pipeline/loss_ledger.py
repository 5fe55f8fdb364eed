"""The loss ledger as people read it (縮退記録): on the 審査票 what became of one application's characters, on the day's page of all."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Select, select

from mappings.procedure import Procedure
from mappings.substitutions import from_code_points
from pipeline.finding_places import place_in_japanese
from pipeline.hub import Hub
from pipeline.journal.delivery_tables import batches, losses
from pipeline.pages.report import LossRow


def substitutions_of(hub: Hub, application: int, procedure: Procedure) -> list[str]:
    """One sentence for each character of an application that was replaced for a destination."""
    rows = hub.journal.rows(_ledger(hub).where(losses.c.application == application).order_by(losses.c.id))
    places: dict[tuple[str, ...], dict[str, None]] = {}
    for row in rows:
        known = (hub.destination(row.destination).name, row.source, row.target, row.approved)
        places.setdefault(known, {})[place_in_japanese(hub, procedure, row.place)] = None
    return [
        f"{'、'.join(found)}: {_sign(source)} → {_sign(target)}（{name}。承認: {approved}）"
        for (name, source, target, approved), found in places.items()
    ]


def losses_on(hub: Hub, day: date) -> Iterator[LossRow]:
    """Each substitution of a day's files, with how often it was made and in how many applications."""
    times: Counter[tuple[str, ...]] = Counter()
    applications: dict[tuple[str, ...], set[int]] = {}
    for row in hub.journal.rows(_ledger(hub).where(batches.c.day == day.isoformat())):
        key = (row.destination, row.source, row.target, row.substitution_table, row.approved)
        times[key] += row.times
        applications.setdefault(key, set()).add(row.application)
    for (destination, source, target, table, approved), count in sorted(times.items()):
        key = (destination, source, target, table, approved)
        name = hub.destination(destination).name
        yield LossRow(name, _sign(source), _sign(target), count, len(applications[key]), table, approved)


def _ledger(hub: Hub) -> Select[Any]:
    joined = select(losses, batches.c.destination).join(batches, batches.c.id == losses.c.batch)
    return joined.where(batches.c.municipality == hub.code)


def _sign(points: str) -> str:
    return f"{from_code_points(points)} {points}"
