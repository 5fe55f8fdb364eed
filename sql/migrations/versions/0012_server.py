"""The intermediate server (中間サーバー) as it was last seen, what it was asked, and who looked at self-information (自己情報)."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "server_states",
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("until", sa.String(length=40), nullable=True),
        sa.Column("stops", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.String(length=40), nullable=False),
        sa.CheckConstraint("state IN ('running', 'closing', 'stopped')", name=op.f("ck_server_states_state")),
        sa.PrimaryKeyConstraint("municipality", name=op.f("pk_server_states")),
    )
    op.create_table(
        "server_masters",
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("layouts", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("municipality", name=op.f("pk_server_masters")),
    )
    op.create_table(
        "server_requests",
        sa.Column("request_id", sa.String(length=40), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("night", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", sa.String(length=40), nullable=False),
        sa.Column("answered_at", sa.String(length=40), nullable=True),
        sa.CheckConstraint("state IN ('asked', 'answered')", name=op.f("ck_server_requests_state")),
        sa.CheckConstraint("(state = 'answered') = (answered_at IS NOT NULL)", name=op.f("ck_server_requests_answered_has_time")),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_server_requests")),
    )
    op.create_table(
        "self_information_reads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("request_index", sa.String(length=64), nullable=False),
        sa.Column("atena_index", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_information_reads")),
    )
