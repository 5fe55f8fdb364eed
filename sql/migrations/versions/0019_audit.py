"""Audits (監査): figures of each day, the rules that stood, samples, findings and measures."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    _days()
    _samples()
    _findings()


def _days() -> None:
    op.create_table(
        "audit_rule_sets",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_audit_rule_sets")),
    )
    op.create_table(
        "audit_days",
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("rule_set", sa.String(length=64), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("made_at", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["rule_set"], ["audit_rule_sets.digest"], name=op.f("fk_audit_days_rule_set")),
        sa.PrimaryKeyConstraint("municipality", "day", name=op.f("pk_audit_days")),
    )


def _samples() -> None:
    op.create_table(
        "audit_samples",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("seed", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("first", sa.String(length=10), nullable=False),
        sa.Column("last", sa.String(length=10), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_audit_samples_size_is_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_samples")),
    )
    op.create_table(
        "audit_sample_items",
        sa.Column("sample", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("application", sa.Integer(), nullable=False),
        sa.Column("stratum", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["application"], ["applications.id"], name=op.f("fk_audit_sample_items_application")),
        sa.ForeignKeyConstraint(["sample"], ["audit_samples.id"], name=op.f("fk_audit_sample_items_sample")),
        sa.PrimaryKeyConstraint("sample", "place", name=op.f("pk_audit_sample_items")),
    )


def _findings() -> None:
    op.create_table(
        "audit_findings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sample", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=400), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["sample", "place"],
            ["audit_sample_items.sample", "audit_sample_items.place"],
            name=op.f("fk_audit_findings_sample"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_findings")),
    )
    op.create_table(
        "audit_measures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=400), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("due_on", sa.String(length=10), nullable=True),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.CheckConstraint("state IN ('planned', 'done')", name=op.f("ck_audit_measures_state")),
        sa.CheckConstraint("state = 'done' OR due_on IS NOT NULL", name=op.f("ck_audit_measures_planned_has_day")),
        sa.ForeignKeyConstraint(["finding"], ["audit_findings.id"], name=op.f("fk_audit_measures_finding")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_measures")),
    )
    op.create_index("ix_audit_measures_finding", "audit_measures", ["finding"])
