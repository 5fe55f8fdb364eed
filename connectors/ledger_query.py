"""Ledgers in a database (正本のデータベース): one SELECT, read-only and streamed, every value as the text that an extract would hold."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

from sqlalchemy import Connection, create_engine, event, make_url, text
from sqlalchemy.engine import Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, NoSuchModuleError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from connectors.connections import SqlConnection, read_private
from connectors.errors import ConnectorError, PermanentError, TransientError
from vocabulary.findings import refuse

COLUMNS = "{columns}"
_ROWS_AT_ONCE = 1000


def read_query(connection: SqlConnection, query: str, columns: Sequence[str]) -> Iterator[Sequence[str]]:
    """The header, then row after row; ``{columns}`` in the query stands for the columns, quoted for the database.

    Raises TransientError (database away), PermanentError (address, driver, rights, wrong query), Refused LEDGER_ROW (no text value).
    """
    engine = _engine(connection)
    try:
        with engine.connect() as link:
            _refuse_changes(link)
            quote = engine.dialect.identifier_preparer.quote_identifier
            statement = text(query.replace(COLUMNS, ", ".join(map(quote, columns))).replace(":", r"\:"))
            result = link.execution_options(stream_results=True, yield_per=_ROWS_AT_ONCE).execute(statement)
            yield list(result.keys())
            for count, row in enumerate(result, start=1):
                yield [_as_text(value, f"{connection.name}:{count}") for value in row]
    except (OperationalError, InterfaceError) as error:
        raise _failure(connection, error) from None
    except SQLAlchemyError as error:
        raise PermanentError(connection.name, f"query fails ({type(error).__name__}); correct query or rights") from None
    finally:
        engine.dispose()


def _engine(connection: SqlConnection) -> Engine:
    try:
        url = make_url(connection.url)
        if connection.secret_file:
            url = url.set(password=read_private(connection.name, connection.secret_file).strip())
        engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise PermanentError(connection.name, f"url cannot be used ({type(error).__name__}); correct it or install its driver") from None
    if engine.dialect.name == "sqlite":
        if not Path(url.database or "").is_file():
            raise PermanentError(connection.name, "database file is absent; correct url")
        event.listen(engine, "connect", _only_read_sqlite)
    return engine


def _refuse_changes(link: Connection) -> None:
    """Where the database knows read-only transactions, this is one; nothing is ever committed in any case."""
    if link.dialect.name in ("postgresql", "mysql", "mariadb", "oracle"):
        link.execute(text("SET TRANSACTION READ ONLY"))


def _only_read_sqlite(link: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    cursor = link.cursor()
    cursor.execute("PRAGMA query_only = ON")
    cursor.close()


def _failure(connection: SqlConnection, error: DBAPIError) -> ConnectorError:
    """SQLite tells a wrong query and an absent file by the same class as a lost connection; another attempt does not heal these."""
    if error.statement is not None and not error.connection_invalidated:
        return PermanentError(connection.name, f"query fails ({type(error.orig).__name__}); correct query or rights")
    return TransientError(connection.name, f"database cannot be reached ({type(error.orig).__name__})")


def _as_text(value: object, place: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal) and value.is_finite():
        return f"{value:f}"
    # Binary floating point has no one text, and bytes have no declared encoding.
    raise refuse("LEDGER_ROW", place, f"column of type {type(value).__name__}; cast it to text in the query")
