"""States of what is owed to people (送信待ちの状態): which change is allowed, as data, and the one place that makes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Table, func, update

from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.decision_tables import notice_outbox, status_outbox

OPEN = ("owed", "sending")


@dataclass(frozen=True, slots=True)
class Machine:
    """One outbox. moves: state → the states from which it may be reached; timed: states that carry the time of handing over."""

    table: Table
    moves: Mapping[str, frozenset[str]]
    timed: frozenset[str]

    def due(self, now: str) -> ColumnElement[bool]:
        """Rows to be sent or looked up at this moment (ISO text)."""
        when = self.table.c.next_try_at
        return self.table.c.state.in_(OPEN) & ((when.is_(None) & self.table.c.code.is_(None)) | (when <= now))


def _moves(**reached_from: str) -> Mapping[str, frozenset[str]]:
    return MappingProxyType({state: frozenset(states.split()) for state, states in reached_from.items()})


NOTICES = Machine(
    notice_outbox,
    _moves(
        owed="sending sent given_up",
        sending="owed sending refused given_up",
        sent="sending",
        accepted="sending sent",
        undeliverable="sending sent",
        refused="sending sent",
        given_up="owed sending sent refused",
    ),
    frozenset({"sent", "accepted", "undeliverable", "refused"}),
)
"""お知らせ. sending again from refused or given_up: a person had it tried again. given_up from refused: a person tells them otherwise.
owed from sent: the file never arrived; from given_up: a stopped campaign goes on."""

STATUSES = Machine(
    status_outbox,
    _moves(
        owed="sending",
        sending="owed sending refused given_up",
        sent="sending",
        refused="sending",
        given_up="owed sending refused",
    ),
    frozenset({"sent"}),
)
"""処理状況."""


def move(hub: Hub, write: Write, machine: Machine, chosen: ColumnElement[bool], to: str, **values: Any) -> int:  # noqa: ANN401  a column's value
    """Bring the chosen rows into a state, as far as theirs allows it. Returns how many. values: further columns."""
    table = machine.table
    when = func.coalesce(table.c.sent_at, hub.clock.now().isoformat()) if to in machine.timed else None
    allowed = table.c.state.in_(machine.moves[to])
    return write.execute(update(table).where(chosen, allowed).values(state=to, sent_at=when, **values)).rowcount
