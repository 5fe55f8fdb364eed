"""Comparing two sides of exchanges gives what a plain comparison of dictionaries gives; the period of keeping is the law's."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.exchange.matching import Block, compare_sides
from pipeline.exchange.retention import keep_until, kept_since
from pipeline.exchange.spans import Span, known_until, pieces

KEYS = st.integers(0, 60) | st.integers(0, 10**18 - 1)
SIDE = st.dictionaries(KEYS, st.integers(0, 3) | st.integers(0, 2**64 - 1), max_size=80)
DAYS = st.dates(date(2016, 1, 1), date(2060, 12, 31))


def blocks(side: Mapping[int, int], size: int) -> Iterator[Block]:
    rows = list(side.items())
    for start in range(0, len(rows), size):
        keys, facts = zip(*rows[start : start + size], strict=True)
        yield np.array(keys, dtype=np.uint64), np.array(facts, dtype=np.uint64)


@settings(max_examples=100, deadline=None)
@given(there=SIDE, here=SIDE, common=SIDE, size=st.integers(1, 90))
def test_both_sides_compare_as_dictionaries_do(there: dict[int, int], here: dict[int, int], common: dict[int, int], size: int) -> None:
    there, here = {**there, **common}, {**common, **here}
    found = compare_sides(blocks(there, size), blocks(here, size + 1))
    assert found.only_there.tolist() == sorted(there.keys() - here.keys())
    assert found.only_here.tolist() == sorted(here.keys() - there.keys())
    assert found.differing.tolist() == sorted(key for key in there.keys() & here.keys() if there[key] != here[key])
    assert found.equal == len(there.items() & here.items())


def test_a_record_that_a_side_has_twice_counts_once() -> None:
    twice = [block for _ in range(2) for block in blocks({1: 5, 2: 6}, 2)]
    found = compare_sides(twice, blocks({1: 5}, 1))
    assert (found.equal, found.only_there.tolist(), found.only_here.tolist()) == (1, [2], [])


@settings(max_examples=100, deadline=None)
@given(day=DAYS)
def test_a_record_is_kept_to_the_end_of_its_seventh_year_and_no_day_less(day: date) -> None:
    last = keep_until(day)
    assert last.year == day.year + 7
    assert (last.month, last.day) == (day.month, day.day) or {day.month, last.month} == {2}
    assert kept_since(last) <= day
    assert kept_since(last + timedelta(days=1)) > day


@settings(max_examples=100, deadline=None)
@given(day=DAYS, ahead=st.integers(1, 800))
def test_a_younger_record_is_never_deleted_before_an_older_one(day: date, ahead: int) -> None:
    assert keep_until(day) <= keep_until(day + timedelta(days=ahead))
    assert kept_since(day) <= kept_since(day + timedelta(days=ahead))


@pytest.mark.parametrize(
    ("day", "last"),
    [("2019-11-23", "2026-11-23"), ("2020-02-28", "2027-02-28"), ("2020-02-29", "2027-02-28"), ("2021-02-28", "2028-02-29"),
     ("2020-12-31", "2027-12-31")],
)  # fmt: skip
def test_leap_days_end_as_the_civil_code_says(day: str, last: str) -> None:
    assert keep_until(date.fromisoformat(day)).isoformat() == last


@settings(max_examples=100, deadline=None)
@given(first=DAYS, days=st.integers(0, 3000), longest=st.integers(1, 400))
def test_pieces_cover_every_day_once(first: date, days: int, longest: int) -> None:
    found = [
        start + timedelta(days=ahead)
        for start, end in pieces(first, first + timedelta(days=days), longest)
        for ahead in range((end - start).days + 1)
    ]
    assert found == [first + timedelta(days=ahead) for ahead in range(days + 1)]


def test_a_day_that_nobody_asked_for_holds_up_those_after_it() -> None:
    since = date(2026, 11, 1)
    spans = [Span(since, date(2026, 11, 10), date(2026, 11, 20)), Span(date(2026, 11, 12), date(2026, 11, 20), date(2026, 11, 24))]
    assert known_until(spans, since, after_days=3) == date(2026, 11, 10)
    more = [*spans, Span(date(2026, 11, 11), date(2026, 11, 24), date(2026, 11, 24))]
    assert known_until(more, since, after_days=3) == date(2026, 11, 21)
    assert known_until([], since, after_days=3) == date(2026, 10, 31)
