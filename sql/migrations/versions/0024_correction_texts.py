"""Corrections (補正): how the resident is told, what answered, and answers that come too late; withdrawals (取下げ)."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

NUMBERED = """
UPDATE corrections SET
    number = (
        SELECT COUNT(*) FROM corrections AS earlier
        WHERE earlier.application = corrections.application AND earlier.id <= corrections.id
    ),
    telling = 'person'
"""
STATES = "state IN ('open', 'answered', 'lapsed', 'withdrawn', 'extended', 'late')"


def upgrade() -> None:
    with op.batch_alter_table("corrections") as corrections:
        corrections.add_column(sa.Column("number", sa.Integer(), nullable=True))
        corrections.add_column(sa.Column("telling", sa.String(length=10), nullable=True))
        corrections.add_column(sa.Column("reminded_on", sa.String(length=10), nullable=True))
        corrections.add_column(sa.Column("answer", sa.Integer(), nullable=True))
    op.execute(NUMBERED)
    with op.batch_alter_table("corrections") as corrections:
        corrections.alter_column("number", existing_type=sa.Integer(), nullable=False)
        corrections.alter_column("telling", existing_type=sa.String(length=10), nullable=False)
        corrections.drop_constraint(op.f("ck_corrections_state"), type_="check")
        corrections.create_check_constraint(op.f("ck_corrections_state"), STATES)
        corrections.create_check_constraint(op.f("ck_corrections_telling"), "telling IN ('waiting', 'notice', 'person')")
        corrections.create_check_constraint(op.f("ck_corrections_late_is_after_due"), "state <> 'late' OR answered_on > due_on")
        corrections.create_check_constraint(op.f("ck_corrections_answer_was_given"), "answer IS NULL OR state IN ('answered', 'late')")
        corrections.create_foreign_key(op.f("fk_corrections_answer"), "applications", ["answer"], ["id"])
        corrections.create_unique_constraint(op.f("uq_corrections_application_number"), ["application", "number"])
    _withdrawals()


def _withdrawals() -> None:
    op.create_table(
        "withdrawals",
        sa.Column("application", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("handed_on", sa.Boolean(), nullable=False),
        sa.Column("act", sa.Integer(), nullable=True),
        sa.CheckConstraint("source IN ('portal', 'letter')", name=op.f("ck_withdrawals_source")),
        sa.CheckConstraint("source <> 'letter' OR act IS NOT NULL", name=op.f("ck_withdrawals_letter_is_an_act")),
        sa.ForeignKeyConstraint(["act"], ["acts.id"], name=op.f("fk_withdrawals_act")),
        sa.ForeignKeyConstraint(["application"], ["applications.id"], name=op.f("fk_withdrawals_application")),
        sa.PrimaryKeyConstraint("application", name=op.f("pk_withdrawals")),
    )
