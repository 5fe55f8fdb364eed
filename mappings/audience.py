"""Audience of a notice (お知らせの対象者): whom a campaign concerns, as rules over a ledger's extract, the register or expected filings.

Part of ``notice.yaml``. Ages are counted by 民法第143条: where the corresponding day does not exist (29 February, 31st) an age is
reached on the first day of the next month. ``counted: day_before`` is 年齢計算ニ関スル法律: it is reached the day before.
"""

import calendar
import csv
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from mappings.copies import CopyKind
from mappings.specification import Spec, build_spec, nearest
from mappings.yaml_door import SpecError

RESIDENTS, EXPECTED = "residents", "expected/"
Unit = Literal["years", "months", "weeks", "days"]
Counted = Literal["birthday", "day_before"]
SCHEDULE_COLUMNS = ("id", "title", "unit", "from", "until", "counted", "source", "basis", "note")
"""Columns of a schedule with a meaning of their own; every other one is an item of the record that must be absent."""
_DAY = timedelta(days=1)


class AgeWindow(Spec):
    """Who has reached ``from`` and not yet ``until``, in ``unit`` on the campaign's day."""

    unit: Unit
    from_: int = Field(alias="from", ge=0)
    until: int = Field(ge=1)
    counted: Counted = "birthday"

    @model_validator(mode="after")
    def _is_a_window(self) -> Self:
        if self.until <= self.from_:
            raise ValueError(f"until {self.until} is not after from {self.from_}")
        return self

    def holds(self, birth: date, day: date) -> bool:
        """Whether somebody born then is inside the window on the day."""
        return self.reached(birth, self.from_) <= day < self.reached(birth, self.until)

    def reached(self, birth: date, age: int) -> date:
        """The first day on which somebody born then has the age."""
        day = age_day(birth, self.unit, age)
        return day - _DAY if self.counted == "day_before" and age else day


class DateWindow(Spec):
    """The item's day lies between the campaign's day plus ``from_days`` and plus ``until_days``, both included."""

    item: str
    from_days: int
    until_days: int

    def holds(self, value: date, day: date) -> bool:
        """Whether the item's day is inside the window."""
        return day + timedelta(days=self.from_days) <= value <= day + timedelta(days=self.until_days)


class ItemValues(Spec):
    """The item has one of these texts; "" stands for an absent one. at_least, at_most: the item read as a number (absent: 0)."""

    name: str
    one_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    at_least: int | None = None
    at_most: int | None = None

    def holds(self, value: str) -> bool:
        """Whether the value is meant."""
        if (self.one_of and value not in self.one_of) or value in self.none_of:
            return False
        number = int(value or "0") if self.at_least is not None or self.at_most is not None else 0
        return (self.at_least is None or number >= self.at_least) and (self.at_most is None or number <= self.at_most)


class NoRecord(Spec):
    """The person has no record with these values in a ledger's extract."""

    source: str
    where: dict[str, str] = Field(default_factory=dict)


class Condition(Spec):
    """One condition; exactly one of its keys is given. birth_month: born in the month that lies so many months after the day's."""

    age: AgeWindow | None = None
    birth_month: int | None = Field(default=None, ge=0, le=11)
    date: DateWindow | None = None
    item: ItemValues | None = None
    no_record: NoRecord | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"a condition has one key of {', '.join(type(self).model_fields)}; it has {', '.join(given) or 'none'}")
        return self


class Variant(Spec):
    """One row of a schedule (月齢・年齢別の予定): what is due in which age, and the record that shows that it was had already."""

    id: str
    title: str
    age: AgeWindow
    lacks: NoRecord | None = None


class Schedule(Spec):
    """A CSV beside the notice with what is due at which age. records: ledger whose record makes a row done; empty for none."""

    file: str
    records: str = ""


class Audience(Spec):
    """The whole rule. source: ``residents``, a kind of copies, or ``expected/<procedure>``. person: item with the 宛名番号 concerned.

    addressee: ``self``, ``guardian`` (the first of ``guardians`` by 続柄 in the household) or an item with a 宛名番号.
    period: within which nobody gets the notice twice: month, year, fiscal_year, once, variant (each row of the schedule once), or an item.
    """

    source: str
    person: str = "atenabango"
    addressee: str = "self"
    guardians: tuple[str, ...] = ("世帯主", "妻", "夫")
    conditions: tuple[Condition, ...] = ()
    schedule: Schedule | None = None
    period: str = "once"
    variants: tuple[Variant, ...] = ()

    @property
    def ledger(self) -> str:
        """The kind of copies that it reads; empty for the others."""
        return "" if self.source == RESIDENTS or self.source.startswith(EXPECTED) else self.source


def age_day(birth: date, unit: Unit, age: int) -> date:
    """The day on which so many units are over since birth."""
    if unit in ("weeks", "days"):
        return birth + timedelta(days=age * (7 if unit == "weeks" else 1))
    months = birth.month - 1 + age * (12 if unit == "years" else 1)
    year, month = birth.year + months // 12, months % 12 + 1
    last = calendar.monthrange(year, month)[1]
    return date(year, month, birth.day) if birth.day <= last else date(year, month, last) + _DAY


def with_schedule(folder: Path, audience: Audience) -> Audience:
    """The audience with the rows of its schedule. Raises SpecError."""
    if audience.schedule is None:
        return audience
    file = folder / audience.schedule.file
    if not file.is_file():
        raise SpecError(file=folder / "notice.yaml", key="audience.schedule.file", problem=f"{file.name} is absent", allowed="a CSV there")
    rows = list(csv.DictReader(StringIO(file.read_text(encoding="utf-8"))))
    variants = tuple(_variant(file, row, audience.schedule.records) for row in rows)
    ids = [variant.id for variant in variants]
    if not ids or len(set(ids)) != len(ids):
        raise SpecError(file=file, key="id", problem="no rows, or an id stands twice")
    return audience.model_copy(update={"variants": variants})


def _variant(file: Path, row: Mapping[str, str], records: str) -> Variant:
    window = {key: row.get(key) or "" for key in ("unit", "from", "until")}
    data: dict[str, object] = {"id": row.get("id") or "", "title": row.get("title") or "", "age": window}
    if row.get("counted"):
        data["age"] = window | {"counted": row["counted"]}
    if records:
        data["lacks"] = {"source": records, "where": {key: value for key, value in row.items() if key not in SCHEDULE_COLUMNS}}
    return build_spec(file, Variant, data)


def check_audience(file: Path, audience: Audience, copies: Mapping[str, CopyKind], procedures: Sequence[str]) -> None:
    """Refuse an audience that names a source or an item which is not there. Raises SpecError."""
    if audience.ledger and audience.ledger not in copies:
        allowed = nearest(audience.source, [RESIDENTS, *copies, *(EXPECTED + name for name in procedures)])
        raise SpecError(file=file, key="audience.source", problem=f"unknown source {audience.source}", allowed=allowed)
    expected = audience.source.removeprefix(EXPECTED)
    if audience.source.startswith(EXPECTED) and expected not in procedures:
        raise SpecError(
            file=file, key="audience.source", problem=f"unknown procedure {expected}", allowed=nearest(expected, procedures)
        )
    _check_items(file, audience, copies)
    records = [condition.no_record for condition in audience.conditions] + [variant.lacks for variant in audience.variants]
    for record in (one for one in records if one is not None):
        if record.source not in copies:
            problem = f"unknown ledger {record.source}"
            raise SpecError(file=file, key="audience.no_record", problem=problem, allowed=nearest(record.source, copies))
        _know(file, "audience.no_record", record.where, copies[record.source].items)


def _check_items(file: Path, audience: Audience, copies: Mapping[str, CopyKind]) -> None:
    items = copies[audience.ledger].items if audience.ledger else {}
    named = [one.date.item for one in audience.conditions if one.date] + [one.item.name for one in audience.conditions if one.item]
    named += [audience.addressee] if audience.addressee not in ("self", "guardian") else []
    named += [audience.period] if audience.period not in ("month", "year", "fiscal_year", "once", "variant") else []
    named += [audience.person] if audience.ledger else []
    _know(file, "audience", named, items)
    if audience.period == "variant" and not audience.variants:
        raise SpecError(file=file, key="audience.period", problem="variant needs a schedule", allowed="schedule: {file: …}")


def _know(file: Path, key: str, named: Mapping[str, str] | Sequence[str], items: Mapping[str, object]) -> None:
    for name in named:
        if name not in items:
            raise SpecError(file=file, key=key, problem=f"unknown item {name}", allowed=nearest(name, items) or "none: no ledger is read")
