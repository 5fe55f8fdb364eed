"""Expected filings (提出対象者) and corrections (補正)."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    _corrections()
    _expected_filings()
    op.create_table(
        "expected_files",
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("loaded_at", sa.String(length=40), nullable=False),
        sa.CheckConstraint("kind IN ('extract', 'paper')", name=op.f("ck_expected_files_kind")),
        sa.PrimaryKeyConstraint("municipality", "kind", "name", "digest", name=op.f("pk_expected_files")),
    )
    op.create_table(
        "expected_reminders",
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("act", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["act"], ["acts.id"], name=op.f("fk_expected_reminders_act")),
        sa.ForeignKeyConstraint(["expected"], ["expected_filings.id"], name=op.f("fk_expected_reminders_expected")),
        sa.PrimaryKeyConstraint("expected", "day", name=op.f("pk_expected_reminders")),
    )


def _corrections() -> None:
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application", sa.Integer(), nullable=False),
        sa.Column("requested_on", sa.String(length=10), nullable=False),
        sa.Column("due_on", sa.String(length=10), nullable=False),
        sa.Column("answered_on", sa.String(length=10), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("act", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'answered', 'lapsed', 'withdrawn', 'extended')", name=op.f("ck_corrections_state")),
        sa.CheckConstraint("requested_on <= due_on", name=op.f("ck_corrections_due_after_request")),
        sa.CheckConstraint("answered_on IS NULL OR answered_on >= requested_on", name=op.f("ck_corrections_answered_after_request")),
        sa.CheckConstraint("state <> 'answered' OR answered_on IS NOT NULL", name=op.f("ck_corrections_answered_has_day")),
        sa.ForeignKeyConstraint(["act"], ["acts.id"], name=op.f("fk_corrections_act")),
        sa.ForeignKeyConstraint(["application"], ["applications.id"], name=op.f("fk_corrections_application")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    op.create_index("ix_corrections_application", "corrections", ["application"])


def _expected_filings() -> None:
    op.create_table(
        "expected_filings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("procedure", sa.String(length=60), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("application", sa.Integer(), nullable=True),
        sa.Column("paper_on", sa.String(length=10), nullable=True),
        sa.Column("paper_number", sa.String(length=40), nullable=True),
        sa.CheckConstraint("(paper_on IS NULL) = (paper_number IS NULL)", name=op.f("ck_expected_filings_paper_has_number")),
        sa.ForeignKeyConstraint(["application"], ["applications.id"], name=op.f("fk_expected_filings_application")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expected_filings")),
        sa.UniqueConstraint(
            "municipality", "procedure", "period", "person", name=op.f("uq_expected_filings_municipality_procedure_period_person")
        ),
    )
