"""Schema of the journal: Alembic migrations that lie in ``sql/migrations``."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from pipeline.journal import (
    act_tables,
    audit_tables,
    bundle_tables,
    campaign_tables,
    copy_tables,
    correction_tables,
    decision_sources,
    decision_tables,
    delivery_tables,
    evidence_tables,
    exchange_tables,
    expected_tables,
    identification_tables,
    intake_tables,
    letter_tables,
    letterbox_tables,
    payment_tables,
    register_tables,
    registry_tables,
    repeat_tables,
    replay_tables,
    server_tables,
)
from pipeline.journal.tables import metadata
from pipeline.places import PROJECT

__all__ = ["TABLES", "metadata", "migrate"]

# Importing a module of tables enters them into the metadata.
TABLES = (
    letter_tables,
    letterbox_tables,
    intake_tables,
    register_tables,
    registry_tables,
    delivery_tables,
    decision_tables,
    evidence_tables,
    replay_tables,
    copy_tables,
    exchange_tables,
    server_tables,
    audit_tables,
    act_tables,
    bundle_tables,
    repeat_tables,
    correction_tables,
    expected_tables,
    identification_tables,
    decision_sources,
    campaign_tables,
    payment_tables,
)


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest revision; nothing happens when it is there already."""
    config = Config()
    config.set_main_option("script_location", str(PROJECT / "sql" / "migrations"))
    with engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
