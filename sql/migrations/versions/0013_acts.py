"""Acts of people (職員の行為), the findings that they released, their holds and the residents that they named."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    _acts()
    op.create_table(
        "waivers",
        sa.Column("application", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("rule", sa.String(length=80), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("act", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["act"], ["acts.id"], name=op.f("fk_waivers_act")),
        sa.ForeignKeyConstraint(["application"], ["applications.id"], name=op.f("fk_waivers_application")),
        sa.PrimaryKeyConstraint("application", "code", "rule", "place", name=op.f("pk_waivers")),
    )
    op.create_table(
        "holds",
        sa.Column("application", sa.Integer(), nullable=False),
        sa.Column("act", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["act"], ["acts.id"], name=op.f("fk_holds_act")),
        sa.ForeignKeyConstraint(["application"], ["applications.id"], name=op.f("fk_holds_application")),
        sa.PrimaryKeyConstraint("application", name=op.f("pk_holds")),
    )
    op.create_table(
        "assignments",
        sa.Column("application", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("atena", sa.String(length=15), nullable=False),
        sa.Column("act", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["act"], ["acts.id"], name=op.f("fk_assignments_act")),
        sa.ForeignKeyConstraint(["application"], ["applications.id"], name=op.f("fk_assignments_application")),
        sa.PrimaryKeyConstraint("application", "role", "ordinal", name=op.f("pk_assignments")),
    )


def _acts() -> None:
    op.create_table(
        "acts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("application", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("login", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("first", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.CheckConstraint("state IN ('asked', 'done')", name=op.f("ck_acts_state")),
        sa.CheckConstraint("first IS NULL OR state = 'done'", name=op.f("ck_acts_second_is_done")),
        sa.ForeignKeyConstraint(["application"], ["applications.id"], name=op.f("fk_acts_application")),
        sa.ForeignKeyConstraint(["first"], ["acts.id"], name=op.f("fk_acts_first")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acts")),
        sa.UniqueConstraint("first", name=op.f("uq_acts_first")),
    )
    op.create_index("ix_acts_application", "acts", ["application"])
    op.create_index("ix_acts_day", "acts", ["municipality", "day"])
