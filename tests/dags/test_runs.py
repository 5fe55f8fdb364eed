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
from pipeline.exchange.counts import exchange_counts
from pipeline.flow import FLOWS
from pipeline.hub import open_hub
from pipeline.places import PROJECT, Root
from pipeline.sync.counts import night_counts
from sandbox.process import Running
from tests.dags.conftest import APPLICATIONS, CODE, DAY, moment
from vocabulary.clock import Clock

DAY_HOURS = {"refresh_links": 6, "payments": 7, "morning": 8, "intake": 9, "notify": 15, "close": 18}
HOURS = {**DAY_HOURS, "nightly_sync": 22, "exchange_log": 23, "night_report": 23}
PUBLISHING = {"nightly_sync", "exchange_log"}


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
        if flow == "nightly_sync":
            world.control.settle("own")
        runs[flow] = load_dag(flow).test(logical_date=now)
    return runs


def test_the_dags_run_a_day_and_only_codes_travel_between_tasks(day_runs: dict[str, Any], world: Running, airflow_database: Path) -> None:
    assert {flow: str(run.state) for flow, run in day_runs.items()} == dict.fromkeys(FLOWS, "success")
    for flow, run in day_runs.items():
        tasks = {f"steps.{step}" for step in (*FLOWS[flow], "verdict")} | ({"published"} if flow in PUBLISHING else set())
        assert {task for task, *_ in _instances(airflow_database, run)} == tasks
    with open_hub(Root(world.root), CODE, Clock(moment(18))) as hub:
        balance = balance_of(hub, DAY)
    assert balance.holds
    assert balance.total.listed == APPLICATIONS
    assert balance.total.held == 1
    assert _rows(airflow_database, "SELECT * FROM xcom") == []
    for (fields,) in _rows(airflow_database, "SELECT rendered_fields FROM rendered_task_instance_fields"):
        arguments = json.loads(fields)["op_args"]
        if arguments:
            step, code = arguments
            assert any(step in steps for steps in FLOWS.values())
            assert code == CODE


def test_a_broken_municipality_file_fails_only_its_own_branch(
    load_dag: Callable[[str], Any], at: Callable[[int], datetime], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, airflow_database: Path
) -> None:
    shutil.copy(PROJECT / "municipalities" / f"{CODE}.yaml", tmp_path)
    (tmp_path / "131016.yaml").write_text("code: 131016\nname: 千代田区\nportal: none\n", encoding="utf-8")
    monkeypatch.setenv("HUB_MUNICIPALITIES", str(tmp_path))
    run = load_dag("refresh_links").test(logical_date=at(7))
    steps = [(f"steps.{step}", place, state, 1) for step in FLOWS["refresh_links"] for place, state in enumerate(("failed", "success"))]
    assert _instances(airflow_database, run) == sorted([*steps, ("steps.verdict", 0, "failed", 1), ("steps.verdict", 1, "skipped", 0)])
    assert str(run.state) == "failed"


def test_what_passes_by_itself_is_tried_again(
    load_dag: Callable[[str], Any], at: Callable[[int], datetime], monkeypatch: pytest.MonkeyPatch, airflow_database: Path
) -> None:
    calls = _fail_twice(monkeypatch, TransientError("portal", "answers 503"))
    run = load_dag("refresh_links").test(logical_date=at(8))
    first, *others = FLOWS["refresh_links"]
    assert calls == [first, first, first, *others]
    after = [(f"steps.{step}", 0, "success", 1) for step in others]
    assert _instances(airflow_database, run) == sorted([(f"steps.{first}", 0, "success", 3), *after, ("steps.verdict", 0, "skipped", 0)])


def test_what_only_a_person_can_mend_is_not_tried_again(
    load_dag: Callable[[str], Any], at: Callable[[int], datetime], monkeypatch: pytest.MonkeyPatch, airflow_database: Path
) -> None:
    calls = _fail_twice(monkeypatch, PermanentError("portal", "the client secret is refused"))
    run = load_dag("refresh_links").test(logical_date=at(9))
    first, second, *others = FLOWS["refresh_links"]
    assert calls == [first, second, *others]
    failed = [(f"steps.{step}", 0, "failed", 1) for step in (first, second)]
    after = [(f"steps.{step}", 0, "success", 1) for step in others]
    assert _instances(airflow_database, run) == sorted([*failed, *after, ("steps.verdict", 0, "failed", 1)])


def test_a_stopped_step_leaves_the_later_ones_running_and_the_run_red(
    load_dag: Callable[[str], Any], at: Callable[[int], datetime], monkeypatch: pytest.MonkeyPatch, airflow_database: Path
) -> None:
    calls = _fail_twice(monkeypatch, PermanentError("jidoteate-host", "another host key"))
    run = load_dag("notify").test(logical_date=at(10))
    assert calls == list(FLOWS["notify"])
    states = {task: state for task, _, state, _ in _instances(airflow_database, run)}
    first, second, *others = FLOWS["notify"]
    failed = dict.fromkeys((f"steps.{step}" for step in (first, second, "verdict")), "failed")
    assert states == failed | dict.fromkeys((f"steps.{step}" for step in others), "success")
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


def test_a_night_through_the_dags_brings_the_copies_to_the_server_and_writes_the_pages(day_runs: dict[str, Any], world: Running) -> None:
    assert str(day_runs["nightly_sync"].state) == "success"
    with open_hub(Root(world.root), CODE, Clock(moment(23))) as hub:
        counts = night_counts(hub, DAY.isoformat())
        exchange = exchange_counts(hub, DAY)
    assert {kind: len(world.control.copies(kind)) for kind in counts} == {kind: one["registered"] for kind, one in counts.items()}
    assert sum(one["registered"] for one in counts.values()) > 50
    assert exchange["fetched"] > 0
    assert {"night.html", "exchange.html"} <= {page.name for page in (world.root / "reports").iterdir()}


def test_a_stopped_step_of_the_night_leaves_it_red_and_still_publishes(
    load_dag: Callable[[str], Any], at: Callable[[int], datetime], monkeypatch: pytest.MonkeyPatch, airflow_database: Path
) -> None:
    calls = _fail_twice(monkeypatch, PermanentError("middle", "the client secret is refused"))
    run = load_dag("exchange_log").test(logical_date=at(20))
    assert calls == list(FLOWS["exchange_log"])
    states = {task: state for task, _, state, _ in _instances(airflow_database, run)}
    assert (states["steps.verdict"], states["published"], str(run.state)) == ("failed", "success", "failed")
    events = "SELECT name FROM asset_event JOIN asset ON asset.id = asset_id WHERE source_run_id = ?"
    published = _rows(airflow_database, events, run.run_id)
    assert published == [("hub://exchange",)]


def test_by_day_the_night_s_steps_do_nothing(
    load_dag: Callable[[str], Any], at: Callable[[int], datetime], world: Running
) -> None:
    before = (world.root / "sandbox" / "journals" / "effects.jsonl").read_bytes()
    for flow in ("nightly_sync", "exchange_log"):
        assert str(load_dag(flow).test(logical_date=at(12)).state) == "success"
    assert (world.root / "sandbox" / "journals" / "effects.jsonl").read_bytes() == before
