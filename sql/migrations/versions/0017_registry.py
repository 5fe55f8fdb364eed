"""The registry (受付簿) and its hand-over; what was carried without typing, what corrections ask for."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "registry_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("made_at", sa.String(length=40), nullable=False),
        sa.Column("delivered_at", sa.String(length=40), nullable=True),
        sa.CheckConstraint("state IN ('made', 'delivered')", name=op.f("ck_registry_files_state")),
        sa.CheckConstraint("(state = 'delivered') = (delivered_at IS NOT NULL)", name=op.f("ck_registry_files_delivered_has_time")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_files")),
        sa.UniqueConstraint("municipality", "name", name=op.f("uq_registry_files_municipality_name")),
        sa.UniqueConstraint("municipality", "day", "number", name=op.f("uq_registry_files_municipality_day_number")),
    )
    op.create_table(
        "registry_rows",
        sa.Column("application", sa.Integer(), nullable=False),
        sa.Column("file", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["application"], ["applications.id"], name=op.f("fk_registry_rows_application")),
        sa.ForeignKeyConstraint(["file"], ["registry_files.id"], name=op.f("fk_registry_rows_file")),
        sa.PrimaryKeyConstraint("application", name=op.f("pk_registry_rows")),
    )
    op.create_index("ix_registry_rows_file", "registry_rows", ["file"])
    op.create_table(
        "carried_items",
        sa.Column("application", sa.Integer(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["application"], ["applications.id"], name=op.f("fk_carried_items_application")),
        sa.PrimaryKeyConstraint("application", name=op.f("pk_carried_items")),
    )
    op.create_table(
        "correction_items",
        sa.Column("correction", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("says", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["correction"], ["corrections.id"], name=op.f("fk_correction_items_correction")),
        sa.PrimaryKeyConstraint("correction", "place", name=op.f("pk_correction_items")),
    )
