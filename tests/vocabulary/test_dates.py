"""Dates as they are written, on era borders, open and partly unknown."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocabulary import dates
from vocabulary.dates import PartialDate, read_date
from vocabulary.eras import era_of, eras

quick = settings(max_examples=100, deadline=None)
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
days = st.dates(date(1873, 1, 1), date(2117, 12, 31))


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026-11-24", "2026-11-24"), ("令和元年5月1日", "2019-05-01"), ("令和1年5月1日", "2019-05-01"), ("令和６年４月１日", "2024-04-01"),
        ("令和 6 年 4 月 1 日", "2024-04-01"), ("Ｒ８．１１．２４", "2026-11-24"), ("R08.11.24", "2026-11-24"), ("s40/5/3", "1965-05-03"),
        ("㍻31年4月30日", "2019-04-30"), ("2026年4月1日", "2026-04-01"), ("平成12年2月29日生", "2000-02-29"),
        ("明治45年7月30日", "1912-07-30"), ("大正元年7月30日", "1912-07-30"),
        ("大正15年12月25日", "1926-12-25"), ("昭和元年12月25日", "1926-12-25"),
        ("昭和64年1月7日", "1989-01-07"), ("平成元年1月8日", "1989-01-08"), ("明治6年1月1日", "1873-01-01"),
        ("0000-01-01", "0000-01-01"), ("9999-12-31", "9999-12-31"), ("0000-00-00", "0000-00-00"),
        ("1965-00-00", "1965-00-00"), ("1965-05-00", "1965-05-00"), ("昭和40年頃", "1965-00-00"), ("昭和40年5月日不詳", "1965-05-00"),
        ("昭和40年月日不詳", "1965-00-00"), ("昭和64年", "1989-00-00"), ("平成元年", "1989-00-00"),
    ],
)
def test_a_date_is_read_as_the_day_it_means_and_keeps_its_text(text: str, iso: str) -> None:
    found = read_date(text)
    assert found is not None
    assert (found.iso, found.text) == (iso, text)


@pytest.mark.parametrize(
    "text",
    [
        "", "昭和64年1月8日", "平成31年5月1日", "平成元年1月7日", "令和元年4月30日", "令和元年3月",
        "昭和元年12月24日", "大正元年7月29日", "大正15年12月26日",
        "明治5年12月2日", "令和0年5月1日", "2026-02-29", "2026-13-01", "1965-00-15", "0000-05-03", "0001",
        "令和六年四月一日", "2026-11-24x", "24.11.2026",
        "²026-11-24",
    ],
)
def test_a_day_that_does_not_exist_is_no_date(text: str) -> None:
    assert read_date(text) is None


@quick
@given(days)
def test_every_day_survives_every_written_form(day: date) -> None:
    exact = dates.partial_date(day)
    wareki, short = dates.to_wareki(exact), dates.to_short_wareki(exact)
    host, certificate = dates.to_host_wareki(exact), dates.to_certificate_date(exact)
    assert short and host and certificate
    assert read_date(wareki) == read_date(wareki.translate(FULL_WIDTH)) == read_date(short) == read_date(exact.iso) == exact
    assert dates.read_host_wareki(host) == dates.read_certificate_date(certificate) == exact
    assert (exact.exact, exact.earliest, exact.latest) == (day, day, day)


@quick
@given(st.integers(1873, 2100), st.integers(0, 12))
def test_unknown_parts_survive_too(year: int, month: int) -> None:
    partial = PartialDate(year, month)
    assert read_date(partial.iso) == read_date(dates.to_wareki(partial)) == partial
    host = dates.to_host_wareki(partial)
    if host is not None:
        assert dates.read_host_wareki(host) == read_date(dates.to_short_wareki(partial) or "") == partial


@quick
@given(st.text() | st.from_regex(r"[RHS令和昭]{1,2}\d{1,3}[年.]\d{1,3}[月.]\d{1,3}日?"))
def test_no_text_makes_the_readers_raise(text: str) -> None:
    for read in (read_date, dates.read_certificate_date, dates.read_host_wareki):
        found = read(text)
        assert found is None or found == read_date(found.iso)


@pytest.mark.parametrize(
    ("day", "wareki", "short", "host"),
    [
        (date(2019, 5, 1), "令和元年5月1日", "R01.05.01", "5010501"), (date(2026, 11, 24), "令和8年11月24日", "R08.11.24", "5081124"),
        (date(1912, 7, 30), "大正元年7月30日", "T01.07.30", "2010730"), (date(1989, 1, 7), "昭和64年1月7日", "S64.01.07", "3640107"),
    ],
)
def test_japanese_forms_of_known_days(day: date, wareki: str, short: str, host: str) -> None:
    exact = dates.partial_date(day)
    assert (dates.to_wareki(day), dates.to_short_wareki(exact), dates.to_host_wareki(exact)) == (wareki, short, host)


@pytest.mark.parametrize(
    ("iso", "wareki"),
    [
        ("1965-00-00", "昭和40年月日不詳"), ("1965-05-00", "昭和40年5月日不詳"), ("1989-00-00", "1989年月日不詳"),
        ("1870-03-04", "1870年3月4日"),
        ("0000-00-00", "不詳"), ("0000-01-01", "始期なし"), ("9999-12-31", "終期なし"),
    ],
)
def test_dates_without_a_certain_day_say_so(iso: str, wareki: str) -> None:
    partial = read_date(iso)
    assert partial is not None
    assert dates.to_wareki(partial) == wareki
    assert (dates.to_host_wareki(partial) is None) == (dates.to_short_wareki(partial) is None) == (not wareki.startswith("昭和"))


@pytest.mark.parametrize("text", ["419650503", "319891301", "0", "31965050", "３19650503"])
def test_a_certificate_date_must_fit_its_era(text: str) -> None:
    assert dates.read_certificate_date(text) is None


def test_a_certificate_date_may_lack_month_and_day() -> None:
    assert dates.read_certificate_date("319650000") == PartialDate(1965)
    assert dates.read_certificate_date("219261225") == dates.read_certificate_date("319261225") == PartialDate(1926, 12, 25)


def test_partial_dates_agree_where_both_know() -> None:
    year, month, day = PartialDate(1965), PartialDate(1965, 4), PartialDate(1965, 4, 1)
    assert year.agrees_with(day) and day.agrees_with(month) and month.agrees_with(year)
    assert not month.agrees_with(PartialDate(1965, 5, 1))
    assert not PartialDate(0).agrees_with(PartialDate(0))
    assert not PartialDate(0, 1, 1).agrees_with(day)


def test_open_dates_have_no_exact_day() -> None:
    start, end = PartialDate(0, 1, 1), PartialDate(9999, 12, 31)
    assert start.open_start and end.open_end
    assert start.exact is None and end.exact is None
    assert start < PartialDate(1965, 4, 1) < end


@pytest.mark.parametrize("parts", [(1965, 0, 3), (1965, 13, 1), (2026, 2, 29), (10000, 1, 1), (0, 2, 1), (-1, 1, 1)])
def test_impossible_dates_cannot_be_built(parts: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match=r"no such|unknown"):
        PartialDate(*parts)


def test_an_era_is_found_by_each_of_its_signs() -> None:
    assert [era.name for era in eras()] == ["明治", "大正", "昭和", "平成", "令和"]
    assert era_of("令和") == era_of("r") == era_of("5")
    assert era_of("X") is None
