"""The log (証跡) is append-only: the database itself refuses to change or delete a leaf."""

from alembic import op

revision = "0006"
down_revision = "0005"

SENTENCE = "the log is append-only"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"CREATE FUNCTION refuse_log_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{SENTENCE}'; END $$")
        op.execute(
            "CREATE TRIGGER log_leaves_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log_leaves"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_log_change()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        name = f"log_leaves_no_{change.lower()}"
        op.execute(f"CREATE TRIGGER {name} BEFORE {change} ON log_leaves BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END")
