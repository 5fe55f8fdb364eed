"""Figures of the portal's two channels by kind (種類別の件数): what was owed, what went out, what a person has to tell otherwise."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, func, select

from pipeline.hub import Hub
from pipeline.journal.decision_tables import notice_outbox, status_outbox
from pipeline.journal.intake_tables import applications
from pipeline.steps.report_day import UNTOLD, told

COUNTS = ("owed", "sent", "undeliverable")


def notice_figures(hub: Hub) -> dict[str, Any]:
    """Totals, and ``kinds``: ``<procedure>/correction``, ``<procedure>/result`` or the folder of the notice → its figures."""
    ours = (notice_outbox.c.municipality == hub.code) & (notice_outbox.c.channel == "portal")
    table = notice_outbox.c
    counted = select(table.kind, table.state, func.count().label("rows")).where(ours)
    return _figures(hub.journal.rows(counted.group_by(table.kind, table.state)))


def status_figures(hub: Hub) -> dict[str, Any]:
    """Totals, and ``kinds``: the procedure → its figures."""
    counted = select(applications.c.procedure.label("kind"), status_outbox.c.state, func.count().label("rows"))
    joined = counted.join(applications, applications.c.id == status_outbox.c.application).where(applications.c.municipality == hub.code)
    return _figures(hub.journal.rows(joined.group_by(applications.c.procedure, status_outbox.c.state)))


def _figures(rows: Iterable[Row[Any]]) -> dict[str, Any]:
    states: dict[str, dict[str, int]] = {}
    for row in rows:
        states.setdefault(row.kind, {})[row.state] = row.rows
    kinds = {kind: _counts(found) for kind, found in sorted(states.items())}
    return {**{name: sum(one[name] for one in kinds.values()) for name in COUNTS}, "kinds": kinds}


def _counts(states: dict[str, int]) -> dict[str, int]:
    untold = sum(states.get(state, 0) for state in UNTOLD)
    return {"owed": sum(states.values()), "sent": told(states), "undeliverable": untold}
