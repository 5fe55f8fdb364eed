"""Records of exchange (情報提供等記録) and the municipality's own side: immutable, kept seven years, each reading written down."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

IMMUTABLE = ("exchange_records", "exchange_reads", "exchange_purges")
SENTENCE = "records of exchange are never changed"
KEPT = "records of exchange are kept seven years and deleted only by an order to purge"
PURGED = (
    "EXISTS (SELECT 1 FROM exchange_purges ordered WHERE ordered.municipality = OLD.municipality"
    " AND OLD.day < ordered.before AND OLD.keep_until < ordered.day)"
)


def upgrade() -> None:
    _create_exchange_spans()
    _create_exchange_records()
    _create_exchange_conflicts()
    _create_own_files()
    _create_own_days()
    _create_own_exchanges()
    _create_exchange_anomalies()
    _create_exchange_reconciliations()
    _create_exchange_reads()
    _create_exchange_purges()
    _refuse_changes()


def _create_exchange_spans() -> None:
    op.create_table(
        "exchange_spans",
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("first", sa.String(length=10), nullable=False),
        sa.Column("last", sa.String(length=10), nullable=False),
        sa.Column("asked_on", sa.String(length=10), nullable=False),
        sa.Column("answered_at", sa.String(length=40), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("municipality", "first", "last", "asked_on", name=op.f("pk_exchange_spans")),
    )


def _create_exchange_records() -> None:
    op.create_table(
        "exchange_records",
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("sequence", sa.String(length=18), nullable=False),
        sa.Column("role", sa.String(length=1), nullable=False),
        sa.Column("inquirer", sa.String(length=80), nullable=False),
        sa.Column("provider", sa.String(length=80), nullable=False),
        sa.Column("duty", sa.String(length=20), nullable=False),
        sa.Column("procedure", sa.String(length=20), nullable=False),
        sa.Column("item", sa.String(length=60), nullable=False),
        sa.Column("requested_at", sa.String(length=40), nullable=False),
        sa.Column("provided_at", sa.String(length=40), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("nondisclosure_inquirer", sa.Boolean(), nullable=False),
        sa.Column("nondisclosure_provider", sa.Boolean(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("keep_until", sa.String(length=10), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("atena_index", sa.String(length=64), nullable=False),
        sa.Column("person", sa.LargeBinary(), nullable=False),
        sa.Column("facts_index", sa.String(length=16), nullable=False),
        sa.Column("natural_index", sa.String(length=64), nullable=False),
        sa.Column("content_index", sa.String(length=64), nullable=False),
        sa.Column("fetched_at", sa.String(length=40), nullable=False),
        sa.Column("file_digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint("role IN ('1', '2')", name=op.f("ck_exchange_records_role")),
        sa.CheckConstraint(
            "CAST(substr(keep_until, 1, 4) AS INTEGER) = CAST(substr(day, 1, 4) AS INTEGER) + 7",
            name=op.f("ck_exchange_records_kept_seven_years"),
        ),
        sa.CheckConstraint("day = substr(requested_at, 1, 10)", name=op.f("ck_exchange_records_day_of_the_request")),
        sa.PrimaryKeyConstraint("municipality", "sequence", name=op.f("pk_exchange_records")),
    )
    op.create_index("ix_exchange_records_day", "exchange_records", ["municipality", "day"], unique=False)
    op.create_index("ix_exchange_records_fetched", "exchange_records", ["municipality", "fetched_at"], unique=False)
    op.create_index("ix_exchange_records_person", "exchange_records", ["municipality", "atena_index"], unique=False)


def _create_exchange_conflicts() -> None:
    op.create_table(
        "exchange_conflicts",
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("sequence", sa.String(length=18), nullable=False),
        sa.Column("content_index", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("file_digest", sa.String(length=64), nullable=False),
        sa.Column("seen_at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("municipality", "sequence", "content_index", name=op.f("pk_exchange_conflicts")),
    )


def _create_own_files() -> None:
    op.create_table(
        "own_files",
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("loaded_at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("municipality", "source", "day", name=op.f("pk_own_files")),
    )


def _create_own_days() -> None:
    op.create_table(
        "own_days",
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("municipality", "source", "day", name=op.f("pk_own_days")),
    )


def _create_own_exchanges() -> None:
    op.create_table(
        "own_exchanges",
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.String(length=18), nullable=True),
        sa.Column("inquiry", sa.String(length=60), nullable=True),
        sa.Column("role", sa.String(length=1), nullable=False),
        sa.Column("counterpart", sa.String(length=80), nullable=False),
        sa.Column("duty", sa.String(length=20), nullable=False),
        sa.Column("item", sa.String(length=60), nullable=False),
        sa.Column("requested_at", sa.String(length=40), nullable=False),
        sa.Column("atena_index", sa.String(length=64), nullable=False),
        sa.Column("person", sa.LargeBinary(), nullable=False),
        sa.Column("facts_index", sa.String(length=16), nullable=False),
        sa.Column("natural_index", sa.String(length=64), nullable=False),
        sa.CheckConstraint("role IN ('1', '2')", name=op.f("ck_own_exchanges_role")),
        sa.CheckConstraint("day = substr(requested_at, 1, 10)", name=op.f("ck_own_exchanges_day_of_the_request")),
        sa.PrimaryKeyConstraint("municipality", "source", "day", "place", name=op.f("pk_own_exchanges")),
    )
    op.create_index("ix_own_exchanges_day", "own_exchanges", ["municipality", "day"], unique=False)
    op.create_index("ix_own_exchanges_sequence", "own_exchanges", ["municipality", "sequence"], unique=False)


def _create_exchange_anomalies() -> None:
    op.create_table(
        "exchange_anomalies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=160), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("opened_on", sa.String(length=10), nullable=False),
        sa.Column("closed_on", sa.String(length=10), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("explained_by", sa.String(length=80), nullable=True),
        sa.Column("explanation", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "(state = 'explained') = (explained_by IS NOT NULL AND explanation IS NOT NULL)",
            name=op.f("ck_exchange_anomalies_explained_by_somebody"),
        ),
        sa.CheckConstraint("(state = 'open') = (closed_on IS NULL)", name=op.f("ck_exchange_anomalies_closed_has_day")),
        sa.CheckConstraint(
            "kind IN ('only_there', 'only_here', 'facts_differ', 'late', 'unrequested', 'foreign_duty', 'odd_hour', 'volume')",
            name=op.f("ck_exchange_anomalies_kind"),
        ),
        sa.CheckConstraint("state IN ('open', 'closed', 'explained')", name=op.f("ck_exchange_anomalies_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_anomalies")),
        sa.UniqueConstraint("municipality", "kind", "subject", name=op.f("uq_exchange_anomalies_municipality_kind_subject")),
    )
    op.create_index("ix_exchange_anomalies_state", "exchange_anomalies", ["municipality", "state"], unique=False)


def _create_exchange_reconciliations() -> None:
    op.create_table(
        "exchange_reconciliations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("first", sa.String(length=10), nullable=False),
        sa.Column("last", sa.String(length=10), nullable=False),
        sa.Column("there", sa.Integer(), nullable=False),
        sa.Column("here", sa.Integer(), nullable=False),
        sa.Column("matched", sa.Integer(), nullable=False),
        sa.Column("uncovered", sa.Integer(), nullable=False),
        sa.Column("open", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_reconciliations")),
    )
    op.create_index("ix_exchange_reconciliations_at", "exchange_reconciliations", ["municipality", "at"], unique=False)


def _create_exchange_reads() -> None:
    op.create_table(
        "exchange_reads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("what", sa.String(length=160), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_reads")),
    )
    op.create_index("ix_exchange_reads_at", "exchange_reads", ["municipality", "at"], unique=False)


def _create_exchange_purges() -> None:
    op.create_table(
        "exchange_purges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("before", sa.String(length=10), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "CAST(substr(day, 1, 4) AS INTEGER) - CAST(substr(before, 1, 4) AS INTEGER) >= 7",
            name=op.f("ck_exchange_purges_past_retention"),
        ),
        sa.CheckConstraint("day = substr(at, 1, 10)", name=op.f("ck_exchange_purges_day_of_the_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_purges")),
    )


def _refuse_changes() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _refuse_on_postgresql()
        return
    for table in IMMUTABLE:
        op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END")
    for table in IMMUTABLE[1:]:
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END")
    op.execute(
        f"CREATE TRIGGER exchange_records_kept BEFORE DELETE ON exchange_records WHEN NOT {PURGED} BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"
    )


def _refuse_on_postgresql() -> None:
    op.execute(
        f"CREATE FUNCTION refuse_exchange_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{SENTENCE}'; END $$"
    )
    op.execute(
        "CREATE FUNCTION keep_exchange_record() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {PURGED} THEN RETURN OLD; END IF; RAISE EXCEPTION '{KEPT}'; END $$"
    )
    for table in IMMUTABLE:
        changes = "UPDATE OR TRUNCATE" if table == "exchange_records" else "UPDATE OR DELETE OR TRUNCATE"
        op.execute(
            f"CREATE TRIGGER {table}_immutable BEFORE {changes} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_exchange_change()"
        )
    op.execute(
        "CREATE TRIGGER exchange_records_kept BEFORE DELETE ON exchange_records FOR EACH ROW EXECUTE FUNCTION keep_exchange_record()"
    )
