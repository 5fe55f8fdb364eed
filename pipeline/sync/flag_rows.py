"""What the journal holds of the flags of protected persons (不開示・自動応答不可), and how a night's answers enter it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update

from connectors.intermediate import Flag
from pipeline.alarms import raise_alarm
from pipeline.hub import Hub
from pipeline.journal.copy_tables import copy_flagged, copy_flags
from pipeline.journal.database import Write


@dataclass(frozen=True, slots=True)
class Standing:
    """One flag of a person. state: set or missing as the server said in ``night`` (ISO), asked where setting it is under way."""

    state: str
    night: str


Rows = Mapping[str, Mapping[str, Standing]]
"""Index of a person → flag → how it stands."""


@dataclass(frozen=True)
class Answered:
    """What the server said of a batch at the end: index of a person → flag → whether it is set; and how the rows stood before."""

    flags: Mapping[str, Mapping[Flag, bool]]
    before: Rows

    @cached_property
    def missing(self) -> frozenset[str]:
        """Whom a flag is missing of that could not be set."""
        return frozenset(index for index, flags in self.flags.items() if not all(flags.values()))

    @cached_property
    def set_now(self) -> frozenset[str]:
        """Of whom a flag was missing and is set now."""
        return frozenset(
            index for index, flags in self.flags.items() if any(on and self._was_asked(index, flag) for flag, on in flags.items())
        )

    def _was_asked(self, index: str, flag: Flag) -> bool:
        found = self.before.get(index, {}).get(flag)
        return found is not None and found.state == "asked"


def standing(hub: Hub, condition: ColumnElement[bool] | None = None) -> Rows:
    """How the flags stand, by person."""
    statement = select(copy_flagged).where(copy_flagged.c.municipality == hub.code)
    found: dict[str, dict[str, Standing]] = defaultdict(dict)
    for row in hub.journal.rows(statement if condition is None else statement.where(condition)):
        found[row.atena_index][row.flag] = Standing(row.state, row.night)
    return found


def open_night(hub: Hub, night: date) -> None:
    """Begin the account of a night's check, once."""
    row = {"municipality": hub.code, "night": night.isoformat(), "checked": 0, "missing": 0, "set_now": 0, "at": _now(hub)}
    with hub.journal.write() as write:
        if write.insert_new(copy_flags, row):
            write.leaf("flag_check_begun", night=night.isoformat())


def write_asked(hub: Hub, night: date, flag: Flag, persons: Sequence[str]) -> None:
    """Note before the call that a flag of these persons is being set."""
    waiting = [index for index, flags in _of(hub, persons).items() if flag in flags and flags[flag].state == "asked"]
    fresh = [index for index in persons if index not in waiting]
    if not fresh:
        return
    with hub.journal.write() as write:
        _replace(hub, write, fresh, (flag,), [_row(hub, night, index, flag, "asked") for index in fresh])
        write.leaf("flag_setting", flag=flag, persons=len(fresh))


def enter(hub: Hub, night: date, answered: Answered) -> None:
    """Enter the server's answers of a batch, bring the night's account up to date, raise alarms; one transaction."""
    rows = [
        _row(hub, night, index, flag, "set" if on else "missing") for index, flags in answered.flags.items() for flag, on in flags.items()
    ]
    with hub.journal.write() as write:
        _replace(hub, write, list(answered.flags), ("nondisclosure", "autoresponse_off"), rows)
        checked, missing = _account(hub, write, night, len(answered.set_now))
        if answered.missing:
            raise_alarm(hub, write, kind="PROTECTED_FLAG_MISSING", subject=night.isoformat())
        if answered.set_now:
            raise_alarm(hub, write, kind="PROTECTED_FLAG_SET", subject=night.isoformat())
        write.leaf("flags_checked", night=night.isoformat(), checked=checked, missing=missing, set_now=len(answered.set_now))


def take_away(hub: Hub, persons: Sequence[str]) -> None:
    """Forget persons whose flags are off by a person's decision."""
    if persons:
        with hub.journal.write() as write:
            _replace(hub, write, persons, ("nondisclosure", "autoresponse_off"), [])
            write.leaf("flags_forgotten", persons=len(persons))


def _account(hub: Hub, write: Write, night: date, set_now: int) -> tuple[int, int]:
    tonight = (copy_flagged.c.municipality == hub.code, copy_flagged.c.night == night.isoformat())
    persons = select(func.count(copy_flagged.c.atena_index.distinct())).where(*tonight)
    checked = write.read(persons.where(copy_flagged.c.state != "asked")).scalar_one()
    missing = write.read(persons.where(copy_flagged.c.state == "missing")).scalar_one()
    account = (copy_flags.c.municipality == hub.code) & (copy_flags.c.night == night.isoformat())
    before = write.read(select(copy_flags.c.set_now).where(account)).scalar_one()
    values = {"checked": checked, "missing": missing, "set_now": min(before + set_now, checked), "at": _now(hub)}
    write.execute(update(copy_flags).where(account).values(**values))
    return checked, missing


def _replace(hub: Hub, write: Write, persons: Sequence[str], flags: Sequence[Flag], rows: list[dict[str, Any]]) -> None:
    same = (copy_flagged.c.municipality == hub.code, copy_flagged.c.atena_index.in_(persons), copy_flagged.c.flag.in_(flags))
    write.execute(delete(copy_flagged).where(*same))
    write.insert_many(copy_flagged, rows)


def _row(hub: Hub, night: date, index: str, flag: Flag, state: str) -> dict[str, Any]:
    return {"municipality": hub.code, "atena_index": index, "flag": flag, "night": night.isoformat(), "state": state}


def _of(hub: Hub, persons: Iterable[str]) -> Rows:
    return standing(hub, copy_flagged.c.atena_index.in_(list(persons)))


def _now(hub: Hub) -> str:
    return hub.clock.now().isoformat()
