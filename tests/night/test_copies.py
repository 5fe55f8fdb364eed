"""Copies go to the stand-in of the intermediate server night by night, and end as the ledger says."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from pipeline.flow import step_function
from pipeline.hub import set_up
from pipeline.journal.copy_tables import copy_drifts, copy_items, copy_requests, copy_states
from pipeline.journal.evidence_tables import log_leaves
from pipeline.places import Root
from pipeline.steps.copies import copies
from pipeline.steps.copy_results import copy_results
from sandbox import process
from tests.flow.fault_names import marked_points
from tests.night.conftest import EVENING, NEXT_EVENING, KilledError, night_hub
from tests.night.ledger import (
    KIND,
    WITHOUT,
    accepted_by,
    benefit,
    benefits,
    counts,
    declared,
    effects,
    go_to,
    night,
    residents_of,
    say,
    server_rows,
)
from tests.pipeline.days import alarms_of, rows
from tests.postgres import NewDatabase
from vocabulary.clock import Clock


@pytest.fixture
def people(root: Path, running: process.Running) -> list[str]:
    with night_hub(root) as hub:
        return residents_of(hub, 12)


def test_the_server_holds_what_the_ledger_says_night_after_night(root: Path, running: process.Running, people: list[str]) -> None:
    first = benefits(people)
    night(root, first)
    assert server_rows(running) == sorted(first, key=str)
    assert counts(root) == {"registered": 12, "changed": 0, "deleted": 0, **WITHOUT}
    second = [*first[2:-1], {**first[-1], "teategetsugaku": "30000"}, benefit(people[0], 99)]
    night(root, second, go_to(running, NEXT_EVENING))
    assert server_rows(running) == sorted(second, key=str)
    assert counts(root, NEXT_EVENING) == {"registered": 1, "changed": 1, "deleted": 2, **WITHOUT}
    assert len(accepted_by(root, NEXT_EVENING)) == len(second)
    assert len(effects(root)) == 12 + 4


def test_a_night_without_changes_sends_nothing_and_says_that_the_copies_are_fresh(
    root: Path, running: process.Running, people: list[str]
) -> None:
    night(root, benefits(people))
    night(root, benefits(people), go_to(running, NEXT_EVENING))
    assert len(rows(root, select(copy_requests))) == 1
    assert [row.as_of for row in rows(root, select(copy_states))] == [NEXT_EVENING.isoformat()]


def test_a_night_that_is_run_again_changes_nothing(root: Path, running: process.Running, people: list[str]) -> None:
    night(root, benefits(people))
    done = (effects(root), len(rows(root, select(log_leaves))), rows(root, select(copy_items)))
    night(root)
    assert (effects(root), len(rows(root, select(log_leaves))), rows(root, select(copy_items))) == done


POINTS = [
    ("lines.written", 1), ("lines.renamed", 1), ("copy_request_made.before_commit", 1), ("copy_request_made.after_commit", 1),
    ("copy_part.before_call", 1), ("copy_part.after_call", 1), ("copy_part_sent.before_commit", 1), ("copy_part_sent.after_commit", 2),
    ("copy_part.after_call", 3), ("copy_result.after_call", 2), ("lines.written", 2), ("lines.renamed", 2),
    ("copy_request_answered.before_commit", 1), ("copy_request_answered.after_commit", 1), ("copy_result.applied", 1),
]  # fmt: skip


def test_every_fault_point_of_the_copies_is_among_those_that_stop_a_night() -> None:
    own = {name for name in marked_points() if name.startswith(("copy_part.", "copy_result.", "lines."))}
    assert own == {name for name, _ in POINTS if not name.endswith("_commit")}


def test_a_night_stopped_anywhere_ends_as_an_undisturbed_one(
    root: Path, running: process.Running, people: list[str], stop_at: Callable[..., None], small_parts: None
) -> None:
    wanted = benefits(people)
    for number, (point, hit) in enumerate(POINTS):
        moment = go_to(running, EVENING + number * timedelta(days=1))
        wanted = [{**row, "teategetsugaku": str(20000 + number)} for row in wanted]
        seen = len(effects(root))
        # The ledger itself is a file of lines, which passes by the same points.
        stop_at(point, hit + point.startswith("lines."))
        with pytest.raises(KilledError):
            night(root, wanted, moment)
        night(root, None, moment)
        assert server_rows(running) == sorted(wanted, key=str), point
        assert len(effects(root)) - seen == len(people), f"{point}: nothing is done twice"
    assert len(accepted_by(root, moment)) == len(people)
    named = {row.accepted_blob for row in rows(root, select(copy_states))}
    assert {path.relative_to(root / "copies/accepted/472018").as_posix() for path in (root / "copies/accepted").rglob("??/*")} == named


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Request files of three parts."""
    declared(monkeypatch, tmp_path, "part_records: 4")


def test_a_server_that_stops_in_mid_file_gets_the_rest_later(
    root: Path, running: process.Running, people: list[str], small_parts: None
) -> None:
    running.control.arm("middle-stops")
    night(root, benefits(people))
    assert [(row.state, row.sent_parts) for row in rows(root, select(copy_requests))] == [("made", 1)]
    assert server_rows(running) == []
    assert counts(root) == {"registered": 0, "changed": 0, "deleted": 0, "failed": 0, "waiting": 12}
    night(root, None, go_to(running, NEXT_EVENING))
    assert len(server_rows(running)) == 12
    assert counts(root, NEXT_EVENING) == {"registered": 12, "changed": 0, "deleted": 0, **WITHOUT}
    assert [row.parts for row in rows(root, select(copy_requests))] == [3]


@pytest.mark.parametrize("script", ["middle-lost-answers", "middle-results-twice", "middle-results-late", "middle-results-foreign"])
def test_whatever_happens_to_answers_the_next_night_ends_in_step(
    root: Path, running: process.Running, people: list[str], script: str
) -> None:
    running.control.arm(script)
    wanted = benefits(people)
    night(root, wanted)
    wanted = [*wanted[1:], benefit(people[0], 50)]
    running.control.arm("quiet")
    for days in (1, 2):
        night(root, wanted, go_to(running, EVENING + timedelta(days=days)))
    assert server_rows(running) == sorted(wanted, key=str)
    assert len(effects(root)) == 12 + 2
    assert {kind for kind, _ in alarms_of(root)} <= {"COPY_RESULT_HELD"}


def test_a_result_that_does_not_fit_is_held_and_nothing_of_it_is_applied(root: Path, running: process.Running, people: list[str]) -> None:
    running.control.arm("middle-results-foreign")
    night(root, benefits(people))
    (request,) = rows(root, select(copy_requests))
    assert request.state == "held"
    assert accepted_by(root) == []
    assert alarms_of(root) == {("COPY_RESULT_HELD", f"{KIND}/{request.request_id}")}


SWITCH = datetime.fromisoformat("2027-06-01T22:05:00+09:00")


def test_on_the_switch_day_records_move_to_the_new_layout_in_slices_and_real_changes_do_not_wait(
    root: Path, running: process.Running, people: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    declared(monkeypatch, tmp_path, "switch_records: 5")
    first = benefits(people)
    night(root, first, go_to(running, SWITCH - timedelta(days=1)))
    wanted = [*first[1:-1], {**first[-1], "teategetsugaku": "7000"}]
    for days, moved in ((0, 6), (1, 11), (2, 11)):
        night(root, wanted, go_to(running, SWITCH + timedelta(days=days)))
        layouts = [one["layout"] for one in running.control.copies(KIND)]
        assert layouts.count("2027-06") == moved
        assert server_rows(running) == sorted(wanted, key=str)
    assert rows(root, select(copy_drifts)) == []
    states_now = {row.layout: row.records for row in rows(root, select(copy_states))}
    assert states_now == {"2026-06": 0, "2027-06": 11}
    assert [effect for effect, _ in effects(root)[12:]].count("copy_changed") == 11


def test_a_ledger_in_another_layout_than_that_of_the_day_is_not_sent(root: Path, running: process.Running, people: list[str]) -> None:
    with night_hub(root, SWITCH - timedelta(days=1)) as hub:
        say(hub, benefits(people))
    go_to(running, SWITCH)
    with night_hub(root, SWITCH) as hub:
        assert copies(hub)["other_layout"] == 5
        step_function("masters")(hub)
        assert copies(hub)["no_ledger"] == 5
    assert rows(root, select(copy_requests)) == []


def test_copies_on_postgresql_go_the_same_way(
    root: Path, running: process.Running, people: list[str], new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_DATABASE", new_database())
    set_up(Root(root), Clock(EVENING))
    running.control.withhold_codes(people[:2], NEXT_EVENING)
    first = benefits(people)
    night(root, first)
    assert counts(root) == {"registered": 10, "changed": 0, "deleted": 0, "failed": 0, "waiting": 2}
    night(root, first[1:], go_to(running, NEXT_EVENING))
    assert server_rows(running) == sorted(first[1:], key=str)
    assert counts(root, NEXT_EVENING) == {"registered": 1, "changed": 0, "deleted": 0, **WITHOUT}


def test_outside_the_night_nothing_is_sent(root: Path, running: process.Running, people: list[str]) -> None:
    noon = EVENING.replace(hour=12)
    with night_hub(root, noon) as hub:
        say(hub, benefits(people))
        assert (copies(hub), copy_results(hub)) == ({"skipped": 1}, {"skipped": 1})
