"""Sums of a city fit into both databases: a day of 固定資産税 is more than a column of 32 bits holds."""

from sqlalchemy import select

from pipeline.journal import payment_tables
from pipeline.journal.database import Journal
from tests.journal import payment_rows
from tests.journal.conftest import enter
from tests.journal.rows import row

BILLIONS = 9_999_999_999


def test_a_file_and_a_deposit_of_billions_of_yen_are_kept(journal: Journal) -> None:
    enter(journal, payment_tables.payment_files, row(payment_rows.FILE, amount=BILLIONS))
    enter(journal, payment_tables.deposits, row(payment_rows.DEPOSIT, amount=BILLIONS))
    for table in (payment_tables.payment_files, payment_tables.deposits):
        assert journal.scalar(select(table.c.amount)) == BILLIONS
