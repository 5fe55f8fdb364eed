"""One laid-out municipality for the session, copied for each test; stand-ins run beside each copy."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.flow import step_function
from sandbox import process
from tests.channels.town import at, hub_at, lay_out


@dataclass(frozen=True)
class Town:
    """A root and its running stand-ins."""

    root: Path
    running: process.Running

    @property
    def control(self) -> Any:
        """The way to act as a resident."""
        return self.running.control

    def arm(self, script: str) -> None:
        self.running.control.arm(script)

    def run(self, step: str, moment: datetime) -> dict[str, int]:
        """Run a step at a moment."""
        self.running.control.set_clock(moment)
        with hub_at(self.root, moment) as hub:
            return step_function(step)(hub)

    def hub(self, moment: datetime) -> Any:
        return hub_at(self.root, moment)


@pytest.fixture(scope="session")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("channels") / "root"
    lay_out(root)
    return root


@pytest.fixture
def town(laid_out: Path, tmp_path: Path) -> Iterator[Town]:
    root = tmp_path / "root"
    shutil.copytree(laid_out, root)
    running = process.start(root, now=at(9), script="quiet")
    yield Town(root, running)
    process.stop(root)
