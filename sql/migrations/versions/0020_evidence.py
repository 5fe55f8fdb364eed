"""Evidence bundles (証拠一式): which were made for whom, and who opened the values of one."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "evidence_bundles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("application", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("second", sa.String(length=80), nullable=True),
        sa.Column("purpose", sa.String(length=40), nullable=True),
        sa.Column("act", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("with_values", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "with_values = (second IS NOT NULL AND purpose IS NOT NULL)", name=op.f("ck_evidence_bundles_values_take_two")
        ),
        sa.CheckConstraint("second <> actor", name=op.f("ck_evidence_bundles_second_is_another")),
        sa.ForeignKeyConstraint(["application"], ["applications.id"], name=op.f("fk_evidence_bundles_application")),
        sa.ForeignKeyConstraint(["act"], ["acts.id"], name=op.f("fk_evidence_bundles_act")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_bundles")),
    )
    op.create_index("ix_evidence_bundles_application", "evidence_bundles", ["application"])
    op.create_index("ix_evidence_bundles_digest", "evidence_bundles", ["digest"])
    op.create_table(
        "evidence_openings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bundle", sa.Integer(), nullable=False),
        sa.Column("act", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["bundle"], ["evidence_bundles.id"], name=op.f("fk_evidence_openings_bundle")),
        sa.ForeignKeyConstraint(["act"], ["acts.id"], name=op.f("fk_evidence_openings_act")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_openings")),
    )
