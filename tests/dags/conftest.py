"""Airflow with a home and a database of its own, and a small world on the business day. Airflow is imported after its settings stand."""

import os
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.hub import set_up
from pipeline.places import PROJECT, Root
from sandbox.process import Running, start, stop
from sandbox.world import prepare
from vocabulary.clock import JST, Clock

DAY = date(2026, 11, 24)
CODE = "472018"
APPLICATIONS = 12


def moment(hour: int) -> datetime:
    """An hour of the business day."""
    return datetime(2026, 11, 24, hour, tzinfo=JST)


def airflow_settings(home: Path, database: str) -> dict[str, str]:
    """Environment of an Airflow that knows our DAGs only."""
    return {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": database,
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
        "HUB_RETRY_SECONDS": "0.1",
    }


def new_world(folder: Path) -> Root:
    """A root with its town and applications; nothing is pulled yet."""
    root = Root(folder)
    prepare(folder, seed=20261124, applications=APPLICATIONS, day=DAY, municipality=CODE, defects=("unknown-serial",))
    return root


@pytest.fixture(scope="session")
def airflow_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Airflow's own database, initialised."""
    home = tmp_path_factory.mktemp("airflow")
    database = home / "airflow.db"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in airflow_settings(home, f"sqlite:///{database}").items():
            patch.setenv(name, value)
        from airflow.utils.db import initdb

        initdb()
        yield database


@pytest.fixture
def load_dag(airflow_database: Path) -> Callable[[str], Any]:
    """A function from a flow's name to its DAG, read from its file now."""
    assert airflow_database.exists()

    def load(flow: str) -> Any:
        from airflow.dag_processing.dagbag import DagBag

        bag = DagBag(dag_folder=str(PROJECT / "dags" / f"{flow}.py"))
        assert bag.import_errors == {}
        return bag.dags[flow]

    return load


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A running world; HUB_ROOT names its root."""
    root = new_world(tmp_path_factory.mktemp("world"))
    set_up(root, Clock(moment(6)))
    running = start(root.folder, now=moment(6), script="quiet")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUB_ROOT", str(root.folder))
        patch.delenv("HUB_DATABASE", raising=False)
        try:
            yield running
        finally:
            stop(root.folder)


@pytest.fixture
def at(world: Running, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], datetime]:
    """A function that sets the world's clock and the hub's to an hour."""

    def set_hour(hour: int) -> datetime:
        world.control.set_clock(moment(hour))
        monkeypatch.setenv("HUB_NOW", moment(hour).isoformat())
        assert os.environ["HUB_ROOT"] == str(world.root)
        return moment(hour)

    return set_hour
