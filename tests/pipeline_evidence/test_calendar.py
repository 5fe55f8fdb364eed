"""Opening days around holidays and the turn of the year."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.calendar import OpeningDays

DAYS = OpeningDays()


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        (date(2026, 11, 20), True),
        (date(2026, 11, 21), False),
        (date(2026, 11, 22), False),
        (date(2026, 11, 23), False),  # 勤労感謝の日
        (date(2026, 11, 24), True),
        (date(2026, 5, 6), False),  # 振替休日
        (date(2026, 9, 22), False),  # 国民の休日
        (date(2026, 12, 28), True),
        (date(2026, 12, 29), False),
        (date(2027, 1, 3), False),
        (date(2027, 1, 4), True),
    ],
)
def test_counters_are_open_on_working_days_only(day: date, is_open: bool) -> None:
    assert DAYS.is_open(day) is is_open


def test_a_municipality_closes_on_its_own_days_too() -> None:
    day = date(2026, 6, 23)  # 慰霊の日, a day of Okinawa
    assert DAYS.is_open(day)
    assert OpeningDays(frozenset({day})).next_open(day) == date(2026, 6, 24)


def test_a_term_that_ends_on_a_closed_day_moves_on() -> None:
    assert DAYS.next_open(date(2026, 11, 21)) == date(2026, 11, 24)
    assert DAYS.next_open(date(2026, 11, 24)) == date(2026, 11, 24)
    assert DAYS.next_open(date(2026, 12, 29)) == date(2027, 1, 4)


def test_open_days_are_counted_without_the_first_day() -> None:
    assert DAYS.add_open_days(date(2026, 11, 20), 1) == date(2026, 11, 24)
    assert DAYS.add_open_days(date(2026, 12, 28), 2) == date(2027, 1, 5)
    with pytest.raises(ValueError, match="0 open days"):
        DAYS.add_open_days(date(2026, 11, 20), 0)


@settings(max_examples=60, deadline=None)
@given(day=st.dates(date(2020, 1, 1), date(2035, 12, 31)), count=st.integers(1, 30))
def test_the_counted_days_are_open_and_as_many_as_asked(day: date, count: int) -> None:
    end = DAYS.add_open_days(day, count)
    between = [day + timedelta(days=step) for step in range(1, (end - day).days + 1)]
    assert sum(DAYS.is_open(each) for each in between) == count
    assert DAYS.next_open(end) == end
