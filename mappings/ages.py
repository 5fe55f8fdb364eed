"""Ages (月齢・年齢) on a day, by 民法第143条: without a corresponding day an age is reached on the first of the next month."""

import calendar
from datetime import date, timedelta

from mappings.audience import AgeMark, age_mark

_WEEK = 7
_DAY = timedelta(days=1)


def age_day(birth: date, age: AgeMark) -> date:
    """The first day on which somebody born then has the age: the birthday, in common speech and on every notice."""
    if age.unit == "w":
        return birth + timedelta(days=age.count * _WEEK)
    months = birth.month - 1 + age.count * (12 if age.unit == "y" else 1)
    year, month = birth.year + months // 12, months % 12 + 1
    last = calendar.monthrange(year, month)[1]
    return date(year, month, birth.day) if birth.day <= last else date(year, month, last) + _DAY


def in_window(birth: date, day: date, *, since: AgeMark | str, until: AgeMark | str) -> bool:
    """Whether ``since`` is reached on the day and ``until`` is not yet. Ages as marks or as ``18m``."""
    first, last = (age_mark(age) if isinstance(age, str) else age for age in (since, until))
    return age_day(birth, first) <= day < age_day(birth, last)
