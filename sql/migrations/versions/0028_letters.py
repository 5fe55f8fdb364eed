"""Letters (郵送文書): what went out on paper."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.create_table(
        "letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("notice", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("posted_on", sa.String(length=10), nullable=True),
        sa.Column("returned_on", sa.String(length=10), nullable=True),
        sa.Column("act", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('made', 'posted', 'returned')", name=op.f("ck_letters_state")),
        sa.CheckConstraint("state <> 'posted' OR posted_on IS NOT NULL", name=op.f("ck_letters_posted_has_day")),
        sa.CheckConstraint("(state = 'returned') = (returned_on IS NOT NULL)", name=op.f("ck_letters_returned_has_day")),
        sa.ForeignKeyConstraint(["act"], ["acts.id"], name=op.f("fk_letters_act")),
        sa.ForeignKeyConstraint(["notice"], ["notice_outbox.id"], name=op.f("fk_letters_notice")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        sa.UniqueConstraint("notice", name=op.f("uq_letters_notice")),
        sa.UniqueConstraint("municipality", "day", "number", name=op.f("uq_letters_municipality_day_number")),
    )
    op.create_index("ix_letters_day", "letters", ["municipality", "day"])
