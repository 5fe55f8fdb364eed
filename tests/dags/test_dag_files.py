import ast
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from pipeline.calendar import OpeningDays
from pipeline.flow import FLOWS, NEEDS
from pipeline.nights import codes_declaring, cron_of
from pipeline.places import PROJECT

DAG_FILES = sorted((PROJECT / "dags").glob("*.py"))
HEAVY = {"pandas", "numpy", "great_expectations", "lxml", "paramiko", "fontTools", "typst", "xmlsec"}
PUBLISHED = {"nightly_sync": "hub://copies", "exchange_log": "hub://exchange"}
STARTED_BY = {"exchange_log": "hub://copies", "night_report": "hub://exchange"}
PARSE_SECONDS = 2.0
DATABASE_DOORS = ("airflow.models", "airflow.settings", "airflow.utils.session", "airflow.utils.db")


def test_every_flow_has_one_dag_of_its_name(airflow_database: Path) -> None:
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(dag_folder=str(PROJECT / "dags"))
    assert bag.import_errors == {}
    assert set(bag.dags) == set(FLOWS) == {file.stem for file in DAG_FILES}


@pytest.mark.parametrize("flow", FLOWS)
def test_the_tasks_of_a_dag_follow_one_another_as_the_flow_says(load_dag: Callable[[str], Any], flow: str) -> None:
    dag = load_dag(flow)
    names = [f"steps.{step}" for step in FLOWS[flow]]
    published = {"published"} if flow in PUBLISHED else set()
    assert set(dag.task_ids) == {*names, "steps.verdict", *published}
    assert {task_id for task_id in published if dag.get_task(task_id).upstream_task_ids != {names[-1]}} == set()
    assert dag.get_task("steps.verdict").upstream_task_ids == set(names)
    for earlier, later in pairwise(names):
        assert dag.get_task(later).upstream_task_ids == {earlier}
    assert dag.get_task(names[0]).upstream_task_ids == set()


@pytest.mark.parametrize("flow", FLOWS)
def test_a_dag_says_whose_it_is_and_never_runs_twice_at_once(load_dag: Callable[[str], Any], flow: str) -> None:
    dag = load_dag(flow)
    assert dag.owner == "municipal-it"
    assert {"hub", flow} <= set(dag.tags)
    assert dag.description
    assert (dag.max_active_runs, dag.catchup) == (1, False)
    assert all(task.retries == 3 for task in dag.tasks if task.task_id not in {"steps.verdict", "published"})
    assert not any(task.do_xcom_push for task in dag.tasks)


def test_dag_files_import_nothing_heavy_when_they_are_parsed(airflow_database: Path) -> None:
    program = (
        "import json, sys, time\nfrom importlib.util import module_from_spec, spec_from_file_location\n"
        "import airflow.sdk, airflow.sdk.definitions.decorators\nbegun = time.process_time()\n"
        "for number, file in enumerate(sys.argv[1:]):\n"
        "    spec = spec_from_file_location(f'dag{number}', file)\n    spec.loader.exec_module(module_from_spec(spec))\n"
        "seconds = time.process_time() - begun\n"
        "print(json.dumps([seconds, sorted({name.partition('.')[0] for name in sys.modules})]))\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program, *map(str, DAG_FILES)], cwd=PROJECT, capture_output=True, check=True, text=True
    )
    seconds, loaded = json.loads(answer.stdout.splitlines()[-1])
    assert "pipeline" in loaded
    assert set(loaded) & HEAVY == set()
    assert seconds < PARSE_SECONDS


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{name.name}" for name in node.names)


PARSED = [*DAG_FILES, PROJECT / "pipeline" / "scheduler.py", PROJECT / "pipeline" / "flow.py"]


@pytest.mark.parametrize("file", PARSED, ids=lambda file: file.name)
def test_no_dag_reaches_for_airflow_s_database(file: Path) -> None:
    """Under a real scheduler a task that does so fails, while ``dag.test()`` lets it pass."""
    assert [name for name in _imports(file) if name.startswith(DATABASE_DOORS)] == []


@pytest.mark.parametrize("flow", PUBLISHED)
def test_a_nightly_flow_publishes_its_asset_and_the_next_one_follows_it(load_dag: Callable[[str], Any], flow: str) -> None:
    assert [asset.name for asset in load_dag(flow).get_task("published").outlets] == [PUBLISHED[flow]]
    [follower] = [name for name, asset in STARTED_BY.items() if asset == PUBLISHED[flow]]
    assert load_dag(follower).timetable.asset_condition.name == PUBLISHED[flow]


def test_copies_are_sent_in_the_hours_of_the_declared_night_only(load_dag: Callable[[str], Any]) -> None:
    dag = load_dag("nightly_sync")
    assert dag.timetable.expression == "0 0,1,2,3,4,22,23 * * *"
    assert str(dag.timezone) == "Asia/Tokyo"


def test_a_municipality_has_a_part_in_the_night_when_its_file_declares_it(
    load_dag: Callable[[str], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared = (PROJECT / "municipalities" / "472018.yaml").read_text(encoding="utf-8")
    (tmp_path / "472018.yaml").write_text(declared, encoding="utf-8")
    (tmp_path / "131016.yaml").write_text("code: 131016\ncopies: {window: 23:30-01:15}\n", encoding="utf-8")
    (tmp_path / "131024.yaml").write_text("code: 131024\n", encoding="utf-8")
    (tmp_path / "131032.yaml").write_text("no: [yaml\n", encoding="utf-8")
    monkeypatch.setenv("HUB_MUNICIPALITIES", str(tmp_path))
    codes = {flow: codes_declaring(tmp_path, NEEDS[flow]) for flow in NEEDS}
    both = ["131016", "131032", "472018"]
    assert codes == {"nightly_sync": both, "exchange_log": ["131032", "472018"], "night_report": both, "payments": ["131032", "472018"]}
    assert cron_of(tmp_path, "copies") == "0,30 0,1,2,3,4,22,23 * * *"
    assert load_dag("nightly_sync").get_task("steps.copies").get_closest_mapped_task_group() is not None


def test_notices_go_out_on_opening_days_only(load_dag: Callable[[str], Any]) -> None:
    first, last = date(2026, 11, 1), date(2028, 1, 31)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    opening = OpeningDays()
    assert _run_days(load_dag("notify"), first, last) == [day for day in days if opening.is_open(day)]


def _run_days(dag: Any, first: date, last: date) -> list[date]:
    """The days on which the scheduler would start the DAG, in the municipality's time."""
    import pendulum
    from airflow.timetables.base import TimeRestriction

    earliest = pendulum.datetime(first.year, first.month, first.day, tz="Asia/Tokyo")
    restriction = TimeRestriction(earliest=earliest, latest=earliest.add(years=3), catchup=True)
    days: list[date] = []
    interval = None
    while not days or days[-1] <= last:
        found = dag.timetable.next_dagrun_info(last_automated_data_interval=interval, restriction=restriction)
        interval = found.data_interval
        moment = found.run_after.in_timezone("Asia/Tokyo")
        assert moment.hour == 10
        days.append(moment.date())
    return days[:-1]
