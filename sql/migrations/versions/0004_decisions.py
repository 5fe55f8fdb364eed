"""Decisions (決裁) and the two channels that tell people."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    _create_result_files()
    _create_decisions()
    _create_status_outbox()
    _create_notice_outbox()


def _create_result_files() -> None:
    op.create_table(
        "result_files",
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("destination", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("refused_rows", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("municipality", "destination", "name", name=op.f("pk_result_files")),
    )


def _create_decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("decided_on", sa.String(length=10), nullable=False),
        sa.Column("decision_number", sa.String(length=60), nullable=False),
        sa.Column("document_number", sa.String(length=60), nullable=False),
        sa.Column("letter", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=160), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["application"], ["applications.id"], name=op.f("fk_decisions_application")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.UniqueConstraint("application", name=op.f("uq_decisions_application")),
    )


def _create_status_outbox() -> None:
    op.create_table(
        "status_outbox",
        sa.Column("application", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("owed_at", sa.String(length=40), nullable=False),
        sa.Column("sent_at", sa.String(length=40), nullable=True),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_status_outbox_sent_has_time")),
        sa.CheckConstraint("state IN ('owed', 'sending', 'sent', 'given_up')", name=op.f("ck_status_outbox_state")),
        sa.ForeignKeyConstraint(["application"], ["applications.id"], name=op.f("fk_status_outbox_application")),
        sa.PrimaryKeyConstraint("application", "status", name=op.f("pk_status_outbox")),
        sa.UniqueConstraint("reference", name=op.f("uq_status_outbox_reference")),
    )


def _create_notice_outbox() -> None:
    op.create_table(
        "notice_outbox",
        sa.Column("application", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("decision", sa.Integer(), nullable=True),
        sa.Column("atena", sa.String(length=15), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("owed_at", sa.String(length=40), nullable=False),
        sa.Column("sent_at", sa.String(length=40), nullable=True),
        sa.CheckConstraint(
            "(state IN ('sent', 'undeliverable', 'refused')) = (sent_at IS NOT NULL)", name=op.f("ck_notice_outbox_sent_has_time")
        ),
        sa.CheckConstraint("kind <> 'result' OR decision IS NOT NULL", name=op.f("ck_notice_outbox_result_has_decision")),
        sa.CheckConstraint(
            "state IN ('owed', 'sending', 'sent', 'undeliverable', 'refused', 'given_up')", name=op.f("ck_notice_outbox_state")
        ),
        sa.ForeignKeyConstraint(["application"], ["applications.id"], name=op.f("fk_notice_outbox_application")),
        sa.ForeignKeyConstraint(["decision"], ["decisions.id"], name=op.f("fk_notice_outbox_decision")),
        sa.PrimaryKeyConstraint("application", "kind", name=op.f("pk_notice_outbox")),
        sa.UniqueConstraint("reference", name=op.f("uq_notice_outbox_reference")),
    )
