"""The ledger of documents (提出物台帳) says where one lies that serves siblings too; filings for one person are found by its number."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("documents", sa.Column("lies_at", sa.String(length=64), nullable=True))
    op.create_index("ix_persons_atena", "persons", ["atena"])
