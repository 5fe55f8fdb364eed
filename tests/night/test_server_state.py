"""The first steps of a night against the stand-in: operating state and masters."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from pipeline.flow import step_function
from pipeline.journal.evidence_tables import log_leaves
from pipeline.journal.server_tables import server_states
from pipeline.morning_figures import morning_report
from pipeline.sync.announced import layout_agrees
from sandbox import process
from tests.night.conftest import EVENING, KilledError, night_hub
from tests.pipeline.days import NAHA, alarms_of, at, hub_at, rows

KINDS = Path("sandbox/middle/kinds")


def test_the_operating_state_is_remembered_once(root: Path, running: process.Running) -> None:
    running.control.set_stops([(EVENING + timedelta(hours=2), EVENING + timedelta(hours=3))])
    with hub_at(root, EVENING) as hub:
        assert [step_function("operating_state")(hub) for _ in range(2)] == [{"running": 1}] * 2
    (row,) = rows(root, select(server_states))
    assert row.state == "running"
    assert json.loads(row.stops)[0] == [(EVENING + timedelta(hours=hours)).isoformat() for hours in (2, 3)]
    leaves = [json.loads(leaf.data)["event"] for leaf in rows(root, select(log_leaves))]
    assert leaves.count("operating_state_seen") == 1


@pytest.mark.parametrize(("ahead", "good"), [(timedelta(hours=2), False), (timedelta(days=1), False), (timedelta(days=3), True)])
def test_the_morning_sheet_marks_a_stop_that_comes_before_the_next_sheet(root: Path, ahead: timedelta, good: bool) -> None:
    stops = [[(EVENING + ahead).isoformat(), (EVENING + ahead + timedelta(hours=1)).isoformat()]]
    with hub_at(root, EVENING) as hub:
        with hub.journal.write() as write:
            seen = EVENING.isoformat()
            write.insert_row(server_states, {"municipality": NAHA, "state": "running", "stops": json.dumps(stops), "seen_at": seen})
            write.leaf("planted")
        (stop,) = (check for check in morning_report(hub, []).checks if check.title == "中間サーバーの計画停止")
    assert (stop.good, stop.sentence.count("から")) == (good, 1)


def test_by_day_nothing_is_asked(root: Path) -> None:
    with hub_at(root, at(12)) as hub:
        assert [step_function(name)(hub) for name in ("operating_state", "masters", "protected_flags")] == [{"skipped": 1}] * 3
    assert rows(root, select(server_states)) == []


def test_a_stopped_server_is_left_alone_until_it_says_that_it_runs(root: Path, running: process.Running) -> None:
    running.control.set_stops([(EVENING - timedelta(hours=1), EVENING + timedelta(hours=1))])
    with hub_at(root, EVENING) as hub:
        assert [step_function(name)(hub) for name in ("operating_state", "masters", "protected_flags")] == [
            {"stopped": 1}, {"skipped": 1}, {"skipped": 1},
        ]  # fmt: skip
    later = EVENING + timedelta(hours=1)
    running.control.set_clock(later)
    with hub_at(root, later) as hub:
        assert step_function("operating_state")(hub) == {"running": 1}
        assert step_function("masters")(hub)["differing"] == 0


def test_layouts_that_agree_with_the_declared_ones_raise_no_alarm(root: Path, running: process.Running) -> None:
    with night_hub(root) as hub:
        assert not layout_agrees(hub, "jidoteate-jukyu")
        assert step_function("masters")(hub)["differing"] == 0
        assert layout_agrees(hub, "jidoteate-jukyu")
    assert alarms_of(root) == set()


def test_a_layout_that_the_server_does_not_take_today_raises_one_alarm(root: Path) -> None:
    (root / KINDS).mkdir(parents=True)
    for file in Path("mappings/copies").glob("*/copy.yaml"):
        text = file.read_text(encoding="utf-8")
        if file.parent.name == "hoiku-nintei-joho":
            text = text.replace("2026-06\n", "2026-10\n", 1)
        (root / KINDS / f"{file.parent.name}.yaml").write_text(text, encoding="utf-8")
    process.start(root, now=EVENING, script="quiet")
    try:
        with night_hub(root) as hub:
            assert step_function("masters")(hub)["differing"] == 1
            step_function("masters")(hub)
            assert not layout_agrees(hub, "hoiku-nintei-joho")
            assert layout_agrees(hub, "jidoteate-jukyu")
    finally:
        process.stop(root)
    assert alarms_of(root) == {("COPY_LAYOUT_DIFFERS", "hoiku-nintei-joho 2026-06/2026-10")}


def test_on_the_day_of_the_switch_the_new_layout_is_the_one_that_counts(root: Path, running: process.Running) -> None:
    after = at(0, 30, day=date(2027, 6, 1))
    running.control.set_clock(after)
    with night_hub(root, after) as hub:
        assert step_function("masters")(hub)["differing"] == 0
        assert hub.catalogue.copies["jidoteate-jukyu"].layout_on(hub.clock.today()).version == "2027-06"  # type: ignore[union-attr]  the layout is there


@pytest.mark.parametrize("point", ["masters_seen.before_commit", "masters_seen.after_commit"])
def test_a_kill_around_the_masters_leaves_one_state(
    root: Path, running: process.Running, stop_at: Callable[[str], None], point: str
) -> None:
    stop_at(point)
    with night_hub(root) as hub:
        with pytest.raises(KilledError):
            step_function("masters")(hub)
        assert step_function("masters")(hub)["differing"] == 0
