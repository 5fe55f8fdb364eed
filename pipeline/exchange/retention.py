"""How long records of exchange are kept (保存期間): seven years (番号法施行令30条).

The period is counted from the day after the record's (民法140条・143条).
"""

from datetime import date, timedelta

YEARS = 7
_DAY = timedelta(days=1)


def keep_until(day: date) -> date:
    """The last day on which a record of ``day`` must still be there.

    The period begins on the day after; it ends with the day before the day that answers to its first, or where that year has no such day
    with the last day of the month.
    """
    first = day + _DAY
    try:
        return first.replace(year=first.year + YEARS) - _DAY
    except ValueError:
        return first.replace(year=first.year + YEARS, day=28)


def kept_since(today: date) -> date:
    """The oldest day whose records must still be there: everything before it may be deleted."""
    day = today - timedelta(days=YEARS * 366)
    while keep_until(day) < today:
        day += _DAY
    return day
