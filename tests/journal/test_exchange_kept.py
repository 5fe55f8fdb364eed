"""The database itself keeps records of exchange: never changed, deleted only after seven years and only under an order."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from pipeline.exchange.retention import keep_until
from pipeline.journal.database import Journal
from pipeline.journal.exchange_tables import exchange_purges, exchange_reads, exchange_records
from tests.journal.conftest import enter
from tests.journal.exchange_rows import PURGE, READ, RECORD
from tests.journal.rows import row


def record_of(day: str) -> dict[str, Any]:
    at = f"{day}T10:00:00+09:00"
    return row(
        RECORD,
        day=day,
        requested_at=at,
        sequence=f"{day.replace('-', '')}0000000001",
        keep_until=keep_until(date.fromisoformat(day)).isoformat(),
    )


def refused(journal: Journal, statement: Any) -> None:
    with pytest.raises(DBAPIError, match="records of exchange"), journal.engine.begin() as connection:
        connection.execute(statement)


def test_a_record_a_reading_and_an_order_are_never_changed(journal: Journal) -> None:
    enter(journal, exchange_records, RECORD)
    enter(journal, exchange_reads, READ)
    enter(journal, exchange_purges, PURGE)
    refused(journal, update(exchange_records).values(outcome="no_record"))
    refused(journal, update(exchange_reads).values(who="nobody"))
    refused(journal, update(exchange_purges).values(who="nobody"))
    refused(journal, delete(exchange_reads))
    refused(journal, delete(exchange_purges))


def test_a_record_goes_only_under_an_order_that_is_younger_than_its_last_day(journal: Journal) -> None:
    enter(journal, exchange_records, record_of("2019-11-23"), record_of("2019-11-24"))
    refused(journal, delete(exchange_records).where(exchange_records.c.day == "2019-11-23"))
    enter(journal, exchange_purges, row(PURGE, before="2019-11-25"))
    refused(journal, delete(exchange_records).where(exchange_records.c.day == "2019-11-24"))
    with journal.engine.begin() as connection:
        connection.execute(delete(exchange_records).where(exchange_records.c.day == "2019-11-23"))
    assert journal.rows(select(exchange_records.c.day)) == [("2019-11-24",)]


def test_an_order_of_another_municipality_is_none(journal: Journal) -> None:
    enter(journal, exchange_records, record_of("2019-11-01"))
    enter(journal, exchange_purges, row(PURGE, municipality="011002"))
    refused(journal, delete(exchange_records))


def test_the_same_sequence_stands_once(journal: Journal) -> None:
    enter(journal, exchange_records, RECORD)
    with pytest.raises(DBAPIError), journal.engine.begin() as connection:
        connection.execute(insert(exchange_records).values(**row(RECORD, content_index="e" * 64)))
