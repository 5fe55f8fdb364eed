"""Who is not told after all (送信直前の除外): looked at again for every notice at the moment of sending."""

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row, select

from pipeline.hub import Hub
from pipeline.journal.intake_tables import applications
from pipeline.journal.register_tables import residents

PROTECTED = "PROTECTED_PERSON"
"""Code of a notice that was given up because its case or addressee came under 支援措置."""

Reasons = dict[int, str]
Check = Callable[[Hub, Sequence[Row[Any]]], Reasons]
"""Takes rows of the outbox; gives the code of those that may not go out, by id. Asked once for a page of rows, right before its calls."""


def _protected(hub: Hub, rows: Sequence[Row[Any]]) -> Reasons:
    cases = {row.application for row in rows if row.application is not None}
    restricted = hub.journal.rows(select(applications.c.id).where(applications.c.id.in_(cases), applications.c.restricted))
    named = (residents.c.municipality == hub.code) & residents.c.atena.in_({row.atena for row in rows}) & residents.c.protected
    people = {row.atena for row in hub.journal.rows(select(residents.c.atena).where(named))}
    apart = {row.id for row in restricted}
    return {row.id: PROTECTED for row in rows if row.application in apart or row.atena in people}


CHECKS = MappingProxyType({"protection": _protected})
"""Every check, by name; the first that speaks gives the code."""


def reasons_not_to_send(hub: Hub, rows: Sequence[Row[Any]]) -> Reasons:
    """Id → code of the rows of a page that may not go out any more."""
    found: Reasons = {}
    for check in CHECKS.values():
        found = check(hub, rows) | found
    return found


def reason_not_to_send(hub: Hub, row: Row[Any]) -> str | None:
    """The code for which a single notice may not go out any more; None where it may."""
    return reasons_not_to_send(hub, [row]).get(row.id)
