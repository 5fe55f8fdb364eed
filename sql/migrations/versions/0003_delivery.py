"""Delivery (出力と配信): records, obligations, files, lineage, evidence."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _create_batches()
    _create_deliveries()
    _create_receipts()
    _create_canonical()
    _create_losses()
    _create_obligations()
    _create_batch_items()


def _create_batches() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("destination", sa.String(length=40), nullable=False),
        sa.Column("format", sa.String(length=40), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("blob", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.CheckConstraint("state IN ('released', 'delivered', 'receipted', 'refused')", name=op.f("ck_batches_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
        sa.UniqueConstraint("municipality", "destination", "name", name=op.f("uq_batches_municipality_destination_name")),
    )


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("remote_name", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.String(length=40), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["batches.id"], name=op.f("fk_deliveries_batch")),
        sa.PrimaryKeyConstraint("batch", name=op.f("pk_deliveries")),
    )


def _create_receipts() -> None:
    op.create_table(
        "receipts",
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("result", sa.String(length=10), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.CheckConstraint("result IN ('OK', 'NG')", name=op.f("ck_receipts_result")),
        sa.ForeignKeyConstraint(["batch"], ["batches.id"], name=op.f("fk_receipts_batch")),
        sa.PrimaryKeyConstraint("batch", name=op.f("pk_receipts")),
    )


def _create_canonical() -> None:
    op.create_table(
        "canonical",
        sa.Column("application", sa.Integer(), nullable=False),
        sa.Column("mapping_version", sa.String(length=40), nullable=False),
        sa.Column("records", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["application"], ["applications.id"], name=op.f("fk_canonical_application")),
        sa.PrimaryKeyConstraint("application", name=op.f("pk_canonical")),
    )


def _create_losses() -> None:
    op.create_table(
        "losses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("application", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("target", sa.String(length=10), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("approved", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["application"], ["applications.id"], name=op.f("fk_losses_application")),
        sa.ForeignKeyConstraint(["batch"], ["batches.id"], name=op.f("fk_losses_batch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_losses")),
    )


def _create_obligations() -> None:
    op.create_table(
        "obligations",
        sa.Column("application", sa.Integer(), nullable=False),
        sa.Column("destination", sa.String(length=40), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.CheckConstraint("(state = 'held') = (reason IS NOT NULL)", name=op.f("ck_obligations_held_has_reason")),
        sa.CheckConstraint("state IN ('owed', 'released', 'delivered', 'held')", name=op.f("ck_obligations_state")),
        sa.ForeignKeyConstraint(["application"], ["applications.id"], name=op.f("fk_obligations_application")),
        sa.PrimaryKeyConstraint("application", "destination", "generation", name=op.f("pk_obligations")),
    )


def _create_batch_items() -> None:
    op.create_table(
        "batch_items",
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("application", sa.Integer(), nullable=False),
        sa.Column("destination", sa.String(length=40), nullable=False),
        sa.Column("record_kind", sa.String(length=60), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["application", "destination", "generation"],
            ["obligations.application", "obligations.destination", "obligations.generation"],
            name=op.f("fk_batch_items_application_destination_generation"),
        ),
        sa.ForeignKeyConstraint(["batch"], ["batches.id"], name=op.f("fk_batch_items_batch")),
        sa.PrimaryKeyConstraint("application", "destination", "record_kind", "ordinal", "generation", name=op.f("pk_batch_items")),
    )
    op.create_index("ix_batch_items_batch", "batch_items", ["batch"], unique=False)
