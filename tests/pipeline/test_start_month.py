"""The proposed start month (支給開始月の案) on a calendar: the month after, the fifteen days of grace, closed days at their end."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.calendar import OpeningDays
from pipeline.start_month import start_after

CASES = {
    "no event is known": (None, "2026-11-22", "令和8年12月分から"),
    "event and claim in one month": ("2026-11-02", "2026-11-30", "令和8年12月分から"),
    "event on the day of the claim": ("2026-11-22", "2026-11-22", "令和8年12月分から"),
    "event that is still to come": ("2026-12-03", "2026-11-22", "令和8年12月分から"),
    "claim in December": (None, "2026-12-31", "令和9年1月分から"),
    "fifteenth day": ("2026-04-30", "2026-05-15", "令和8年5月分から"),
    "sixteenth day": ("2026-04-30", "2026-05-16", "令和8年6月分から"),
    "fifteenth day is a Sunday, claim on it": ("2022-04-30", "2022-05-15", "令和4年5月分から"),
    "fifteenth day is a Sunday, claim on Monday": ("2022-04-30", "2022-05-16", "令和4年5月分から"),
    "fifteenth day is a Sunday, claim on Tuesday": ("2022-04-30", "2022-05-17", "令和4年6月分から"),
    "fifteenth day is a Saturday, claim on Monday": ("2026-11-20", "2026-12-07", "令和8年12月分から"),
    "fifteenth day is a Saturday, claim on Tuesday": ("2026-11-20", "2026-12-08", "令和9年1月分から"),
    "fifteenth day in the closed days of the year's end, claim on the first open day": ("2026-12-16", "2027-01-04", "令和9年1月分から"),
    "fifteenth day in the closed days of the year's end, claim a day later": ("2026-12-16", "2027-01-05", "令和9年2月分から"),
    "holidays in a row across a change of era": ("2019-04-20", "2019-05-07", "令和元年5月分から"),
    "a day after the holidays in a row": ("2019-04-20", "2019-05-08", "令和元年6月分から"),
    "short month, fifteenth day is a Sunday": ("2026-02-14", "2026-03-02", "令和8年3月分から"),
    "short month, claim a day later": ("2026-02-14", "2026-03-03", "令和8年4月分から"),
    "leap day": ("2024-02-29", "2024-03-15", "令和6年3月分から"),
    "a year later": ("2025-11-20", "2026-11-22", "令和8年12月分から"),
}


@pytest.mark.parametrize(("event", "filed", "month"), CASES.values(), ids=CASES)
def test_the_month_follows_the_event_within_the_days_of_grace_and_else_the_claim(event: str | None, filed: str, month: str) -> None:
    found = start_after(date.fromisoformat(filed), date.fromisoformat(event) if event else None, grace_days=15)
    assert found.month == month
    assert len(found.reasoning) == 1


def test_the_reasoning_names_the_closed_day_and_the_day_it_moved_to() -> None:
    (sentence,) = start_after(date(2022, 5, 16), date(2022, 4, 30), grace_days=15).reasoning
    assert "15日目の5月15日は閉庁日" in sentence
    assert "期限5月16日" in sentence


DAYS = st.dates(date(2019, 6, 1), date(2030, 12, 31))


@given(event=DAYS, days=st.integers(0, 40))
def test_a_claim_never_starts_before_the_month_after_the_event_nor_after_the_month_after_the_claim(event: date, days: int) -> None:
    filed = date.fromordinal(event.toordinal() + days)
    month = start_after(filed, event, grace_days=15).month
    after_claim = start_after(filed, None, grace_days=15).month
    after_event = start_after(event, None, grace_days=15).month
    assert month in {after_event, after_claim}
    if days <= 15 or not any(OpeningDays().is_open(date.fromordinal(day)) for day in range(event.toordinal() + 15, filed.toordinal())):
        assert month == after_event
    else:
        assert month == after_claim
