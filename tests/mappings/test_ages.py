from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.ages import age_day, in_window
from mappings.audience import age_mark

BIRTHS = st.dates(date(1950, 1, 1), date(2026, 11, 24))
MONTHS = st.integers(1, 240)


@pytest.mark.parametrize(
    ("birth", "age", "day"),
    [
        ("2024-02-29", "1y", "2025-03-01"),
        ("2024-02-29", "4y", "2028-02-29"),
        ("2024-02-29", "12m", "2025-03-01"),
        ("2026-01-31", "1m", "2026-03-01"),
        ("2026-08-31", "1m", "2026-10-01"),
        ("2025-05-24", "18m", "2026-11-24"),
        ("2026-10-13", "6w", "2026-11-24"),
        ("2023-11-24", "3y", "2026-11-24"),
    ],
)
def test_an_age_is_reached_on_the_corresponding_day_or_the_first_of_the_next_month(birth: str, age: str, day: str) -> None:
    assert age_day(date.fromisoformat(birth), age_mark(age)).isoformat() == day


@given(BIRTHS, MONTHS, MONTHS, st.integers(-40, 40))
@settings(max_examples=100, deadline=None)
def test_nobody_outside_the_window_is_inside_it(birth: date, first: int, width: int, shift: int) -> None:
    since, until = f"{first}m", f"{first + width}m"
    begin, end = age_day(birth, age_mark(since)), age_day(birth, age_mark(until))
    assert begin < end
    for border in (begin, end):
        day = border + timedelta(days=shift)
        assert in_window(birth, day, since=since, until=until) == (begin <= day < end)
    assert in_window(birth, begin, since=since, until=until)
    assert not in_window(birth, begin - timedelta(days=1), since=since, until=until)
    assert in_window(birth, end - timedelta(days=1), since=since, until=until)
    assert not in_window(birth, end, since=since, until=until)


@given(BIRTHS, MONTHS)
@settings(max_examples=100, deadline=None)
def test_ages_are_reached_in_their_order(birth: date, months: int) -> None:
    assert birth < age_day(birth, age_mark(f"{months}m")) < age_day(birth, age_mark(f"{months + 1}m"))
