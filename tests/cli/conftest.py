"""Roots for the command line's tests: one small world with its stand-ins running, copied for each test that spoils something."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.demo.world import at
from sandbox.process import Running, start, stop
from sandbox.world import prepare
from tests.cli.messages import Hub

NOW = at(9).isoformat()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Hub:
    """``hub`` with arguments, in this process, at nine o'clock of the demo's day."""
    for name in ("HUB_ROOT", "HUB_DATABASE", "HUB_MUNICIPALITIES", "HUB_MAPPINGS", "HUB_LOG_LEVEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HUB_NOW", NOW)

    def run(*arguments: str | Path) -> Result:
        return CliRunner().invoke(main, [str(argument) for argument in arguments], prog_name="hub")

    return run


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Stand-ins with twelve good applications, on a root that is not set up."""
    root = tmp_path_factory.mktemp("world")
    prepare(root, seed=7, applications=12, day=at(9).date(), defects=())
    running = start(root, now=at(9), script="quiet")
    yield running
    stop(root)


@pytest.fixture
def root(world: Running, tmp_path: Path, hub: Hub) -> Path:
    """A copy of the world's root of its own, set up; its connections lead to the same stand-ins."""
    copy = tmp_path / "root"
    shutil.copytree(world.root, copy, ignore=shutil.ignore_patterns("process.json"))
    made = hub("setup", "--root", copy)
    assert made.exit_code == 0, made.stderr
    return copy
