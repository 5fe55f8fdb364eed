"""The loss ledger (縮退記録) names its table; a held obligation knows what held it; a correction (補正) its first filing."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    with op.batch_alter_table("losses") as losses:
        # What was written before this revision came from a format's own list, which had no version.
        losses.add_column(sa.Column("substitution_table", sa.String(length=60), nullable=False, server_default="format.yaml@0"))
        losses.alter_column("source", type_=sa.String(length=40), existing_type=sa.String(length=10), existing_nullable=False)
        losses.alter_column("target", type_=sa.String(length=60), existing_type=sa.String(length=10), existing_nullable=False)
    with op.batch_alter_table("losses") as losses:
        losses.alter_column("substitution_table", existing_type=sa.String(length=60), existing_nullable=False, server_default=None)
    op.add_column("obligations", sa.Column("held_by", sa.String(length=64), nullable=True))
    op.add_column("applications", sa.Column("previous_receipt", sa.String(length=64), nullable=True))
