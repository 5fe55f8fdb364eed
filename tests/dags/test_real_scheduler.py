"""The flows under a real scheduler: Airflow's processes and the journal on one PostgreSQL server, nothing called by the test itself."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipeline.flow import FLOWS
from pipeline.hub import open_hub, set_up
from pipeline.places import PROJECT, Root
from pipeline.steps.close_day import inspect_day
from sandbox.journals import read_journal
from sandbox.process import Running, start, stop
from tests.dags.conftest import APPLICATIONS, CODE, DAY, airflow_settings, moment, new_world
from vocabulary.clock import Clock

NOW = moment(15)
UP_SECONDS = 120
RUN_SECONDS = 120
ENDED = {"success", "failed"}


@dataclass
class Scheduler:
    """Airflow's REST interface, as somebody who operates it uses it."""

    port: int
    passwords: Path
    client: httpx.Client = field(default_factory=httpx.Client)

    def log_in(self) -> bool:
        """Whether it answers and knows every DAG."""
        try:
            password = json.loads(self.passwords.read_text(encoding="utf-8"))["admin"]
            answer = self.client.post(self._url("/auth/token"), json={"username": "admin", "password": password})
            self.client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
            return {dag["dag_id"] for dag in self.call("GET", "/dags")["dags"]} >= set(FLOWS)
        except (OSError, httpx.HTTPError, ValueError, KeyError):
            return False

    def call(self, method: str, path: str, **body: Any) -> Any:
        """The answer of a call; raises for an error."""
        answer = self.client.request(method, self._url(f"/api/v2{path}"), json=body or None, timeout=20)
        return answer.raise_for_status().json()

    def start_due(self, flow: str) -> None:
        """Unpause a DAG: the scheduler starts the run that its timetable says was due last."""
        self.call("PATCH", f"/dags/{flow}", is_paused=False)

    def start_by_hand(self, flow: str) -> None:
        """Trigger a run."""
        self.call("POST", f"/dags/{flow}/dagRuns", logical_date=None, note="started by hand")

    def wait(self, flow: str, *, kinds: set[str]) -> dict[str, str]:
        """Kind → state of the DAG's runs, when there is one of each kind and all have ended. The DAG is paused then."""
        runs: dict[str, str] = {}

        def ended() -> bool:
            runs.update({run["run_type"]: run["state"] for run in self.call("GET", f"/dags/{flow}/dagRuns")["dag_runs"]})
            return set(runs) == kinds and set(runs.values()) <= ENDED

        assert _wait(ended, RUN_SECONDS), f"{flow}: {runs}"
        self.call("PATCH", f"/dags/{flow}", is_paused=True)
        return runs

    def _url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


def _wait(condition: Any, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.5)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory, new_database: Any) -> Iterator[Running]:
    """The world at three in the afternoon, with its journal on PostgreSQL."""
    with pytest.MonkeyPatch.context() as patch:
        root = new_world(tmp_path_factory.mktemp("scheduled"))
        patch.setenv("HUB_ROOT", str(root.folder))
        patch.setenv("HUB_DATABASE", new_database())
        patch.setenv("HUB_NOW", NOW.isoformat())
        set_up(root, Clock(NOW))
        try:
            yield start(root.folder, now=NOW, script="quiet")
        finally:
            stop(root.folder)


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory, new_database: Any, outside: Running) -> Iterator[Scheduler]:
    """Airflow with a scheduler, a DAG processor and its own API, in a process group that is stopped as a whole."""
    assert outside.pid
    home = tmp_path_factory.mktemp("airflow")
    port = _free_port()
    settings = {
        **os.environ,
        **airflow_settings(home, new_database()),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(PROJECT),
        "AIRFLOW__CORE__PARALLELISM": "2",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "5",
        "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(_free_port()),
        "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(_free_port()),
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
    }
    with (home / "standalone.log").open("ab") as log:
        process = subprocess.Popen(
            ["airflow", "standalone"], cwd=home, env=settings, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    found = Scheduler(port, home / "simple_auth_manager_passwords.json.generated")
    try:
        up = _wait(lambda: process.poll() is not None or found.log_in(), UP_SECONDS)
        assert up, (home / "standalone.log").read_text(encoding="utf-8")[-4000:]
        assert process.poll() is None, (home / "standalone.log").read_text(encoding="utf-8")[-4000:]
        yield found
    finally:
        found.client.close()
        _stop(process)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """End the group that the process leads."""
    for order, seconds in ((signal.SIGTERM, 15), (signal.SIGKILL, 10)):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, order)
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
            break
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def test_a_day_runs_under_a_real_scheduler(scheduler: Scheduler, outside: Running) -> None:
    scheduler.start_by_hand("refresh_links")
    scheduler.start_due("refresh_links")
    assert scheduler.wait("refresh_links", kinds={"manual", "scheduled"}) == {"manual": "success", "scheduled": "success"}
    scheduler.start_due("intake")
    assert scheduler.wait("intake", kinds={"scheduled"}) == {"scheduled": "success"}
    outside.control.settle("receipts")
    outside.control.settle("results")
    for flow in ("notify", "close"):
        scheduler.start_due(flow)
        assert scheduler.wait(flow, kinds={"scheduled"}) == {"scheduled": "success"}

    root = Root(outside.root)
    with open_hub(root, CODE, Clock(NOW)) as hub:
        day = inspect_day(hub, DAY)
    expected = json.loads((root.folder / "sandbox" / "expected.json").read_text(encoding="utf-8"))
    assert day.problems == ()
    assert day.balanced
    counts = day.balance.total
    assert (counts.listed, counts.delivered, counts.held) == (APPLICATIONS, len(expected["good"]), 1)
    assert all(file.remote == "same" and file.receipt == "OK" for file in day.files)
    effects = [(one["system"], one["effect"], one["key"]) for one in read_journal(root.folder / "sandbox" / "journals" / "effects.jsonl")]
    assert len(effects) == len(set(effects)) > 0
    assert not root.database.exists()


def test_the_scheduler_is_healthy_after_the_day(scheduler: Scheduler) -> None:
    health = scheduler.call("GET", "/monitor/health")
    assert {health[part]["status"] for part in ("metadatabase", "scheduler", "dag_processor")} == {"healthy"}


def test_the_assets_of_the_night_start_the_flows_that_follow(scheduler: Scheduler) -> None:
    for flow in ("night_report", "exchange_log", "nightly_sync"):
        scheduler.start_due(flow)
    assert scheduler.wait("nightly_sync", kinds={"scheduled"}) == {"scheduled": "success"}
    assert scheduler.wait("exchange_log", kinds={"asset_triggered"}) == {"asset_triggered": "success"}
    assert scheduler.wait("night_report", kinds={"asset_triggered"}) == {"asset_triggered": "success"}
