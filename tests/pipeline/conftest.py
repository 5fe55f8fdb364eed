"""One small town for the whole session, at three stages of its day; a test that changes something copies the stage it needs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.hub import set_up
from pipeline.places import Root
from sandbox import world
from tests.pipeline.days import APPLICATIONS, DAY, DEFECTS, NAHA, TO_CHECK, at, copied, outside, run
from vocabulary.clock import Clock


@pytest.fixture(scope="session")
def made_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town in the morning: nothing is listed yet."""
    root = tmp_path_factory.mktemp("town") / "root"
    set_up(Root(root), Clock(at(6)))
    world.prepare(root, seed=7, applications=APPLICATIONS, day=DAY, municipality=NAHA, defects=DEFECTS)
    return root


@pytest.fixture(scope="session")
def mapped_root(made_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything of the day is mapped, nothing is checked; book and cases are known."""
    root = copied(made_root, tmp_path_factory.mktemp("mapped") / "root")
    with outside(root, at(9)):
        run(root, ("refresh_links", "counter_book", "receiver_cases", *TO_CHECK[:-1]), at(9))
    return root


@pytest.fixture(scope="session")
def checked_root(made_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything of the day is checked, nothing is released."""
    root = copied(made_root, tmp_path_factory.mktemp("checked") / "root")
    with outside(root, at(9)):
        run(root, ("refresh_links", *TO_CHECK), at(9))
    return root


@pytest.fixture(scope="session")
def delivered_root(checked_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files are delivered, receipts and results lie in the outboxes, and nobody has read them."""
    root = copied(checked_root, tmp_path_factory.mktemp("delivered") / "root")
    with outside(root, at(9)) as running:
        run(root, ("release", "deliver"), at(9))
        running.control.settle("receipts")
        running.control.settle("results")
    return root


@pytest.fixture
def expected(made_root: Path) -> dict[str, Any]:
    """What must become of the town's applications."""
    return dict(json.loads((made_root / "sandbox/expected.json").read_text(encoding="utf-8")))


@pytest.fixture
def own(tmp_path: Path) -> Callable[[Path], Path]:
    """A function that copies a root for one test."""
    return lambda source: copied(source, tmp_path / "root")
