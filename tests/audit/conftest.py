"""The small town after its close, with recorded weeks before it; built once, copied by a test that changes it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.audit.reporting import report_to_auditors
from pipeline.hub import set_up
from pipeline.places import Root
from pipeline.steps.close_day import close_day
from pipeline.steps.report_day import report_day
from sandbox import world
from tests.audit.weeks import enter_weeks
from tests.pipeline.days import DAY, DEFECTS, INTAKE, NAHA, at, copied, hub_at, outside, run
from vocabulary.clock import Clock


@pytest.fixture(scope="session")
def closed_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town in the evening, closed, with its auditors' site."""
    root = tmp_path_factory.mktemp("audited") / "root"
    set_up(Root(root), Clock(at(6)))
    world.prepare(root, seed=7, applications=16, day=DAY, municipality=NAHA, defects=DEFECTS)
    with outside(root, at(9)):
        run(root, ("refresh_links", *INTAKE), at(9))
    with hub_at(root, at(18)) as hub:
        enter_weeks(hub, DAY - timedelta(days=1), 5)
        close = close_day(hub, DAY)
        report_day(hub, close)
        report_to_auditors(hub, close)
    return root


@pytest.fixture
def own(closed_root: Path, tmp_path: Path) -> Callable[[], Path]:
    """A function that copies the closed town for one test."""
    return lambda: copied(closed_root, tmp_path / "root")
