"""Transforms over whole columns (列ごとの変換): the same for every value as value by value, whether a column repeats itself or not."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.column_characters import full_column
from mappings.column_days import plain_days
from mappings.records import Column
from mappings.repetition import distinct
from mappings.transforms import Changed, apply_steps, bind
from vocabulary.dates import read_date
from vocabulary.widths import to_full, to_half_ascii

FAST = settings(max_examples=100, deadline=None)
SIGNS = st.sampled_from("ｶﾞﾊﾟｳﾞﾜｦか゛゜ﾞﾟ12-（）〒 　\u2009\x1c−‐ーｰ0９ａ𠮷葛\U000e0100\ud800\0")
TEXTS = st.text(SIGNS | st.characters(exclude_categories=()), max_size=10)
COLUMNS = st.builds(lambda column, times: column * times, st.lists(st.one_of(TEXTS, st.none()), max_size=8), st.integers(1, 4))
HYPHENS = r"[-‐‑–—―−－ー\s]"
PATTERNS = {
    "postal": (r"[0-9]{7}", HYPHENS + "|^〒"),
    "phone": (r"0[0-9]{9,10}", HYPHENS + "|[()（）]"),
    "month": (r"[12][0-9]{3}-(0[1-9]|1[0-2])", r"\s"),
    "zero_fill:9": (r"[0-9]{1,15}", r"\s"),
}


def run(column: Column, *steps: str) -> Changed:
    """The steps over a column."""
    return apply_steps([bind(step, codelists={}, day="2026-11-24") for step in steps], [column])


@FAST
@given(COLUMNS)
def test_full_width_of_a_column_is_that_of_each_text(column: Column) -> None:
    assert full_column(column) == [None if text is None else to_full(text) for text in column]


def test_full_width_knows_every_character_that_the_text_transform_knows() -> None:
    every = [chr(point) for point in range(0x30000)]
    assert full_column(list(every)) == list(map(to_full, every))


@FAST
@given(COLUMNS)
def test_a_chain_over_a_column_is_the_chain_over_each_value(column: Column) -> None:
    changed = run(column, "trim", "one_line", "full_width")
    alone = [run([value], "trim", "one_line", "full_width").values[0] for value in column]
    by_hand = [to_full("\u3000".join(value.strip().splitlines())) if value and value.strip() else None for value in column]
    assert changed.values == alone == by_hand
    assert changed.refused == {}


NUMBERS = st.text(st.sampled_from("0123456789０９-－ー() （）〒\u3000\u2009"), max_size=12)
WRITTEN = st.sampled_from(["〒900-0015", "9000015", " 〒9000015", "098-861-1111", "（098）861 1111", "2026-07", "２０２６-０７", "1２3"])


@pytest.mark.parametrize("step", PATTERNS)
@FAST
@given(st.lists(st.one_of(WRITTEN, NUMBERS, TEXTS), min_size=1, max_size=5), st.integers(1, 3))
def test_numbers_written_in_groups_are_read_as_by_the_plain_rule(step: str, values: list[str], times: int) -> None:
    pattern, dropped = PATTERNS[step]
    changed = run([*values] * times, step)
    for row, value in enumerate(values * times):
        plain = re.sub(dropped, "", to_half_ascii(value))
        good = bool(re.fullmatch(pattern, plain)) and (step != "zero_fill:9" or len(plain) <= 9)
        assert changed.values[row] == ((plain.zfill(9) if step == "zero_fill:9" else plain) if good else None)
        assert changed.refused.get(row) == (None if good else "MAP_VALUE")


@pytest.mark.parametrize("size", [3, 2000])
def test_refusals_stand_by_their_rows_in_varied_and_repeated_columns(size: int) -> None:
    varied: Column = [f"{number:07d}" for number in range(size)]
    repeated: Column = ["9000015"] * size
    for column in (varied, repeated):
        column[1] = "x"
        changed = run(column, "trim", "postal")
        assert changed.refused == {1: "MAP_VALUE"}
        assert changed.values == [None if row == 1 else value for row, value in enumerate(column)]


def test_a_second_column_counts_where_it_says_something() -> None:
    birth = [bind("birth", codelists={}, day="2026-11-24")]
    assert apply_steps(birth, [["昭和40年頃", "2000-01-01"], [None, None]]) == Changed([None, "2000-01-01"], {0: "MAP_VALUE"})
    assert apply_steps(birth, [["昭和40年頃", "2000-01-01"] * 900, ["1", None] * 900]).values == ["1965-00-00", "2000-01-01"] * 900
    assert apply_steps(birth, [[], []]) == Changed([], {})


def test_a_repeating_column_is_worked_on_once_for_each_value() -> None:
    assert distinct(["b", "a"] * 500) == ["b", "a"]
    varied = [str(number) for number in range(1000)]
    assert distinct(varied) is varied
    late = ["a"] * 600 + varied
    assert distinct(late) is late


ERAS = st.sampled_from(["明治", "大正", "昭和", "平成", "令和", "慶応"])
PARTS = st.tuples(st.integers(0, 111), st.integers(0, 13), st.integers(0, 32))
DAYS = st.one_of(
    st.builds(lambda era, part: f"{era}{part[0]}年{part[1]}月{part[2]}日", ERAS, PARTS),
    st.builds(lambda year, part: f"{year:04d}-{part[1]:02d}-{part[2]:02d}", st.integers(0, 9999), PARTS),
    st.sampled_from(["9999-12-31", "1926-12-25", "大正15年12月25日", "昭和64年1月8日", "2024-02-29", "1900-02-29", "日"]),
)


@FAST
@given(st.lists(st.one_of(DAYS, TEXTS, st.none()), max_size=20))
def test_days_of_a_column_are_read_by_the_rule_of_a_single_day(column: Column) -> None:
    found = [read_date(text) if text else None for text in column]
    rule = [day.iso if day and day.exact else None for day in found]
    assert run(column, "date").values == rule
    assert all(day in {None, right} for day, right in zip(plain_days(column), rule, strict=True))


def test_every_day_in_plain_writing_is_read_at_once() -> None:
    assert plain_days(["令和8年11月24日", None, "2024-02-29", "昭和64年1月7日"]) == ["2026-11-24", None, "2024-02-29", "1989-01-07"]
