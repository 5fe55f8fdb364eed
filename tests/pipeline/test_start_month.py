"""The proposed start month (支給開始月の案) on a calendar: month after, fifteen days of grace, closed days, decreases, corrections."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Row, select, update

from pipeline.calendar import OpeningDays
from pipeline.filing_day import FilingDay, filing_day
from pipeline.hub import Hub
from pipeline.journal.delivery_tables import canonical
from pipeline.journal.intake_tables import applications, persons
from pipeline.records import canonical_row, load_tables
from pipeline.start_month import Event, Filed, StartMonth, propose_start, start_after, start_after_event
from tests.pipeline.days import at, hub_at
from vocabulary.clock import JST

OPENING = OpeningDays()

# event, day of filing, month; the sixteenth of the series is the day after the term
CASES = {
    "no event is known": (None, "2026-11-22", "令和8年12月分から"),
    "event and claim in one month": ("2026-11-02", "2026-11-30", "令和8年12月分から"),
    "event on the day of the claim": ("2026-11-22", "2026-11-22", "令和8年12月分から"),
    "claim in December": (None, "2026-12-31", "令和9年1月分から"),
    "day after the event, in the next month": ("2026-04-30", "2026-05-01", "令和8年5月分から"),
    "fifteenth day": ("2026-04-30", "2026-05-15", "令和8年5月分から"),
    "sixteenth day": ("2026-04-30", "2026-05-16", "令和8年6月分から"),
    "fifteenth day is a Sunday, claim on it": ("2022-04-30", "2022-05-15", "令和4年5月分から"),
    "fifteenth day is a Sunday, claim on Monday": ("2022-04-30", "2022-05-16", "令和4年5月分から"),
    "fifteenth day is a Sunday, claim on Tuesday": ("2022-04-30", "2022-05-17", "令和4年6月分から"),
    "fifteenth day is a Saturday, claim on Monday": ("2026-11-20", "2026-12-07", "令和8年12月分から"),
    "fifteenth day is a Saturday, claim on Tuesday": ("2026-11-20", "2026-12-08", "令和9年1月分から"),
    "year's end, claim on the first open day": ("2026-12-16", "2027-01-04", "令和9年1月分から"),
    "year's end, claim a day later": ("2026-12-16", "2027-01-05", "令和9年2月分から"),
    "fifteenth day is the last open day of the year": ("2026-12-13", "2027-01-04", "令和9年2月分から"),
    "event on New Year's Eve": ("2026-12-31", "2027-01-15", "令和9年1月分から"),
    "event on New Year's Eve, a day late": ("2026-12-31", "2027-01-16", "令和9年2月分から"),
    "holidays in a row across a change of era": ("2019-04-20", "2019-05-07", "令和元年5月分から"),
    "a day after the holidays in a row": ("2019-04-20", "2019-05-08", "令和元年6月分から"),
    "Golden Week, claim on the day after it": ("2026-04-18", "2026-05-07", "令和8年5月分から"),
    "Golden Week, a day later": ("2026-04-18", "2026-05-08", "令和8年6月分から"),
    "Golden Week, fifteenth day before it": ("2026-04-16", "2026-05-07", "令和8年6月分から"),
    "short month, fifteenth day is a Sunday": ("2026-02-14", "2026-03-02", "令和8年3月分から"),
    "short month, claim a day later": ("2026-02-14", "2026-03-03", "令和8年4月分から"),
    "leap day": ("2024-02-29", "2024-03-15", "令和6年3月分から"),
    "leap day, a day late": ("2024-02-29", "2024-03-16", "令和6年4月分から"),
    "term that ends on a leap day": ("2028-02-14", "2028-02-29", "令和10年3月分から"),
    "a substitute holiday": ("2026-10-28", "2026-11-12", "令和8年11月分から"),
    "a year later": ("2025-11-20", "2026-11-22", "令和8年12月分から"),
}


def months(event: str | None, filed: str, opening: OpeningDays = OPENING) -> StartMonth:
    happened = Event(date.fromisoformat(event) if event else None, "出生")
    return start_after(Filed(date.fromisoformat(filed)), happened, grace_days=15, opening=opening)


@pytest.mark.parametrize(("event", "filed", "month"), CASES.values(), ids=CASES)
def test_the_month_follows_the_event_within_the_days_of_grace_and_else_the_claim(event: str | None, filed: str, month: str) -> None:
    found = months(event, filed)
    assert found.month == month
    assert len(found.reasoning) == 1
    assert found.reasoning[0].endswith(f"{month.partition('年')[2]}")


SENTENCES = {
    ("2022-04-30", "2022-05-16"): "4/30出生、15日目5/15は閉庁日、翌開庁日5/16までの5/16受付、5月分から",
    ("2022-04-30", "2022-05-17"): "4/30出生、15日目5/15は閉庁日、翌開庁日5/16を過ぎた5/17受付、6月分から",
    ("2026-04-30", "2026-05-15"): "4/30出生、15日目5/15までの5/15受付、5月分から",
    ("2026-11-02", "2026-11-30"): "11/2出生、同じ月の11/30受付、12月分から",
    ("2026-12-03", "2026-11-22"): "12/3出生が11/22受付より後のため、案を出しません。日付の確認が必要です。",
}


@pytest.mark.parametrize("days", SENTENCES, ids=" ".join)
def test_the_reasoning_is_one_sentence_that_names_the_days(days: tuple[str, str]) -> None:
    assert months(*days).reasoning == (SENTENCES[days],)


def test_a_closed_day_of_the_municipality_alone_moves_the_term() -> None:
    assert months("2026-04-30", "2026-05-18").month == "令和8年6月分から"
    assert months("2026-04-30", "2026-05-18", OpeningDays(frozenset({date(2026, 5, 15)}))).month == "令和8年5月分から"


def test_an_event_after_the_claim_gets_no_month() -> None:
    assert months("2026-12-03", "2026-11-22").month == ""


DECREASES = {"2026-04-30": "令和8年5月分から", "2026-12-01": "令和9年1月分から", "2024-02-29": "令和6年3月分から"}


@pytest.mark.parametrize(("event", "month"), DECREASES.items())
def test_a_decrease_runs_from_the_month_after_its_event(event: str, month: str) -> None:
    assert start_after_event(Event(date.fromisoformat(event), "死亡")).month == month


def test_a_decrease_without_its_day_gets_no_month() -> None:
    found = start_after_event(Event(None, ""))
    assert (found.month, len(found.reasoning)) == ("", 1)


DAYS = st.dates(date(2019, 6, 1), date(2030, 12, 31))


@given(event=DAYS, days=st.integers(0, 40))
@settings(deadline=None, max_examples=100)
def test_a_claim_never_starts_before_the_month_after_the_event_nor_after_the_month_after_the_claim(event: date, days: int) -> None:
    filed = event + timedelta(days=days)
    month = months(event.isoformat(), filed.isoformat()).month
    after_claim, after_event = months(None, filed.isoformat()).month, months(None, event.isoformat()).month
    assert month in {after_event, after_claim}
    closed_since = not any(OPENING.is_open(event + timedelta(days=day)) for day in range(15, days))
    assert month == (after_event if days <= 15 or closed_since else after_claim)


NINTEI = "jidoteate-nintei"


def change(hub: Hub, application: int, **values: str | None) -> None:
    """Other values in the main record of an application."""
    tables = load_tables(hub, [application])[application]
    for name, value in values.items():
        tables["ninteiseikyu"].columns[name][0] = value
    with hub.journal.write() as write:
        write.execute(canonical.delete().where(canonical.c.application == application))
        write.insert_many(canonical, [canonical_row(hub, application, "2024-10", tables)])
        write.leaf("test_changed_a_record")


def file_on(hub: Hub, application: int, arrived: datetime, department: datetime | None = None, **values: str | None) -> None:
    """Other arrivals of an application."""
    moments = {"arrived_at": arrived.isoformat(), "department_at": (department or arrived).isoformat()}
    with hub.journal.write() as write:
        write.execute(update(applications).where(applications.c.id == application).values(**moments, **values))
        write.leaf("test_changed_an_arrival")


def claims(hub: Hub) -> list[int]:
    mine = select(applications.c.id).where(applications.c.procedure == NINTEI, applications.c.stage == "checked")
    return [row.id for row in hub.journal.rows(mine.order_by(applications.c.id))]


def proposed(hub: Hub, application: int) -> StartMonth:
    return propose_start(hub, row_of(hub, application), hub.procedure(NINTEI))


def row_of(hub: Hub, application: int) -> Row[Any]:
    row: Row[Any] = hub.journal.rows(select(applications).where(applications.c.id == application))[0]
    return row


REASONS = {
    "a birth looks at the day of the event": ("01", "2026-04-30", None, "4/30出生、", "令和8年5月分から"),
    "a move looks at the planned day of moving out": ("02", "2026-05-02", "2026-04-28", "4/28転出予定日、", "令和8年5月分から"),
    "a move too late by the planned day": ("02", "2026-05-02", "2026-04-26", "4/26転出予定日、", "令和8年6月分から"),
    "a move that names no planned day falls back": ("02", "2026-04-30", None, "4/30転入、", "令和8年5月分から"),
    "from abroad the day of moving in": ("05", "2026-04-30", "2026-04-20", "4/30帰国、", "令和8年5月分から"),
}


@pytest.mark.parametrize(("code", "event", "planned", "words", "month"), REASONS.values(), ids=REASONS)
def test_the_reason_decides_which_day_is_the_event(
    own: Callable[[Path], Path], checked_root: Path, code: str, event: str, planned: str | None, words: str, month: str
) -> None:
    root = own(checked_root)
    with hub_at(root, at(12)) as hub:
        application = claims(hub)[0]
        file_on(hub, application, datetime(2026, 5, 13, 9, tzinfo=JST))
        change(hub, application, seikyujiyu=code, jiyuhasseibi=event, tenshutsuyoteibi=planned)
        found = proposed(hub, application)
    assert found.month == month
    assert found.reasoning[0].startswith(words)


def test_the_municipality_says_which_arrival_counts(own: Callable[[Path], Path], checked_root: Path) -> None:
    root = own(checked_root)
    arrived, department = datetime(2026, 5, 15, 23, 50, tzinfo=JST), datetime(2026, 5, 18, 9, tzinfo=JST)
    with hub_at(root, at(12)) as hub:
        application = claims(hub)[0]
        file_on(hub, application, arrived, department)
        change(hub, application, seikyujiyu="01", jiyuhasseibi="2026-04-30")
        assert proposed(hub, application).month == "令和8年5月分から"
        enabled = hub.municipality.procedures[NINTEI].model_copy(update={"legal_day": "department"})
        town = hub.municipality.model_copy(update={"procedures": {**hub.municipality.procedures, NINTEI: enabled}})
        stricter = Hub(hub.root, hub.clock, hub.journal, hub.keys, hub.sealing, hub.store, hub.catalogue, town)
        assert filing_day(stricter, row_of(hub, application)).day == date(2026, 5, 18)
        assert proposed(stricter, application).month == "令和8年6月分から"


def test_the_municipalitys_own_closed_day_moves_the_term_of_its_claims(own: Callable[[Path], Path], checked_root: Path) -> None:
    root = own(checked_root)
    with hub_at(root, at(12)) as hub:
        application = claims(hub)[0]
        file_on(hub, application, datetime(2026, 5, 18, 9, tzinfo=JST))
        change(hub, application, seikyujiyu="01", jiyuhasseibi="2026-04-30")
        assert proposed(hub, application).month == "令和8年6月分から"
        town = hub.municipality.model_copy(update={"closed_days": frozenset({date(2026, 5, 15)})})
        closed = Hub(hub.root, hub.clock, hub.journal, hub.keys, hub.sealing, hub.store, hub.catalogue, town)
        assert proposed(closed, application) == StartMonth(
            "令和8年5月分から", ("4/30出生、15日目5/15は閉庁日、翌開庁日5/18までの5/18受付、5月分から",)
        )


@pytest.fixture
def corrected(own: Callable[[Path], Path], checked_root: Path) -> tuple[Path, int, int]:
    """A claim of 15 May and, as its correction of 28 May, another claim of the same person."""
    root = own(checked_root)
    with hub_at(root, at(12)) as hub:
        first, second = claims(hub)[:2]
        file_on(hub, first, datetime(2026, 5, 15, 9, tzinfo=JST))
        file_on(hub, second, datetime(2026, 5, 28, 9, tzinfo=JST), previous_receipt=row_of(hub, first).receipt)
        claimant = (persons.c.role == "claimant") & (persons.c.ordinal == 1)
        (atena,) = hub.journal.rows(select(persons.c.atena).where(claimant, persons.c.application == first))[0]
        with hub.journal.write() as write:
            write.execute(update(persons).where(claimant, persons.c.application == second).values(atena=atena))
            write.leaf("test_named_one_person")
        change(hub, second, seikyujiyu="01", jiyuhasseibi="2026-04-30")
    return root, first, second


def test_a_correction_keeps_the_first_filings_day(corrected: tuple[Path, int, int]) -> None:
    root, first, second = corrected
    with hub_at(root, at(12)) as hub:
        assert filing_day(hub, row_of(hub, second)) == FilingDay(date(2026, 5, 15), row_of(hub, first).receipt)
        found = proposed(hub, second)
    assert found.month == "令和8年5月分から"
    assert "補正のため初回の申請日" in found.reasoning[0]


UNFOUNDED = {
    "an unknown number": {"previous_receipt": "20260101-99999999"},
    "its own number": {"previous_receipt": "itself"},
    "a filing that came later": {"arrived_at": "2026-05-01T09:00:00+09:00", "department_at": "2026-05-01T09:00:00+09:00"},
}


@pytest.mark.parametrize("values", UNFOUNDED.values(), ids=UNFOUNDED)
def test_a_number_that_is_no_earlier_filing_moves_no_day(corrected: tuple[Path, int, int], values: dict[str, str]) -> None:
    root, _, second = corrected
    with hub_at(root, at(12)) as hub:
        row = row_of(hub, second)
        changed = {name: row.receipt if value == "itself" else value for name, value in values.items()}
        with hub.journal.write() as write:
            write.execute(update(applications).where(applications.c.id == second).values(**changed))
            write.leaf("test_changed_an_arrival")
        row = row_of(hub, second)
        found = filing_day(hub, row)
    assert found == FilingDay(datetime.fromisoformat(row.arrived_at).date(), unfounded=True)


def test_somebody_elses_number_and_a_withdrawn_filing_move_no_day(corrected: tuple[Path, int, int]) -> None:
    root, first, second = corrected
    with hub_at(root, at(12)) as hub:
        with hub.journal.write() as write:
            write.execute(update(applications).where(applications.c.id == first).values(disposition="withdrawn"))
            write.leaf("test_withdrew")
        assert filing_day(hub, row_of(hub, second)).unfounded
        with hub.journal.write() as write:
            write.execute(update(applications).where(applications.c.id == first).values(disposition="open"))
            claimant = (persons.c.application == first) & (persons.c.role == "claimant")
            write.execute(update(persons).where(claimant).values(atena="999999999999999"))
            write.leaf("test_named_another")
        assert filing_day(hub, row_of(hub, second)).unfounded
