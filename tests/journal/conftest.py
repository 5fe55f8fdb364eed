"""A migrated journal on both databases; every test gets its own copy."""

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from pipeline.journal.database import Journal, open_engine, open_journal, sqlite_url
from pipeline.journal.schema import migrate
from vocabulary.clock import JST, Clock

MORNING = Clock(datetime(2026, 11, 24, 9, 0, tzinfo=JST))


@pytest.fixture(scope="session")
def new_journal(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Callable[[str], str]:
    """A function from the kind of database to the address of a new journal, copied from one that was migrated once."""
    folder = tmp_path_factory.mktemp("journals")
    made: dict[str, str] = {}

    def migrated(url: str) -> str:
        engine = open_engine(url)
        migrate(engine)
        engine.dispose()
        return url

    def on_sqlite() -> str:
        source = folder / "migrated.db"
        if not source.exists():
            migrated(sqlite_url(source))
        copy = folder / f"{len(list(folder.iterdir()))}.db"
        shutil.copyfile(source, copy)
        return sqlite_url(copy)

    def on_postgresql() -> str:
        new_database = request.getfixturevalue("new_database")
        if "template" not in made:
            made["template"] = migrated(new_database())
        return str(new_database(made["template"]))

    return lambda kind: {"sqlite": on_sqlite, "postgresql": on_postgresql}[kind]()


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, new_journal: Callable[[str], str]) -> str:
    return new_journal(request.param)


@pytest.fixture
def opened() -> Iterator[Callable[[str], Journal]]:
    """A function that opens a journal; all are closed in the end."""
    journals: list[Journal] = []

    def open_one(url: str) -> Journal:
        journals.append(open_journal(url, MORNING))
        return journals[-1]

    yield open_one
    for journal in journals:
        journal.close()


@pytest.fixture
def journal(address: str, opened: Callable[[str], Journal]) -> Journal:
    return opened(address)


def enter(journal: Journal, table: Any, *rows: dict[str, Any]) -> None:
    """Insert rows in one transaction with its leaf."""
    with journal.write() as write:
        write.insert_many(table, list(rows))
        write.leaf("rows_entered", table=table.name)

