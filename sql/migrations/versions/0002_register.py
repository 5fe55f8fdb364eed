"""Register (番号紐付情報と住民情報) as the register office's files said it last."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _create_links()
    _create_register_loads()
    _create_residents()


def _create_links() -> None:
    op.create_table(
        "links",
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("serial_index", sa.String(length=64), nullable=False),
        sa.Column("atena", sa.String(length=15), nullable=False),
        sa.Column("valid_from", sa.String(length=10), nullable=False),
        sa.Column("valid_until", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("municipality", "serial_index", "atena", name=op.f("pk_links")),
    )


def _create_register_loads() -> None:
    op.create_table(
        "register_loads",
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("as_of", sa.String(length=12), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("loaded_at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("municipality", "name", name=op.f("pk_register_loads")),
    )


def _create_residents() -> None:
    op.create_table(
        "residents",
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("atena", sa.String(length=15), nullable=False),
        sa.Column("household", sa.String(length=15), nullable=False),
        sa.Column("number_index", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=1), nullable=False),
        sa.Column("protected", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("municipality", "atena", name=op.f("pk_residents")),
    )
    op.create_index("ix_residents_household", "residents", ["municipality", "household"], unique=False)
    op.create_index("ix_residents_number", "residents", ["municipality", "number_index"], unique=False)
