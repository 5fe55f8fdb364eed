"""Nights in a row on a moved clock: ledgers live from day to day, a layout is switched, a drift is approved, old records may go."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from pipeline.errors import SettingError
from pipeline.exchange.counts import exchange_counts
from pipeline.exchange.purge import purge
from pipeline.exchange.retention import kept_since
from pipeline.journal.copy_tables import copy_comparisons, copy_drifts
from pipeline.journal.exchange_tables import exchange_anomalies, exchange_records
from pipeline.sync.counts import night_counts
from pipeline.sync.drift import approve, open_drift
from sandbox.ledgers import advance
from sandbox.process import start, stop
from tests.flow import night_world as nights
from tests.flow.night_world import evening
from tests.flow.outside_world import repeated_effects

FIRST, SWITCH, PAYMENT = date(2027, 5, 31), date(2027, 6, 1), date(2027, 6, 10)
DAYS = [FIRST + timedelta(days=ahead) for ahead in range(13)]
SLICE = 150
CHANGES = {"drift": {"share": "0.20", "count": "5000"}, "switch_records": str(SLICE), "compare": ["mon", "sat"]}
PAID = "jidoteate-jukyu"


@dataclass
class Story:
    """What was seen after every night, in order."""

    root: Path
    unlisted: list[set[tuple[str, str]]] = field(default_factory=list)
    different: list[int] = field(default_factory=list)
    older: list[int] = field(default_factory=list)
    stopped: list[dict[str, str]] = field(default_factory=list)
    drifts: dict[date, str] = field(default_factory=dict)
    changed: list[int] = field(default_factory=list)
    fetched: list[int] = field(default_factory=list)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("nights")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUB_MUNICIPALITIES", str(nights.municipality_file(folder / "municipalities", changes=CHANGES)))
        told = Story(nights.new_town(folder / "root", day=FIRST))
        running = start(told.root, now=evening(6, day=FIRST), script="quiet")
        try:
            nights.run_steps(running, [("refresh_links", "refresh_links")], evening(6, day=FIRST))
            for day in DAYS:
                live(told, day)
                told.stopped.append(nights.whole_night(running, day))
                look(told, day)
            yield told
        finally:
            stop(told.root)
    assert "HUB_MUNICIPALITIES" not in os.environ


def live(told: Story, day: date) -> None:
    """A day before its night: the ledgers change, and a person lets through what stopped the evening before."""
    if day > FIRST:
        advance(told.root / "sandbox" / "ledgers", day)
    with nights.hub_at(told.root, evening(9, day=day)) as hub:
        drift = open_drift(hub, PAID)
        if drift is not None:
            approve(hub, PAID, "情報政策課", "定例の支払")


def look(told: Story, day: date) -> None:
    """What the night left."""
    different = nights.differing(told.root, day)
    told.unlisted.append(different - nights.listed(told.root, day) - moving(told.root, day))
    told.different.append(len(different))
    told.older.append(nights.older_copies(told.root, "2027-06"))
    with nights.hub_at(told.root, evening(23, day=day)) as hub:
        drift = open_drift(hub, PAID)
        if drift is not None:
            told.drifts[day] = drift.state
        told.changed.append(sum(one["changed"] for one in night_counts(hub, day.isoformat()).values()))
        told.fetched.append(exchange_counts(hub, day)["fetched"])


def moving(root: Path, day: date) -> set[tuple[str, str]]:
    """Records that differ by the items of the new layout only, which they have not moved to yet."""
    here, there = nights.ledger_copies(root, day), nights.server_copies(root)
    both = here.keys() & there.keys()
    return {key for key in both if {name: value for name, value in here[key].items() if name in there[key]} == there[key]}


def test_after_every_night_the_copies_equal_the_ledgers_but_for_what_is_listed(story: Story) -> None:
    assert story.unlisted == [set()] * len(DAYS)
    assert story.stopped == [{}] * len(DAYS)
    assert all(count > 0 for count in story.changed[1:])


def test_nothing_was_registered_twice_in_all_the_nights(story: Story) -> None:
    assert repeated_effects(story.root) == []
    assert nights.balance_of_effects(story.root) == nights.kinds_at_server(story.root)


def test_the_new_layout_is_reached_in_slices_from_its_day_on(story: Story) -> None:
    first, switch = story.older[0], DAYS.index(SWITCH)
    assert first > 4 * SLICE
    assert story.older[switch] < first
    assert story.older[switch] > story.older[switch + 1] > story.older[switch + 2]
    assert story.older[-1] == 0


def test_the_day_of_payment_stops_its_kind_until_a_person_lets_it_through(story: Story) -> None:
    assert story.drifts == {PAYMENT: "stopped"}
    place = DAYS.index(PAYMENT)
    assert story.different[place] > 20
    assert story.different[place + 1] < 20
    assert story.changed[place + 1] > 20
    with nights.hub_at(story.root, evening(23, day=DAYS[-1])) as hub:
        assert [row.state for row in hub.journal.rows(select(copy_drifts))] == ["used"]


def test_the_full_comparison_agrees_with_the_readers_of_this_test(story: Story) -> None:
    with nights.hub_at(story.root, evening(23, day=DAYS[-1])) as hub:
        last = select(func.max(copy_comparisons.c.id)).group_by(copy_comparisons.c.kind)
        rows = hub.journal.rows(select(copy_comparisons).where(copy_comparisons.c.id.in_(last)))
        assert {row.day for row in rows} == {DAYS[-1].isoformat()}
        assert {row.kind: row.there for row in rows} == nights.kinds_at_server(story.root)
        found = sum(row.missing_here + row.missing_there + row.value + row.older for row in rows)
        assert found == sum(row.expected for row in rows) >= story.different[-1]


def test_records_that_are_seven_years_old_may_go_and_no_younger_ones(story: Story) -> None:
    day = DAYS[-1]
    with nights.hub_at(story.root, evening(10, day=day)) as hub:
        since = kept_since(day)
        with pytest.raises(SettingError, match="records are kept 7 years"):
            purge(hub, since + timedelta(days=1), who="kojin-joho-01", reason="保存期間の満了")
        oldest = hub.journal.scalar(select(func.min(exchange_records.c.day)))
        assert oldest < since.isoformat()
        counts = purge(hub, since, who="kojin-joho-01", reason="保存期間の満了")
        assert counts["exchange_records"] > 0
        assert hub.journal.scalar(select(func.min(exchange_records.c.day))) >= since.isoformat()


def test_every_opening_day_brought_records_and_what_came_late_was_seen(story: Story) -> None:
    opening = [count for day, count in zip(DAYS, story.fetched, strict=True) if day.weekday() < 5]
    assert all(count > 0 for count in opening)
    with nights.hub_at(story.root, evening(23, day=DAYS[-1])) as hub:
        kinds = {row.kind for row in hub.journal.rows(select(exchange_anomalies.c.kind).distinct())}
    assert {"late", "only_here", "only_there", "foreign_duty", "odd_hour"} <= kinds
