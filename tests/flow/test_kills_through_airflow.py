"""The demo killed at three points in Airflow, and the same command again each time: nothing lost or doubled, one sandbox throughout."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import pytest

from pipeline.places import PROJECT
from sandbox.process import Running, find_running, stop
from tests.flow import kills
from tests.flow.kills import Day

APPLICATIONS = 12
POINTS = ("pull.file_stored", "deliver.after_call", "notice.after_call")
SECONDS = 240


@dataclass(frozen=True)
class Demo:
    """What came of the demo: exit code and sandbox after each kill, the run that ends the day, and the same day undisturbed."""

    root: Path
    killed: tuple[tuple[int, Running | None], ...]
    ended: subprocess.CompletedProcess[str]
    undisturbed: Day


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("airflow")
    root = folder / "killed"
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=kills.warm_up) as worker:
        made = worker.submit(kills.new_root, folder / "quiet", applications=APPLICATIONS, defects=None).result()
        shutil.copytree(made, root)
        quiet: Future[Day] = worker.submit(undisturbed, made)
        try:
            killed = tuple((run_demo(root, fault=f"{point}:2:kill").returncode, find_running(root)) for point in POINTS)
            yield Demo(root, killed, run_demo(root), quiet.result())
        finally:
            stop(root)
            stop(made)


def run_demo(root: Path, *, fault: str = "") -> subprocess.CompletedProcess[str]:
    """One ``hub demo`` in a process of its own."""
    command = [sys.executable, "-c", "from pipeline.cli import main; main()", "demo"]
    command += ["--applications", str(APPLICATIONS), "--seed", str(kills.SEED), "--root", str(root)]
    environment = {**os.environ, "HUB_FAULT": fault}
    return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False)


def undisturbed(root: Path) -> Day:
    """The end of a demo that nothing kills."""
    ended = run_demo(root)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return kills.judge(root)


def test_each_kill_ends_the_process_and_leaves_its_sandbox_for_the_next_run(demo: Demo) -> None:
    assert [code for code, _ in demo.killed] == [-signal.SIGKILL] * len(POINTS)
    pids = {running.pid if running else None for _, running in demo.killed}
    assert len(pids) == 1
    assert None not in pids
    assert find_running(demo.root) is None


def test_the_same_command_again_ends_the_day_like_an_undisturbed_one(demo: Demo) -> None:
    assert demo.ended.returncode == 0, demo.ended.stdout + demo.ended.stderr
    assert kills.judge(demo.root) == demo.undisturbed
    assert demo.undisturbed.faults == ()
