"""The loss ledger (縮退記録): room for sequences of code points, and what was entered before it named its table stays."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, insert, select, text

from mappings.substitutions import Substitute, SubstitutionTable, code_points
from pipeline.journal.database import Journal, open_engine, sqlite_url
from pipeline.journal.delivery_tables import losses
from pipeline.journal.schema import migrate
from pipeline.places import PROJECT
from tests.journal.conftest import enter
from tests.journal.test_constraints import VALID
from tests.postgres import NewDatabase

WIDEST = Substitute("\U0010ffff\U000e01ef\u309a", "\U0010fffd" * 4, "あ" * 200)
LEANS_ON = ("listings", "applications", "batches")
LOSS = {
    "batch": 1,
    "application": 1,
    "place": "ninteiseikyu_jido[1].shimei",
    "source": "U+301C",
    "target": "U+FF5E",
    "times": 1,
    "approved": "課長 2026-04-01",
}


def test_the_widest_substitution_has_room_with_its_table_and_its_approver(journal: Journal) -> None:
    for table, valid in VALID:
        if table.name in LEANS_ON:
            enter(journal, table, valid)
    named = SubstitutionTable("a" * 24, "9" * 20, {WIDEST.source: WIDEST}).overridden([Substitute("〜", "～", "課長")])
    row = {**LOSS, "source": code_points(WIDEST.source), "target": code_points(WIDEST.target), "approved": WIDEST.approved}
    enter(journal, losses, {**row, "substitution_table": named.name})
    (found,) = journal.rows(select(losses))
    assert (found.source, found.target, found.approved) == (row["source"], row["target"], row["approved"])
    assert found.substitution_table == named.name


@pytest.fixture(params=["sqlite", "postgresql"])
def old_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """A journal of before the ledger named its tables."""
    if request.param == "sqlite":
        engine = open_engine(sqlite_url(tmp_path / "old.db"))
    else:
        new_database: NewDatabase = request.getfixturevalue("new_database")
        engine = open_engine(new_database())
    config = Config()
    config.set_main_option("script_location", str(PROJECT / "sql" / "migrations"))
    with engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0006")
    return engine


def test_losses_of_before_keep_all_they_said(old_engine: Engine) -> None:
    tables = {table.name: (table, valid) for table, valid in VALID}
    with old_engine.begin() as connection:
        for name in LEANS_ON:
            table, valid = tables[name]
            connection.execute(insert(table).values(**valid))
        names = ", ".join(LOSS)
        connection.execute(text(f"INSERT INTO losses ({names}) VALUES ({', '.join(f':{name}' for name in LOSS)})"), LOSS)
    migrate(old_engine)
    with old_engine.connect() as connection:
        (found,) = connection.execute(select(losses))
    assert found.substitution_table == "format.yaml@0"
    assert {name: getattr(found, name) for name in LOSS} == LOSS
    old_engine.dispose()
