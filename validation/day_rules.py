"""Kinds of rules about days (日付の検査): order, month, age (満年齢), school year (年度末), fiscal year (年度), days between two."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from validation.checks import Rule, SuiteError
from vocabulary import ages

OPEN_START: Final = "0000-01-01"
OPEN_END: Final = "9999-12-31"
DATE_SHAPE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
YEAR_SHAPE: Final = re.compile(r"[0-9]{4}")
MONTH_SHAPE: Final = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")

LAST_YEAR: Final = 9000
"""A later one is a typing error that no rule lets pass; ages counted from there would leave the calendar and break the whole suite."""

Values = tuple[str, ...]
Judge = Callable[[Values], bool]


def is_date(value: str, *, unknown: bool = False) -> bool:
    """Whether ``YYYY-MM-DD`` is a day of the calendar or an open date; with ``unknown`` month and day may be 00 (不詳)."""
    if DATE_SHAPE.fullmatch(value) is None:
        return False
    if value in (OPEN_START, OPEN_END):
        return True
    year, month, day = (int(part) for part in value.split("-"))
    if unknown and day == 0:
        return month <= 12
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def is_month(value: str) -> bool:
    """Whether ``YYYY-MM`` is a month."""
    return MONTH_SHAPE.fullmatch(value) is not None


def _not_after(rule: Rule) -> Judge:
    if len(rule.items) != 2:
        raise SuiteError(f"{rule.id}: not_after needs two items, the earlier and the later")

    def judge(values: Values) -> bool:
        shared = min(map(len, values))
        return not all(is_date(value) or is_month(value) for value in values) or values[0][:shared] <= values[1][:shared]

    return judge


def _month_in(rule: Rule) -> Judge:
    months = rule.params.get("values", frozenset())
    if isinstance(months, str) or not months:
        raise SuiteError(f"{rule.id}: month_in needs the parameter values, a set of months 01 to 12")
    return lambda values: all(value[5:7] in months for value in values if is_date(value) or is_month(value))


def _day(value: str) -> date | None:
    """The day; None where it is absent, open, 不詳 or no day."""
    return date.fromisoformat(value) if is_date(value) and value not in (OPEN_START, OPEN_END) else None


def _days(values: Values) -> tuple[date, date] | None:
    """The two days, None where one of them is not known."""
    first, second = map(_day, values)
    return (first, second) if first and second else None


def _of_two_days(judge: Callable[[Rule], Callable[[date, date], bool]]) -> Callable[[Rule], Judge]:
    """A kind that judges two days, and passes rows where one is not known."""

    def build(rule: Rule) -> Judge:
        if len(rule.items) != 2:
            raise SuiteError(f"{rule.id}: {rule.kind} needs two items, each a day")
        wanted = judge(rule)

        def verdict(values: Values) -> bool:
            days = _days(values)
            return days is None or (max(days).year <= LAST_YEAR and wanted(*days))

        return verdict

    return build


def _age_at(rule: Rule) -> Callable[[date, date], bool]:
    least, most = int(rule.parameter("least")), int(rule.parameter("most"))
    # Who is not born yet on the day has the dates in the wrong order, which not_after finds.
    return lambda birth, day: day < birth or least <= ages.age_on(birth, day) <= most


def _school_year(rule: Rule) -> Callable[[date, date], bool]:
    least, most = int(rule.parameter("least")), int(rule.parameter("most"))
    return lambda birth, day: (not least or day > ages.school_year_end(birth, least)) and day <= ages.school_year_end(birth, most)


def _days_between(rule: Rule) -> Callable[[date, date], bool]:
    least, most = int(rule.parameter("least")), int(rule.parameter("most"))
    return lambda first, second: least <= (second - first).days <= most


def _fiscal_year(rule: Rule) -> Judge:
    if len(rule.items) != 2:
        raise SuiteError(f"{rule.id}: fiscal_year needs two items, the year and a day")

    def verdict(values: Values) -> bool:
        day = _day(values[1])
        return day is None or YEAR_SHAPE.fullmatch(values[0]) is None or int(values[0]) == ages.fiscal_year(day)

    return verdict


DAY_KINDS: Final[Mapping[str, Callable[[Rule], Judge]]] = MappingProxyType(
    {
        "not_after": _not_after,
        "month_in": _month_in,
        "age_at": _of_two_days(_age_at),
        "school_year": _of_two_days(_school_year),
        "days_between": _of_two_days(_days_between),
        "fiscal_year": _fiscal_year,
    }
)
"""What each means stands beside ``validation.rules.KINDS``."""
