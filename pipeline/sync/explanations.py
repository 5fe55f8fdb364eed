"""Explained differences (差分の説明): a person says why a difference stands, or looks whose record it is; both are in the log."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, select, update

from pipeline.errors import SettingError
from pipeline.hub import Hub
from pipeline.journal.copy_tables import copy_differences
from pipeline.sync.difference_rows import record_context

_UNIT = "\x1f"


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """Whose record a difference is about. key: the items that identify it, 宛名番号 first."""

    kind: str
    sort: str
    item: str
    key: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class StandingDifference:
    """A difference that is not resolved. cause: empty when unknown; reason: of who explained it, else empty."""

    number: int
    sort: str
    item: str
    cause: str
    state: str
    first_seen: str
    owner: str
    reason: str


def standing_differences(hub: Hub, kind: str, most: int) -> list[StandingDifference]:
    """At most so many differences of a kind that stand: open ones without a known cause first, the eldest first."""
    mine = (copy_differences.c.municipality == hub.code) & (copy_differences.c.kind == kind) & (copy_differences.c.state != "resolved")
    known = copy_differences.c.cause.is_not(None)
    order = (copy_differences.c.state != "open", known, copy_differences.c.first_seen, copy_differences.c.id)
    return [
        StandingDifference(one.id, one.sort, one.item, one.cause or "", one.state, one.first_seen, one.owner, one.reason or "")
        for one in hub.journal.rows(select(copy_differences).where(mine).order_by(*order).limit(most))
    ]


def explain(hub: Hub, number: int, *, actor: str, reason: str) -> str:
    """Note why an open difference stands; it is counted apart while it does. Gives its kind. Raises SettingError."""
    row = _difference(hub, number)
    if row.state != "open":
        raise SettingError(f"difference {number} is {row.state}", "only open differences are explained; see `hub sync status`")
    with hub.journal.write() as write:
        still_open = (copy_differences.c.id == number) & (copy_differences.c.state == "open")
        write.execute(update(copy_differences).where(still_open).values(state="explained", actor=actor[:80], reason=reason[:200]))
        write.leaf("copy_difference_explained", difference=number, kind=row.kind, sort=row.sort, actor=actor, reason=reason)
    return str(row.kind)


def find_record(hub: Hub, number: int, *, actor: str, reason: str) -> FoundRecord:
    """Whose record a difference is about; the log says who looked and why. Raises SettingError."""
    row = _difference(hub, number)
    with hub.journal.write() as write:
        write.leaf("copy_difference_opened", municipality=hub.code, difference=number, kind=row.kind, actor=actor, reason=reason)
    key = hub.sealing.unseal_text(row.record, context=record_context(hub.code, row.kind, row.key_index))
    return FoundRecord(row.kind, row.sort, row.item, tuple(key.split(_UNIT)))


def _difference(hub: Hub, number: int) -> Row[Any]:
    mine = (copy_differences.c.municipality == hub.code) & (copy_differences.c.id == number)
    found = hub.journal.rows(select(copy_differences).where(mine))
    if not found:
        raise SettingError(f"there is no difference {number}", "see `hub sync compare` for the numbers")
    row: Row[Any] = found[0]
    return row
