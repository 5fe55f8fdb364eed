"""Ages on the borders where one day decides about a year of an allowance or of school."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocabulary import ages

quick = settings(max_examples=100, deadline=None)
births = st.dates(date(1900, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("birth", "age", "completed", "school_end"),
    [
        (date(2008, 4, 1), 18, date(2026, 3, 31), date(2026, 3, 31)),
        (date(2008, 4, 2), 18, date(2026, 4, 1), date(2027, 3, 31)),
        (date(2004, 2, 29), 18, date(2022, 2, 28), date(2022, 3, 31)),
        (date(2020, 4, 1), 6, date(2026, 3, 31), date(2026, 3, 31)),
        (date(2020, 4, 2), 6, date(2026, 4, 1), date(2027, 3, 31)),
        (date(2004, 2, 29), 20, date(2024, 2, 28), date(2024, 3, 31)),
        (date(2008, 1, 1), 18, date(2025, 12, 31), date(2026, 3, 31)),
    ],
)
def test_known_births_complete_their_age_and_school_year(birth: date, age: int, completed: date, school_end: date) -> None:
    assert ages.age_completed_on(birth, age) == completed
    assert ages.school_year_end(birth, age) == school_end


@quick
@given(births, st.integers(1, 110))
def test_the_age_rises_on_the_day_after_it_is_completed(birth: date, age: int) -> None:
    completed = ages.age_completed_on(birth, age)
    assert ages.age_on(birth, completed) == age - 1
    assert ages.age_on(birth, completed + timedelta(days=1)) == age


@quick
@given(births, st.integers(1, 30))
def test_the_school_year_ends_within_a_year_of_the_completed_age(birth: date, age: int) -> None:
    end = ages.school_year_end(birth, age)
    assert (end.month, end.day) == (3, 31)
    assert timedelta(0) <= end - ages.age_completed_on(birth, age) < timedelta(days=366)


@quick
@given(births)
def test_children_of_one_class_leave_school_age_together(birth: date) -> None:
    fiscal = ages.school_year_end(birth, 6).year
    assert ages.age_class(birth, fiscal) == 6
    assert ages.age_class(birth, fiscal - 3) == 3


def test_classes_part_between_the_first_and_second_of_april() -> None:
    assert ages.age_class(date(2020, 4, 1), 2023) == ages.age_class(date(2019, 4, 2), 2023) == 3
    assert ages.age_class(date(2020, 4, 2), 2023) == 2
    assert ages.age_class(date(2023, 6, 1), 2023) == 0


def test_the_fiscal_year_turns_on_the_first_of_april() -> None:
    assert ages.fiscal_year(date(2026, 3, 31)) == 2025
    assert ages.fiscal_year(date(2026, 4, 1)) == 2026


def test_no_age_before_birth() -> None:
    with pytest.raises(ValueError, match="before birth"):
        ages.age_on(date(2026, 1, 2), date(2026, 1, 1))
    with pytest.raises(ValueError, match="at least 1"):
        ages.age_completed_on(date(2026, 1, 2), 0)
