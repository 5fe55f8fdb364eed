"""The journal's database: SQLite for one process, PostgreSQL with a scheduler. Every write is one transaction with its log leaf."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Executable, Table, create_engine, event, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import CursorResult, ExceptionContext, Result
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from pipeline.checkpoints import canonical_json, leaf_hash
from pipeline.faults import fault_point
from pipeline.journal.evidence_tables import counters, log_leaves
from vocabulary.clock import Clock

log = logging.getLogger(__name__)

LOG_COUNTER = "log"
READING = {"hub_reading": True}


class LeaflessWriteError(RuntimeError):
    """A transaction tried to commit a change without a log leaf: a programming error, never the data's."""


class Write:
    """One open transaction: statements and the log leaves (記録) that belong to them."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self.connection = connection
        self.clock = clock
        self._leaves: list[Mapping[str, Any]] = []
        self._changed = False

    def execute(self, statement: Executable, rows: list[dict[str, Any]] | None = None) -> CursorResult[Any]:
        """Run an INSERT or UPDATE; an empty list of rows runs nothing."""
        result = self.connection.execute(statement, rows) if rows is not None else self.connection.execute(statement)
        self._changed = self._changed or result.rowcount != 0
        return result

    def read(self, statement: Executable) -> Result[Any]:
        """Run a SELECT inside the transaction."""
        return self.connection.execute(statement)

    def insert_new(self, table: Table, row: dict[str, Any]) -> bool:
        """Insert the row unless its key stands already. True when it was inserted."""
        dialect = postgresql if self.connection.dialect.name == "postgresql" else sqlite
        return self.execute(dialect.insert(table).values(**row).on_conflict_do_nothing()).rowcount == 1

    def insert_row(self, table: Table, row: dict[str, Any]) -> int:
        """Insert the row and give the key that the database made for it."""
        key = self.connection.execute(insert(table).values(**row)).inserted_primary_key
        if key is None:
            raise LookupError(f"{table.name} gives no key")
        self._changed = True
        return int(key[0])

    def insert_many(self, table: Table, rows: list[dict[str, Any]]) -> None:
        """Insert all rows; none is fine."""
        if rows:
            self.execute(insert(table), rows)

    def next_number(self, counter: str, count: int = 1) -> int:
        """The last of the next ``count`` gapless numbers (1, 2, …) of a counter; given back when the transaction rolls back."""
        self.insert_new(counters, {"name": counter, "value": 0})
        statement = update(counters).where(counters.c.name == counter).values(value=counters.c.value + count)
        self.execute(statement)
        return int(self.read(select(counters.c.value).where(counters.c.name == counter)).scalar_one())

    def leaf(self, event_name: str, **facts: str | int | bool | None) -> None:
        """Add a log leaf: a constant event name with ids, digests and counts; never a resident's value."""
        self._leaves.append({"event": event_name, "at": self.clock.now().isoformat(), **facts})

    @property
    def events(self) -> list[str]:
        """Names of the events in the transaction, each once, in order: the fault points around its commit are named by them."""
        return list(dict.fromkeys(facts["event"] for facts in self._leaves))

    def close(self) -> None:
        """Write the leaves. Raises LeaflessWriteError when something changed without one."""
        if self._changed and not self._leaves:
            raise LeaflessWriteError("a journal transaction changed rows without a log leaf")
        if not self._leaves:
            return
        last = self.next_number(LOG_COUNTER, len(self._leaves))
        rows = []
        for number, facts in enumerate(self._leaves, last - len(self._leaves) + 1):
            data = canonical_json({"number": number, **facts}).decode()
            rows.append({"number": number, "data": data, "hash": leaf_hash(data).hex()})
        self.connection.execute(insert(log_leaves), rows)


class Journal:
    """Access to the journal of one root."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self.engine = engine
        self.clock = clock

    @contextmanager
    def write(self) -> Iterator[Write]:
        """A transaction that commits at the end of the block or not at all."""
        with self.engine.connect() as connection, connection.begin():
            transaction = Write(connection, self.clock)
            yield transaction
            transaction.close()
            for event_name in transaction.events:
                fault_point(f"{event_name}.before_commit")
        for event_name in transaction.events:
            fault_point(f"{event_name}.after_commit")

    @contextmanager
    def alone(self, work: str) -> Iterator[bool]:
        """Whether this worker has the named work to itself until the block ends. A worker that dies lets go of it.

        For effects outside the database that two workers must not have at one time. The embedded journal has only one worker.
        """
        if self.engine.dialect.name != "postgresql":
            yield True
            return
        with self.engine.connect() as connection, connection.begin():
            # A lock of the transaction, not of the session: it also holds behind a connection pooler.
            mine = bool(connection.execute(select(func.pg_try_advisory_xact_lock(func.hashtextextended(work, 0)))).scalar())
            if not mine:
                log.info("left_to_another_worker", extra={"work": work})
            yield mine

    def rows(self, statement: Executable) -> list[Any]:
        """All rows of a SELECT."""
        with self._reading() as connection:
            return list(connection.execute(statement))

    def scalar(self, statement: Executable) -> Any:  # noqa: ANN401  a column may have any type
        """The first column of the first row, or None."""
        with self._reading() as connection:
            return connection.execute(statement).scalar()

    def _reading(self) -> Connection:
        return self.engine.connect().execution_options(**READING)

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def open_engine(url: str) -> Engine:
    """The engine of a database address. SQLite: WAL, full synchronisation, foreign keys, writers wait for each other."""
    engine = create_engine(url, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "handle_error", _forget_row)
    return engine


def _forget_row(context: ExceptionContext) -> None:
    """PostgreSQL quotes the refused row in the detail of its message, and messages end in logs."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args:
            error.args = (str(error.args[0]).partition("\n")[0],)


def _prepare_sqlite(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "busy_timeout = 60000"):
        connection.cursor().execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that reads first and writes later can fail with "locked" at once, whatever the timeout.
    reading = connection.get_execution_options().get("hub_reading")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def open_journal(url: str, clock: Clock) -> Journal:
    """Open the journal at an address; the schema must be current (``pipeline.journal.schema.migrate``)."""
    return Journal(open_engine(url), clock)


def read_journal(url: str, clock: Clock) -> Journal:
    """Open the journal at an address for reading: the database refuses whatever would change it."""
    engine = open_engine(url)
    sqlite = engine.dialect.name == "sqlite"
    refusing = "PRAGMA query_only = ON" if sqlite else "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"

    def refuse_changes(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        connection.cursor().execute(refusing)
        if not sqlite:
            connection.commit()

    event.listen(engine, "connect", refuse_changes)
    return Journal(engine, clock)


def sqlite_url(path: Path) -> str:
    """Address of a SQLite file."""
    return f"sqlite:///{path}"
