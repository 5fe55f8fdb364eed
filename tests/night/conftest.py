"""A small town in the evening, with its register read and its stand-ins at hand; every test works on a root of its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from pipeline import faults
from pipeline.flow import step_function
from pipeline.hub import Hub, set_up
from pipeline.journal.register_tables import residents
from pipeline.places import Root
from sandbox import process, world
from tests.pipeline.days import DAY, NAHA, at, copied, hub_at, outside, run
from vocabulary.clock import Clock

EVENING = at(22, 5)
NEXT_EVENING = EVENING + timedelta(days=1)


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of a town whose register was read in the morning."""
    root = tmp_path_factory.mktemp("night") / "root"
    set_up(Root(root), Clock(at(6)))
    world.prepare(root, seed=7, applications=16, day=DAY, municipality=NAHA, defects=("spouse-protected",))
    with outside(root, at(7)):
        run(root, ("refresh_links",), at(7))
    with hub_at(root, at(8)) as hub:
        for atena in unprotected_of(hub)[:2]:
            protect(hub, atena)
    return root


@pytest.fixture
def root(town: Path, tmp_path: Path) -> Path:
    """A copy of the town."""
    return copied(town, tmp_path / "root")


@pytest.fixture
def running(root: Path) -> Iterator[process.Running]:
    """The stand-ins of the root in the evening, without faults."""
    yield process.start(root, now=EVENING, script="quiet")
    process.stop(root)


@pytest.fixture
def stop_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, int], None]:
    """A function that lets the n-th reaching of a fault point end the step, as a kill does, once."""

    def order(name: str, hit: int = 1) -> None:
        def reached(action: str) -> None:
            monkeypatch.delenv("HUB_FAULT")
            raise KilledError(action)

        # Hits are counted for the whole process.
        faults._hits.clear()
        monkeypatch.setattr(faults, "_stop", reached)
        monkeypatch.setenv("HUB_FAULT", f"{name}:{hit}:kill")

    return order


class KilledError(BaseException):
    """Stands for the end of the process at a fault point: nothing of the hub may catch it."""


@contextmanager
def night_hub(root: Path, moment: datetime = EVENING) -> Iterator[Hub]:
    """The hub at night, after it asked for the operating state."""
    with hub_at(root, moment) as hub:
        step_function("operating_state")(hub)
        yield hub


def protect(hub: Hub, atena: str, *, protected: bool = True) -> None:
    """What a delta of the resident extract says of somebody."""
    with hub.journal.write() as write:
        write.execute(update(residents).where(residents.c.atena == atena).values(protected=protected))
        write.leaf("register_loaded")


def unprotected_of(hub: Hub) -> list[str]:
    """宛名番号 of everybody else."""
    rows = hub.journal.rows(select(residents.c.atena).where(~residents.c.protected).order_by(residents.c.atena))
    return [row.atena for row in rows]


def protected_of(hub: Hub) -> list[str]:
    """宛名番号 of everybody under 支援措置."""
    rows = hub.journal.rows(select(residents.c.atena).where(residents.c.protected).order_by(residents.c.atena))
    return [row.atena for row in rows]
