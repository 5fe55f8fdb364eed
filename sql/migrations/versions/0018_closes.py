"""Alarms end; the morning sheet (朝の点検表) is remembered; what a receipt (受領書) states is kept, so that the close judges it anew."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    with op.batch_alter_table("alarms") as alarms:
        alarms.add_column(sa.Column("ended_at", sa.String(length=40), nullable=True))
        alarms.add_column(sa.Column("ended_by", sa.Integer(), nullable=True))
        alarms.create_foreign_key(op.f("fk_alarms_ended_by"), "acts", ["ended_by"], ["id"])
    op.add_column("receipts", sa.Column("blob", sa.String(length=200), nullable=True))
    op.add_column("receipts", sa.Column("size", sa.Integer(), nullable=True))
    op.create_table(
        "morning_sheets",
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("made_at", sa.String(length=40), nullable=False),
        sa.Column("figures", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("municipality", "day", name=op.f("pk_morning_sheets")),
    )
