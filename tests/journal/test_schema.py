import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, delete, inspect, select, update
from sqlalchemy.exc import DBAPIError

from pipeline.journal.database import Journal
from pipeline.journal.evidence_tables import log_leaves
from pipeline.journal.schema import metadata, migrate

MIGRATIONS = Path(__file__).resolve().parents[2] / "sql" / "migrations"


def test_the_migrated_schema_is_the_one_that_the_program_declares(journal: Journal) -> None:
    with journal.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata) == []


def test_every_declared_check_stands_in_the_database(journal: Journal) -> None:
    found = inspect(journal.engine)
    for table in metadata.sorted_tables:
        declared = {str(check.name) for check in table.constraints if isinstance(check, CheckConstraint)}
        assert {check["name"] for check in found.get_check_constraints(table.name)} == declared, table.name


def test_migrating_again_changes_nothing(journal: Journal) -> None:
    migrate(journal.engine)
    with journal.engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_heads() == (_scripts().get_current_head(),)


def test_migrations_stand_in_one_line_and_are_numbered() -> None:
    scripts = _scripts()
    assert len(scripts.get_heads()) == 1
    revisions = [script.revision for script in scripts.walk_revisions()][::-1]
    assert revisions == [f"{number:04d}" for number in range(1, len(revisions) + 1)]
    names = sorted(path.name for path in (MIGRATIONS / "versions").glob("*.py"))
    assert [name[:4] for name in names] == revisions
    assert all(re.fullmatch(r"\d{4}_[a-z_]+\.py", name) for name in names)


def test_the_database_itself_refuses_to_change_or_delete_a_leaf(journal: Journal) -> None:
    with journal.write() as write:
        write.leaf("day_began")
    for statement in (update(log_leaves).values(data="{}"), delete(log_leaves)):
        with pytest.raises(DBAPIError, match="append-only"), journal.engine.begin() as connection:
            connection.execute(statement)
    assert journal.rows(select(log_leaves.c.number)) == [(1,)]


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config)
