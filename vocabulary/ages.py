"""Ages (満年齢) and years (年度): 年齢計算ニ関スル法律, 民法143条, 地方自治法208条."""

import calendar
from datetime import date, timedelta

_DAY = timedelta(days=1)


def fiscal_year(day: date) -> int:
    """The 会計年度 of a day: 1 April to 31 March, named after the year in which it begins."""
    return day.year if day.month >= 4 else day.year - 1


def birthday_in(birth: date, year: int) -> date:
    """The day in ``year`` that answers to the birth day; 1 March for those born on 29 February, in a year without one."""
    if (birth.month, birth.day) == (2, 29) and not calendar.isleap(year):
        return date(year, 3, 1)
    return birth.replace(year=year)


def age_completed_on(birth: date, age: int) -> date:
    """The day at whose end ``age`` is completed (満了): the day before the birthday, 28 February for 29 February in a common year.

    Raises ValueError for an age below 1.
    """
    if age < 1:
        raise ValueError("an age that is completed is at least 1")
    return birthday_in(birth, birth.year + age) - _DAY


def age_on(birth: date, day: date) -> int:
    """The age during ``day``: it rises with the birthday, the moment after the age was completed. Raises ValueError before birth."""
    if day < birth:
        raise ValueError("the day lies before birth")
    return day.year - birth.year - (day < birthday_in(birth, day.year))


def school_year_end(birth: date, age: int) -> date:
    """The first 31 March on or after the day on which ``age`` is completed (…歳に達する日以後の最初の3月31日).

    With 18 the end of 高校生年代 in the allowance for children (児童手当法 3条), with 6 the last day before school.
    """
    completed = age_completed_on(birth, age)
    return date(completed.year + (completed > date(completed.year, 3, 31)), 3, 31)


def age_class(birth: date, fiscal: int) -> int:
    """The age class in 保育 (クラス年齢) for a fiscal year: the age on its 1 April, 0 for a child born later.

    Whoever was born from 2 April to 1 April of the next year shares a class.
    """
    first_day = date(fiscal, 4, 1)
    return age_on(birth, first_day) if birth <= first_day else 0
