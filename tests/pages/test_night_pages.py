"""The pages of the night: a missing flag before everything else, counts that add up, no page where nothing is declared."""

import re
from dataclasses import replace

import pytest

from pipeline.journal.exchange_tables import ANOMALIES
from pipeline.pages import night_words
from pipeline.pages.night import NightReport
from pipeline.pages.picture import shares
from pipeline.pages.rendering import pages_of, render_day, render_page
from pipeline.pages.report import DayReport
from pipeline.sync.both_sides import SORTS
from pipeline.sync.difference_rows import CAUSES
from pipeline.sync.freshness import AGES
from tests.pages.conftest import EXCHANGE, NIGHT, NOW


def words_of(page: str) -> str:
    """The text of a page's main part."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.partition("<main")[2]))


def with_night(report: DayReport, night: NightReport) -> DayReport:
    return replace(report, night=night)


def test_a_missing_flag_is_the_first_thing_that_the_morning_page_says(report: DayReport) -> None:
    page = render_page("index.html", report).partition("</h1>")[2]
    first = page.index("PROTECTED_FLAG_MISSING")
    assert first < page.index('class="headline')
    assert "（2人）" in page[:first]


def test_without_a_missing_flag_the_morning_begins_with_the_balance(report: DayReport) -> None:
    assert NIGHT.flags is not None
    sound = with_night(report, replace(NIGHT, flags=replace(NIGHT.flags, missing=0)))
    assert "PROTECTED_FLAG_MISSING" not in render_page("index.html", sound)


def test_the_night_s_page_leads_with_the_flags_and_shows_every_kind(report: DayReport) -> None:
    text = words_of(render_page("night.html", report))
    assert text.index("フラグ未設定 2人") < text.index("児童手当 受給情報")
    for word in ("○ 最新", "× 停止", "6,200", "確認待ち", "LEDGER_TRUNCATED", "× 原因不明", "差分の上限で停止中"):
        assert word in text, word


@pytest.mark.parametrize("change", [{"stops": ()}, {"refused": ()}, {"differences": ()}])
def test_a_night_is_only_green_when_nobody_has_to_act(report: DayReport, change: dict[str, tuple[()]]) -> None:
    assert NIGHT.flags is not None
    quiet = replace(NIGHT, flags=replace(NIGHT.flags, missing=0), stops=(), refused=(), differences=())
    assert quiet.green
    assert "確認が必要なものはありません" in render_page("night.html", with_night(report, quiet))
    [name] = change
    loud = replace(quiet, **{name: getattr(NIGHT, name)})
    assert not loud.green
    assert "確認が必要です" in render_page("night.html", with_night(report, loud))


def test_the_page_of_exchanges_states_its_purpose_and_adds_up(report: DayReport) -> None:
    text = words_of(render_page("exchange.html", report))
    assert night_words.PURPOSE in text
    assert EXCHANGE.open == 5
    assert "確認が必要 5件" in text
    assert EXCHANGE.by_age == {"today": 3, "month": 1, "longer": 1}


def test_a_night_that_has_not_begun_is_a_page_too(report: DayReport) -> None:
    before = replace(EXCHANGE, last=None, first=None, anomalies={}, settled_until=None)
    files = render_day(replace(report, night=replace(NIGHT, flags=None, kinds=()), exchange=before))
    assert "この夜の突合はまだありません" in files["exchange.html"].decode()
    assert "この夜の確認はまだありません" in files["night.html"].decode()


def test_a_municipality_without_nightly_work_has_no_pages_of_it(report: DayReport) -> None:
    day = replace(report, night=None, exchange=None)
    assert {"night.html", "exchange.html"} & (pages_of(day).keys() | render_day(day).keys()) == set()
    assert "night.html" not in render_page("index.html", day)


def test_every_sort_cause_age_and_kind_has_words() -> None:
    assert set(night_words.SORTS) == set(SORTS)
    assert set(night_words.CAUSES) == {"", *CAUSES}
    assert tuple(night_words.AGES) == AGES
    assert set(night_words.ANOMALIES) == set(ANOMALIES)


def test_what_is_there_is_seen_in_a_bar_however_small(report: DayReport) -> None:
    parts = shares({"passed": 30_000, "held": 1, "waiting": 0}, 160)
    assert [(part.kind, part.width >= 4) for part in parts] == [("passed", True), ("held", True)]
    assert round(sum(part.width for part in parts), 1) == 160
    assert shares({"passed": 0, "held": 0, "waiting": 0}, 160) == []
    assert report.made_at == NOW
