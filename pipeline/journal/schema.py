"""Schema of the journal: Alembic migrations that lie in ``sql/migrations``."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from pipeline.places import PROJECT


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest revision; nothing happens when it is there already."""
    config = Config()
    config.set_main_option("script_location", str(PROJECT / "sql" / "migrations"))
    with engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
