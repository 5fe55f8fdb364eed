from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from validation.checks import ItemCheck, Rule, SuiteError, SuiteSpec, Table, When, count_children
from validation.day_rules import is_date
from validation.rules import verdict_columns

MY_NUMBER = "123456789018"
ATENA = "000000000000019"


def verdicts(
    kind: str,
    columns: dict[str, list[str | None]],
    *,
    items: tuple[str, ...] | None = None,
    when: tuple[When, ...] = (),
    **params: str | frozenset[str],
) -> list[bool]:
    rows = len(next(iter(columns.values())))
    table = Table(list(range(rows)), columns)
    rule = Rule("r", kind, items or tuple(columns), "CHECK_REQUIRED", params, when)
    (column,) = verdict_columns(SuiteSpec("s", "1", (), (rule,)), table)
    return column.passed


def test_required_if_asks_only_rows_that_meet_the_condition() -> None:
    columns: dict[str, list[str | None]] = {"haigusha": ["1", "1", "2"], "haigusha_shimei": ["髙橋", None, None]}
    condition = (When("haigusha", frozenset("1")),)
    assert verdicts("required_if", columns, items=("haigusha_shimei",), when=condition) == [True, False, True]


def test_a_condition_without_values_means_any_value() -> None:
    columns: dict[str, list[str | None]] = {"tel": ["098", "", None], "memo": [None, None, None]}
    assert verdicts("required_if", columns, items=("memo",), when=(When("tel"),)) == [False, True, True]


def test_one_of_needs_at_least_one_value() -> None:
    assert verdicts("one_of", {"a": ["1", None, ""], "b": [None, "2", None]}) == [True, True, False]


def test_in_list_does_not_judge_absent_values() -> None:
    assert verdicts("in_list", {"a": ["1", "3", None]}, values=frozenset("12")) == [True, False, True]


def test_equals_compares_items_with_one_another_or_with_a_value() -> None:
    assert verdicts("equals", {"a": ["1", "1", None], "b": ["1", "2", "2"]}) == [True, False, True]
    assert verdicts("equals", {"a": ["1", "2", None]}, value="1") == [True, False, True]


def test_not_equals_compares_items_with_one_another_or_with_a_value() -> None:
    assert verdicts("not_equals", {"a": ["1", "1", None], "b": ["1", "2", "2"]}) == [False, True, True]
    assert verdicts("not_equals", {"a": ["1", "2", None]}, value="2") == [True, False, True]


def test_not_after_counts_open_dates_and_leaves_unknown_ones_unjudged() -> None:
    early: list[str | None] = ["2026-04-01", "2026-04-02", "0000-01-01", "9999-12-31", "1965-00-00", None, "昭和40年"]
    late: list[str | None] = ["2026-04-01", "2026-04-01", "2026-04-01", "2026-04-01", "1900-01-01", "1900-01-01", "1900-01-01"]
    assert verdicts("not_after", {"early": early, "late": late}) == [True, False, True, False, True, True, True]


@settings(max_examples=50, deadline=None)
@given(st.dates(), st.dates())
def test_not_after_agrees_with_the_calendar(first: Any, second: Any) -> None:
    assert verdicts("not_after", {"a": [first.isoformat()], "b": [second.isoformat()]}) == [first <= second]


def test_not_after_compares_a_month_with_a_day_by_month() -> None:
    early: list[str | None] = ["2026-11-24", "2026-12-01", "2026-12", "2027-01", "2026-12-31", "2026-13", None]
    late: list[str | None] = ["2026-12", "2026-11", "2026-12-01", "2026-12", "2026-12", "2026-12", "2026-12"]
    assert verdicts("not_after", {"early": early, "late": late}) == [True, False, True, False, True, True, True]


@settings(max_examples=50, deadline=None)
@given(st.dates(), st.integers(0, 11))
def test_the_month_of_a_day_and_of_its_month_are_judged_alike(day: Any, other: int) -> None:
    values = frozenset({f"{other + 1:02}"})
    judged = [verdicts("month_in", {"a": [text]}, values=values) for text in (day.isoformat(), day.isoformat()[:7])]
    assert judged == [[day.month == other + 1]] * 2


def test_month_in_leaves_to_the_type_check_what_is_no_month() -> None:
    assert verdicts("month_in", {"a": ["2026-13", "2026", None, "2026-03"]}, values=frozenset({"02"})) == [True, True, True, False]


def test_between_bounds_a_number_and_passes_what_is_none() -> None:
    column: list[str | None] = ["0", "1", "0002000000", "2000001", None, "百", "１２"]
    assert verdicts("between", {"a": column}, least="1", most="2000000") == [False, True, True, False, True, True, True]


def test_absent_if_forbids_every_item_where_the_condition_holds() -> None:
    columns: dict[str, list[str | None]] = {"kubun": ["2", "2", "1", "2"], "gaku": [None, "1", "1", None], "kubun2": [None, None, "1", "1"]}
    judged = verdicts("absent_if", columns, items=("gaku", "kubun2"), when=(When("kubun", frozenset({"2"})),))
    assert judged == [True, False, True, False]


@settings(max_examples=100, deadline=None)
@given(st.dates(date(1990, 1, 1), date(2030, 12, 31)), st.integers(0, 9000))
def test_an_age_is_the_number_of_birthdays_that_have_come(birth: date, later: int) -> None:
    day = birth + timedelta(days=later)
    column: dict[str, list[str | None]] = {"birth": [birth.isoformat()], "day": [day.isoformat()]}
    fitting = [age for age in range(30) if verdicts("age_at", column, least=str(age), most=str(age)) == [True]]
    birthdays = [(year, birth.month, birth.day) for year in range(birth.year + 1, day.year + 1)]
    assert fitting == [sum(birthday <= (day.year, day.month, day.day) for birthday in birthdays)]


@settings(max_examples=100, deadline=None)
@given(st.dates(date(2000, 1, 1), date(2020, 12, 31)))
def test_the_last_day_of_the_allowance_is_the_31_march_of_a_school_class(birth: date) -> None:
    # Whoever is born from 2 April to 1 April of the next year shares the class.
    last = date(birth.year + 18 + ((birth.month, birth.day) > (4, 1)), 3, 31)
    columns: dict[str, list[str | None]] = {
        "birth": [birth.isoformat()] * 2,
        "day": [last.isoformat(), (last + timedelta(days=1)).isoformat()],
    }
    assert verdicts("school_year", columns, least="0", most="18") == [True, False]
    assert verdicts("school_year", columns, least="18", most="22") == [False, True]


@settings(max_examples=50, deadline=None)
@given(st.dates(date(1990, 1, 1), date(2090, 12, 31)))
def test_a_fiscal_year_begins_in_april(day: date) -> None:
    years: list[str | None] = [str(day.year), str(day.year - 1)]
    judged = verdicts("fiscal_year", {"nendo": years, "day": [day.isoformat()] * 2})
    assert judged == [day.month >= 4, day.month < 4]


@settings(max_examples=50, deadline=None)
@given(st.dates(date(1990, 1, 1), date(2090, 12, 31)), st.integers(-40, 40))
def test_days_between_counts_days(day: date, later: int) -> None:
    columns: dict[str, list[str | None]] = {"a": [day.isoformat()], "b": [(day + timedelta(days=later)).isoformat()]}
    assert verdicts("days_between", columns, least="0", most="15") == [0 <= later <= 15]


@pytest.mark.parametrize("kind", ["age_at", "school_year", "days_between"])
def test_rules_about_two_days_do_not_judge_what_is_not_known(kind: str) -> None:
    columns: dict[str, list[str | None]] = {"a": ["2001-00-00", None, "9999-12-31", "平成"], "b": ["2026-11-24"] * 4}
    assert verdicts(kind, columns, least="1", most="2") == [True] * 4


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        ("school_year", ("9990-01-01", "2026-11-24"), False),
        ("school_year", ("2020-01-01", "9995-01-01"), False),
        ("age_at", ("9990-02-28", "9999-12-30"), False),
        ("fiscal_year", ("2026", "0000-01-01"), True),
        ("fiscal_year", ("9" * 5_000, "2026-11-24"), True),
        ("between", ("9" * 5_000, "1"), False),
    ],
)
def test_a_value_beyond_calendar_or_number_fails_its_own_row_and_not_the_suite(kind: str, values: tuple[str, str], expected: bool) -> None:
    columns: dict[str, list[str | None]] = {"a": [values[0]], "b": [values[1]]}
    assert verdicts(kind, columns, least="1", most="18") == [expected]


def test_kana_are_compared_as_they_are_read() -> None:
    columns: dict[str, list[str | None]] = {"a": ["ﾐﾔｷﾞ ｼﾞﾕﾝｺ", "ﾐﾔｷﾞ ﾀﾛｳ", None], "b": ["ミヤギ　ジュンコ", "ミヤギ　ジュンコ", "ミヤギ"]}
    assert verdicts("same_kana", columns) == [True, False, True]


def test_check_digits_of_both_schemes_are_judged() -> None:
    assert verdicts("check_digit", {"a": [MY_NUMBER, "123456789012", None]}, scheme="my_number") == [True, False, True]
    assert verdicts("check_digit", {"a": [ATENA, "000000000000012"]}, scheme="atena") == [True, False]


def test_kana_knows_both_widths() -> None:
    assert verdicts("kana", {"a": ["タカハシ　ハナコ", "ﾀｶﾊｼ", "髙橋", "タカハシ\n"]}, width="full") == [True, False, False, False]
    assert verdicts("kana", {"a": ["ﾀｶﾊｼ ﾊﾅｺ", "タカハシ"]}, width="half") == [True, False]


def test_encodable_finds_characters_that_the_receiver_lacks() -> None:
    assert verdicts("encodable", {"a": ["髙﨑", "𠮷野", None]}, encoding="cp932") == [True, False, True]


def test_length_counts_characters() -> None:
    assert verdicts("length", {"a": ["1", "123", "1234", None]}, least="2", most="3") == [False, True, False, True]


@pytest.mark.parametrize(("most", "expected"), [("0", [False, True, True]), ("1", [False, True, False])])
def test_children_adds_up_the_groups_it_names(most: str, expected: list[bool]) -> None:
    table = Table([1, 2, 3], {}, {"jido": [0, 1, 0], "daigakusei": [0, 0, 2]})
    rule = Rule("r", "children", ("jido", "daigakusei"), "CHECK_REQUIRED", {"least": "1", "most": most})
    (column,) = verdict_columns(SuiteSpec("s", "1", (), (rule,)), table)
    assert column.passed == expected


def test_children_are_counted_for_each_parent_row() -> None:
    assert count_children([7, 8, 9], Table([9, 7, 9], {})) == [1, 0, 2]


@pytest.mark.parametrize(
    ("value", "unknown", "expected"),
    [
        ("2024-02-29", False, True),
        ("2026-02-29", False, False),
        ("0000-01-01", False, True),
        ("9999-12-31", False, True),
        ("1965-00-00", False, False),
        ("1965-00-00", True, True),
        ("1965-13-00", True, False),
        ("1965-02-00", True, True),
        ("2026-4-1", False, False),
        ("2026-04-01\n", False, False),
        ("２０２６-04-01", False, False),
    ],
)
def test_dates_are_days_of_the_calendar_or_declared_exceptions(value: str, unknown: bool, expected: bool) -> None:
    assert is_date(value, unknown=unknown) is expected


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        ("in_list", {}),
        ("in_list", {"values": "12"}),
        ("not_after", {}),
        ("month_in", {}),
        ("between", {"least": "1"}),
        ("check_digit", {"scheme": "other"}),
        ("kana", {}),
        ("encodable", {}),
        ("no_such_kind", {}),
    ],
)
def test_a_rule_that_is_wrong_in_itself_is_refused(kind: str, params: dict[str, str]) -> None:
    rule = Rule("r", kind, ("a",), "CHECK_CODE", params)
    with pytest.raises(SuiteError):
        list(verdict_columns(SuiteSpec("s", "1", (), (rule,)), Table([1], {"a": ["1"]})))


def test_names_stand_once_and_columns_have_one_value_a_row() -> None:
    with pytest.raises(SuiteError, match="stands twice"):
        SuiteSpec("s", "1", (ItemCheck("a", "X"), ItemCheck("a", "9")))
    with pytest.raises(SuiteError, match="2 values for 1 rows"):
        Table([1], {"a": ["1", "2"]})
    with pytest.raises(SuiteError, match="none of"):
        ItemCheck("a", "BLOB")  # type: ignore[arg-type]  # a type that the definitions lack is what is tested
