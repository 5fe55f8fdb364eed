"""Replays (再出力): who had what emitted again and why, and what stood before."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "replays",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("selection", sa.String(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replays")),
        sa.UniqueConstraint("municipality", "key", name=op.f("uq_replays_municipality_key")),
    )
    op.create_table(
        "replay_items",
        sa.Column("replay", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("application", sa.Integer(), nullable=False),
        sa.Column("destination", sa.String(length=40), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("disposition_before", sa.String(length=20), nullable=False),
        sa.Column("disposed_on_before", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("application", "destination", "generation", name=op.f("pk_replay_items")),
        sa.ForeignKeyConstraint(["replay"], ["replays.id"], name=op.f("fk_replay_items_replay")),
        sa.ForeignKeyConstraint(
            ["application", "destination", "generation"],
            ["obligations.application", "obligations.destination", "obligations.generation"],
            name=op.f("fk_replay_items_application_destination_generation"),
        ),
    )
    op.create_index("ix_replay_items_replay", "replay_items", ["replay"], unique=False)
