"""Transforms: what they make of values, and that a refusal names the row and never invents a value."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.codelists import Code, CodeList
from mappings.transforms import TRANSFORMS, bind

CODES = (Code("01", "出生", "様式", "0000-01-01", "9999-12-31"), Code("09", "DV", "様式", "2027-01-01", "9999-12-31"))
LISTS = {"jiyu": CodeList("jiyu", CODES)}
FAST = settings(max_examples=100, deadline=None)


def one(step: str, *values: str | None) -> str | None:
    """The value of a single row, or ``!CODE`` when it is refused."""
    changed = bind(step, codelists=LISTS, day="2026-11-24").apply([[value] for value in values])
    return f"!{changed.refused[0]}" if changed.refused else changed.values[0]


@pytest.mark.parametrize(
    ("step", "value", "expected"),
    [
        ("trim", "　 那覇　太郎 \n", "那覇　太郎"),
        ("trim", " 　", None),
        ("one_line", "一\n二\r\n三", "一　二　三"),
        ("full_width", "ﾊﾟﾋﾟ 1-2(A)", "パピ　１－２（Ａ）"),
        ("full_width", "髙﨑𠮷葛󠄀", "髙﨑𠮷葛󠄀"),
        ("holder_kana", "タカラ　サキコ", "ﾀｶﾗ ｻｷｺ"),
        ("holder_kana", "ｼﾞｬﾊﾟﾝ", "ｼﾞﾔﾊﾟﾝ"),
        ("holder_kana", "高良", "!MAP_VALUE"),
        ("date", "令和元年5月1日", "2019-05-01"),
        ("date", "2026-11-24", "2026-11-24"),
        ("date", "令和8年2月30日", "!MAP_VALUE"),
        ("date", "平成31年5月1日", "!MAP_VALUE"),
        ("date", "昭和40年頃", "!MAP_VALUE"),
        ("date", "9999-12-31", "!MAP_VALUE"),
        ("postal", "〒900-0006", "9000006"),
        ("postal", "９００－０００６", "9000006"),
        ("postal", "90006", "!MAP_VALUE"),
        ("phone", "098（867）0111", "0988670111"),
        ("phone", "+81988670111", "!MAP_VALUE"),
        ("month", "2026-08", "2026-08"),
        ("month", "2026-13", "!MAP_VALUE"),
        ("number", "009", "9"),
        ("number", "９", "9"),
        ("number", "-1", "!MAP_VALUE"),
        ("flag", "1", "1"),
        ("flag", "2", "0"),
        ("flag", "有", "!MAP_VALUE"),
        ("zero_fill:4", "9", "0009"),
        ("zero_fill:4", "12345", "!MAP_VALUE"),
        ("code:jiyu", "01", "01"),
        ("code:jiyu", "1", "!MAP_CODE"),
        ("code:jiyu", "09", "!MAP_CODE"),
    ],
)
def test_a_transform_gives_the_value_or_refuses_it(step: str, value: str, expected: str | None) -> None:
    assert one(step, value) == expected


@pytest.mark.parametrize(
    ("value", "unknown", "birth", "text"),
    [
        ("平成2年4月1日", None, "1990-04-01", None),
        ("昭和40年頃", "1", "1965-00-00", "昭和４０年頃"),
        ("戦前", "1", "0000-00-00", "戦前"),
        ("昭和40年頃", None, "!MAP_VALUE", None),
        (None, None, None, None),
    ],
)
def test_an_unknown_birth_date_needs_its_mark_and_keeps_its_text(
    value: str | None, unknown: str | None, birth: str | None, text: str | None
) -> None:
    assert one("birth", value, unknown) == birth
    assert one("date_unknown_text", value, unknown) == text


def test_refusals_carry_the_row_and_equal_values_are_refused_alike() -> None:
    changed = bind("postal", codelists={}, day="2026-11-24").apply([["9000006", "x", None, "x"]])
    assert changed.values == ["9000006", None, None, None]
    assert changed.refused == {1: "MAP_VALUE", 3: "MAP_VALUE"}


@pytest.mark.parametrize("step", ["postel", "trim:3", "code:umo", "code", "zero_fill", "zero_fill:x"])
def test_an_unknown_step_or_argument_does_not_bind(step: str) -> None:
    with pytest.raises(LookupError):
        bind(step, codelists=LISTS, day="2026-11-24")


@FAST
@given(st.dates(date(1873, 1, 1), date(2099, 12, 31)))
def test_iso_dates_come_through_unchanged(day: date) -> None:
    assert one("date", day.isoformat()) == day.isoformat()


@FAST
@given(st.integers(0, 365 * 40))
def test_dates_in_the_eras_of_today_read_as_their_iso_day(days: int) -> None:
    day = date(1989, 1, 8) + timedelta(days)
    era, first = ("平成", 1989) if day < date(2019, 5, 1) else ("令和", 2019)
    assert one("date", f"{era}{day.year - first + 1}年{day.month}月{day.day}日") == day.isoformat()


@FAST
@given(st.text(max_size=30), st.sampled_from(sorted(name for name, (inputs, _) in TRANSFORMS.items() if inputs == 1)))
def test_no_text_makes_a_transform_raise_and_refused_values_are_gone(text: str, step: str) -> None:
    changed = bind(step, codelists=LISTS, day="2026-11-24").apply([[text, None]])
    assert changed.values[1] is None
    assert 1 not in changed.refused
    assert 0 not in changed.refused or changed.values[0] is None


@FAST
@given(st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20))
def test_full_width_leaves_no_half_width_character(text: str) -> None:
    made = one("full_width", text) or ""
    assert len(made) == len(text)
    assert all(ord(sign) > 0x7E for sign in made)
