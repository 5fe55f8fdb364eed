"""One real demo for all tests that look at what it leaves: twice on one root, through Airflow, each time in a process of its own."""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline.places import PROJECT

APPLICATIONS = 150
SECONDS = 300
HUB = "from pipeline.cli import main; main()"


@dataclass(frozen=True)
class Ended:
    """One run of ``hub demo``: exit code, what it wrote to the terminal, its summary, the effects in the stand-ins' journal after it."""

    code: int
    stdout: str
    stderr: str
    summary: dict[str, Any]
    effects: list[dict[str, Any]]


@dataclass(frozen=True)
class Demo:
    """The root and its two runs."""

    root: Path
    first: Ended
    second: Ended

    @property
    def expected(self) -> dict[str, Any]:
        """What the stand-ins' own data expect."""
        found: dict[str, Any] = json.loads((self.root / "sandbox" / "expected.json").read_text(encoding="utf-8"))
        return found


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo of this test run; workers share one, whoever comes first runs it."""
    own = tmp_path_factory.getbasetemp()
    base = (own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own) / "demo"
    base.mkdir(exist_ok=True)
    with (base / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        runs = [_ended(base, name) for name in ("first", "second")]
    yield Demo(base / "root", *runs)


def _ended(base: Path, name: str) -> Ended:
    note = base / f"{name}.json"
    if not note.is_file():
        note.write_text(json.dumps(asdict(run_demo(base / "root", applications=APPLICATIONS))), encoding="utf-8")
    return Ended(**json.loads(note.read_text(encoding="utf-8")))


def run_demo(root: Path, *, applications: int) -> Ended:
    """Run it as a user does. Settings of the outer environment do not reach it."""
    command = [sys.executable, "-c", HUB, "demo", "--applications", str(applications), "--root", str(root)]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "AIRFLOW"))}
    ended = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, env=clean, timeout=SECONDS, check=False)
    summary = root / "summary.json"
    return Ended(
        code=ended.returncode,
        stdout=ended.stdout,
        stderr=ended.stderr,
        summary=json.loads(summary.read_text(encoding="utf-8")) if summary.is_file() else {},
        effects=read_lines(root / "sandbox" / "journals" / "effects.jsonl"),
    )


def read_lines(file: Path) -> list[dict[str, Any]]:
    """JSON objects, one a line."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.is_file() else []
