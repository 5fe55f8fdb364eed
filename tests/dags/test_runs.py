"""One ``dag.test()`` of each DAG on a real world, and what goes wrong in a run."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import PermanentError, TransientError
from pipeline.balance import balance_of
from pipeline.flow import FLOWS
from pipeline.hub import open_hub
from pipeline.places import PROJECT, Root
from sandbox.process import Running
from tests.dags.conftest import APPLICATIONS, CODE, DAY, moment
from vocabulary.clock import Clock

HOURS = {"refresh_links": 6, "intake": 9, "notify": 15, "close": 18}


def _rows(database: Path, statement: str, *values: str) -> list[Any]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(statement, values).fetchall()


def _instances(database: Path, run: Any) -> list[tuple[str, int, str, int]]:
    """(task, map index, state, tries) of a run."""
    columns = "SELECT task_id, map_index, state, try_number FROM task_instance WHERE dag_id = ? AND run_id = ?"
    return sorted(_rows(database, columns, run.dag_id, run.run_id))


@pytest.fixture
def day_runs(load_dag: Callable[[str], Any], world: Running, at: Callable[[int], datetime]) -> dict[str, Any]:
    runs = {}
    for flow, hour in HOURS.items():
        now = at(hour)
        if flow == "notify":
            world.control.settle("receipts")
            world.control.settle("results")
        runs[flow] = load_dag(flow).test(logical_date=now)
    return runs


def test_the_dags_run_a_day_and_only_codes_travel_between_tasks(day_runs: dict[str, Any], world: Running, airflow_database: Path) -> None:
    assert {flow: str(run.state) for flow, run in day_runs.items()} == dict.fromkeys(FLOWS, "success")
    for flow, run in day_runs.items():
        assert {task for task, *_ in _instances(airflow_database, run)} == {f"steps.{step}" for step in (*FLOWS[flow], "verdict")}
    with open_hub(Root(world.root), CODE, Clock(moment(18))) as hub:
        balance = balance_of(hub, DAY)
    assert balance.holds
    assert balance.total.listed == APPLICATIONS
    assert balance.total.held == 1
    assert _rows(airflow_database, "SELECT * FROM xcom") == []
    for (fields,) in _rows(airflow_database, "SELECT rendered_fields FROM rendered_task_instance_fields"):
        step, code = json.loads(fields)["op_args"]
        assert any(step in steps for steps in FLOWS.values())
        assert code == CODE


def test_a_broken_municipality_file_fails_only_its_own_branch(
    load_dag: Callable[[str], Any], at: Callable[[int], datetime], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, airflow_database: Path
) -> None:
    shutil.copy(PROJECT / "municipalities" / f"{CODE}.yaml", tmp_path)
    (tmp_path / "131016.yaml").write_text("code: 131016\nname: 千代田区\nportal: none\n", encoding="utf-8")
    monkeypatch.setenv("HUB_MUNICIPALITIES", str(tmp_path))
    run = load_dag("refresh_links").test(logical_date=at(7))
    assert _instances(airflow_database, run) == [
        ("steps.refresh_links", 0, "failed", 1),
        ("steps.refresh_links", 1, "success", 1),
        ("steps.verdict", 0, "failed", 1),
        ("steps.verdict", 1, "skipped", 0),
    ]
    assert str(run.state) == "failed"


def test_what_passes_by_itself_is_tried_again(
    load_dag: Callable[[str], Any], at: Callable[[int], datetime], monkeypatch: pytest.MonkeyPatch, airflow_database: Path
) -> None:
    calls = _fail_twice(monkeypatch, TransientError("portal", "answers 503"))
    run = load_dag("refresh_links").test(logical_date=at(8))
    assert calls == ["refresh_links"] * 3
    assert _instances(airflow_database, run) == [("steps.refresh_links", 0, "success", 3), ("steps.verdict", 0, "skipped", 0)]


def test_what_only_a_person_can_mend_is_not_tried_again(
    load_dag: Callable[[str], Any], at: Callable[[int], datetime], monkeypatch: pytest.MonkeyPatch, airflow_database: Path
) -> None:
    calls = _fail_twice(monkeypatch, PermanentError("portal", "the client secret is refused"))
    run = load_dag("refresh_links").test(logical_date=at(9))
    assert calls == ["refresh_links"]
    assert _instances(airflow_database, run) == [("steps.refresh_links", 0, "failed", 1), ("steps.verdict", 0, "failed", 1)]


def test_a_stopped_step_leaves_the_later_ones_running_and_the_run_red(
    load_dag: Callable[[str], Any], at: Callable[[int], datetime], monkeypatch: pytest.MonkeyPatch, airflow_database: Path
) -> None:
    calls = _fail_twice(monkeypatch, PermanentError("jidoteate-host", "another host key"))
    run = load_dag("notify").test(logical_date=at(10))
    assert calls == list(FLOWS["notify"])
    states = {task: state for task, _, state, _ in _instances(airflow_database, run)}
    assert states == {
        "steps.answers": "failed",
        "steps.statuses": "failed",
        "steps.notices": "success",
        "steps.cases": "success",
        "steps.verdict": "failed",
    }
    assert str(run.state) == "failed"


def _fail_twice(monkeypatch: pytest.MonkeyPatch, error: Exception) -> list[str]:
    """Steps fail with the error, two times; gives the list of steps that were called."""
    calls: list[str] = []

    def run_step(step: str, _code: str, **_rest: Any) -> None:
        calls.append(step)
        if len(calls) < 3:
            raise error

    monkeypatch.setattr("pipeline.scheduler.run_step", run_step)
    return calls
