"""Copies go to the stand-in of the intermediate server night by night, and end as the ledger says."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from pipeline.errors import SettingError
from pipeline.flow import step_function
from pipeline.hub import set_up
from pipeline.journal.copy_tables import copy_drifts, copy_items, copy_requests, copy_states
from pipeline.journal.evidence_tables import log_leaves
from pipeline.night_settings import Drift
from pipeline.places import Root
from pipeline.steps.copies import copies
from pipeline.steps.copy_results import copy_results
from pipeline.sync.counts import night_counts
from pipeline.sync.drift import approve, exceeds
from pipeline.sync.lane import try_again
from sandbox import process
from tests.flow.fault_names import marked_points
from tests.night.conftest import EVENING, NEXT_EVENING, KilledError, night_hub, protected_of
from tests.night.ledger import KIND, Row, accepted_by, benefit, effects, night, residents_of, say, server_rows, states
from tests.pipeline.days import alarms_of, rows
from tests.postgres import NewDatabase
from vocabulary.clock import Clock

WITHOUT = {"failed": 0, "waiting": 0}


@pytest.fixture
def people(root: Path, running: process.Running) -> list[str]:
    with night_hub(root) as hub:
        return residents_of(hub, 12)


def benefits(people: list[str]) -> list[Row]:
    return [benefit(atena, number) for number, atena in enumerate(people, 1)]


def counts(root: Path, moment: datetime = EVENING) -> dict[str, int]:
    with night_hub(root, moment) as hub:
        return dict(night_counts(hub, moment.date().isoformat())[KIND])


def go_to(running: process.Running, moment: datetime) -> datetime:
    running.control.set_clock(moment)
    return moment


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


def declared(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: str) -> None:
    """Let the municipality's file say something more about copies."""
    text = Path("municipalities/472018.yaml").read_text(encoding="utf-8")
    folder = tmp_path / "municipalities"
    folder.mkdir(exist_ok=True)
    (folder / "472018.yaml").write_text(text.replace("  retry_days: 14", f"  {line}\n  retry_days: 14", 1), encoding="utf-8")
    monkeypatch.setenv("HUB_MUNICIPALITIES", str(folder))


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


def test_a_person_without_code_is_tried_again_until_it_is_there(root: Path, running: process.Running, people: list[str]) -> None:
    running.control.withhold_codes(people[:2], EVENING + timedelta(days=2))
    night(root, benefits(people))
    assert counts(root) == {"registered": 10, "changed": 0, "deleted": 0, "failed": 0, "waiting": 2}
    night(root, None, go_to(running, NEXT_EVENING))
    night(root, None, go_to(running, NEXT_EVENING))
    tried = [(row.state, row.tries, row.since) for row in rows(root, select(copy_items).where(copy_items.c.state == "waiting"))]
    assert tried == [("waiting", 2, "2026-11-24")] * 2
    night(root, None, go_to(running, EVENING + timedelta(days=3)))
    assert len(server_rows(running)) == 12
    assert counts(root, EVENING + timedelta(days=3)) == {"registered": 2, "changed": 0, "deleted": 0, **WITHOUT}


def test_what_does_not_heal_in_time_becomes_a_work_item(root: Path, running: process.Running, people: list[str]) -> None:
    running.control.withhold_codes(people[:1], EVENING + timedelta(days=99))
    night(root, benefits(people))
    moment = go_to(running, EVENING + timedelta(days=14))
    night(root, None, moment)
    with night_hub(root, moment) as hub:
        assert states(hub)[-1] == ("1", "failed", "COPY_GIVEN_UP")
    assert ("COPY_RECORDS_FAILED", KIND) in alarms_of(root)
    night(root, None, go_to(running, EVENING + timedelta(days=15)))
    assert len(rows(root, select(copy_requests))) == 2


def test_a_refused_item_waits_for_a_person_or_for_another_value(root: Path, running: process.Running, people: list[str]) -> None:
    bad = [{**benefit(people[0], 1), "jukyushakubun": "9"}, *benefits(people)[1:]]
    night(root, bad)
    night(root, bad, go_to(running, NEXT_EVENING))
    with night_hub(root, NEXT_EVENING) as hub:
        assert [row for row in states(hub) if row[1] == "failed"] == [("1", "failed", "COPY_ITEM_INVALID")]
    assert len(rows(root, select(copy_requests))) == 1
    night(root, benefits(people), go_to(running, EVENING + timedelta(days=2)))
    assert len(server_rows(running)) == 12
    with night_hub(root, EVENING + timedelta(days=2)) as hub:
        assert states(hub)[0] == ("1", "settled", "COPY_ITEM_INVALID")


def test_a_record_that_the_server_has_already_is_taken_as_it_is_or_changed_after_a_person_said_so(
    root: Path, running: process.Running, people: list[str]
) -> None:
    same, other = benefit(people[0], 1), benefit(people[1], 2)
    for row, amount in ((same, "20000"), (other, "15000")):
        values = dict.fromkeys(("saishushiharaibi", "saishushiharaigaku", "shometsunengappi", "shometsujiyu"), "")
        values |= {name: value for name, value in row.items() if name != "atenabango"}
        values["teategetsugaku"] = amount
        running.control.plant_copy(KIND, row["atenabango"], values, layout="2026-06", updated_at=EVENING)
    night(root, [same, other])
    with night_hub(root) as hub:
        assert sorted(states(hub)) == [("1", "accepted", None), ("1", "failed", "COPY_ALREADY_THERE")]
        assert try_again(hub, KIND, actor="kakari", reason="正本が正しい") == 1
    night(root)
    assert server_rows(running) == sorted([same, other], key=str)
    assert effects(root)[-1][0] == "copy_changed"


def test_what_the_server_lost_is_deleted_without_ado_and_registered_after_a_person_said_so(
    root: Path, running: process.Running, people: list[str]
) -> None:
    first = benefits(people)
    night(root, first)
    for row in first[:2]:
        running.control.plant_copy(KIND, row["atenabango"], None, layout="2026-06", updated_at=EVENING)
    moment = go_to(running, NEXT_EVENING)
    wanted = [{**first[1], "teategetsugaku": "5000"}, *first[2:]]
    night(root, wanted, moment)
    with night_hub(root, moment) as hub:
        assert states(hub)[12:] in ([("3", "accepted", None), ("2", "failed", "COPY_NOT_THERE")],
                                    [("2", "failed", "COPY_NOT_THERE"), ("3", "accepted", None)])  # fmt: skip
        try_again(hub, KIND, actor="kakari", reason="サーバーの移行で失われた")
    night(root, None, moment)
    assert server_rows(running) == sorted(wanted, key=str)


def test_nothing_of_a_protected_person_is_registered_before_the_flags_are_set(
    root: Path, running: process.Running, people: list[str]
) -> None:
    with night_hub(root) as hub:
        (protected, *_) = protected_of(hub)
    wanted = [benefit(protected, 77), *benefits(people)]
    night(root, wanted)
    assert [row["ninteibango"] for row in server_rows(running) if row["atenabango"] == protected] == []
    assert counts(root)["waiting"] == 1
    with night_hub(root) as hub:
        step_function("protected_flags")(hub)
    night(root)
    assert server_rows(running) == sorted(wanted, key=str)
    assert counts(root)["waiting"] == 0


def test_the_drift_limit_stops_a_kind_until_a_person_approves_once(
    root: Path, running: process.Running, people: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = benefits(people)
    night(root, first)
    text = Path("municipalities/472018.yaml").read_text(encoding="utf-8").replace("count: 500", "count: 500, few: 3")
    (tmp_path / "472018.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("HUB_MUNICIPALITIES", str(tmp_path))
    moment = go_to(running, NEXT_EVENING)
    night(root, first[6:], moment)
    assert ("COPY_DRIFT", KIND) in alarms_of(root)
    assert len(server_rows(running)) == 12
    assert counts(root, moment)["waiting"] == 6
    with night_hub(root, moment) as hub:
        approve(hub, KIND, "kacho", "対象者の見直し")
        with pytest.raises(SettingError):
            approve(hub, KIND, "kacho", "もう一度")
    night(root, None, moment)
    assert server_rows(running) == sorted(first[6:], key=str)
    assert [row.state for row in rows(root, select(copy_drifts))] == ["used"]
    night(root, first, go_to(running, EVENING + timedelta(days=2)))
    assert len(server_rows(running)) == 6
    night(root, first[5:], go_to(running, EVENING + timedelta(days=3)))
    assert server_rows(running) == sorted(first[5:], key=str)
    assert [row.state for row in rows(root, select(copy_drifts))] == ["used", "gone"]


@pytest.mark.parametrize(
    ("changes", "accepted", "above"),
    [(500, 0, False), (501, 0, True), (20, 30, False), (21, 30, True), (200, 1000, False), (201, 1000, True), (501, 1_000_000, True)],
)
def test_share_and_count_are_the_most_that_a_night_may_change(changes: int, accepted: int, above: bool) -> None:
    assert exceeds(Drift.model_validate({"share": "0.20", "count": 500}), changes, accepted) is above


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
