"""The embedded journal has one worker at a time (組込みの台帳は一プロセス): a second one is refused before it acts.

The lock belongs to the process: the operating system takes it back however it ends, and a process that it started does not inherit it.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from pipeline.errors import SettingError


@contextmanager
def sole_worker(engine: Engine) -> Iterator[None]:
    """Be the only worker on a SQLite journal; on PostgreSQL there are as many as like. Raises SettingError when one is at work."""
    database = engine.url.database
    if engine.dialect.name != "sqlite" or not database:
        yield
        return
    with Path(f"{database}.worker").open("a") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SettingError(
                f"another process works on {database}, and the embedded journal (SQLite) takes one at a time",
                "wait until it ends, or set HUB_DATABASE to a PostgreSQL address for several workers or a scheduler",
            ) from None
        yield
