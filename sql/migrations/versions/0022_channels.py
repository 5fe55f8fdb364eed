"""Notices have channels, a kind and a subject of their own; both channels keep the last code and the time for the next try."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

KEPT = """
INSERT INTO notice_outbox (
    municipality, kind, sort, subject_key, channel, channels_after, application, decision, atena, business, subject, body, display_days,
    reference, state, attempts, owed_at, sent_at
)
SELECT
    applications.municipality, applications.procedure || '/' || kept.kind, kept.kind, 'application ' || kept.application, 'portal', 'paper',
    kept.application, kept.decision, kept.atena, '000', kept.subject, kept.body, 90,
    kept.reference, CASE kept.state WHEN 'sent' THEN 'accepted' ELSE kept.state END, kept.attempts, kept.owed_at, kept.sent_at
FROM notice_outbox_kept AS kept
INNER JOIN applications ON applications.id = kept.application
ORDER BY kept.owed_at, kept.application
"""


def upgrade() -> None:
    op.execute("CREATE TABLE notice_outbox_kept AS SELECT * FROM notice_outbox")
    op.drop_table("notice_outbox")
    _create_notice_outbox()
    op.execute(KEPT)
    op.drop_table("notice_outbox_kept")
    _extend_status_outbox()


def _extend_status_outbox() -> None:
    with op.batch_alter_table("status_outbox") as statuses:
        statuses.add_column(sa.Column("code", sa.String(length=60), nullable=True))
        statuses.add_column(sa.Column("first_try_at", sa.String(length=40), nullable=True))
        statuses.add_column(sa.Column("next_try_at", sa.String(length=40), nullable=True))
        statuses.drop_constraint(op.f("ck_status_outbox_state"), type_="check")
        statuses.create_check_constraint(op.f("ck_status_outbox_state"), "state IN ('owed', 'sending', 'sent', 'refused', 'given_up')")


def _create_notice_outbox() -> None:
    op.create_table(
        "notice_outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("sort", sa.String(length=20), nullable=False),
        sa.Column("subject_key", sa.String(length=120), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("channels_after", sa.String(length=40), nullable=False),
        sa.Column("application", sa.Integer(), nullable=True),
        sa.Column("decision", sa.Integer(), nullable=True),
        sa.Column("atena", sa.String(length=15), nullable=False),
        sa.Column("business", sa.String(length=3), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("extras", sa.LargeBinary(), nullable=True),
        sa.Column("display_days", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("owed_at", sa.String(length=40), nullable=False),
        sa.Column("not_before", sa.String(length=40), nullable=True),
        sa.Column("first_try_at", sa.String(length=40), nullable=True),
        sa.Column("next_try_at", sa.String(length=40), nullable=True),
        sa.Column("sent_at", sa.String(length=40), nullable=True),
        sa.Column("file_id", sa.String(length=80), nullable=True),
        sa.CheckConstraint("channel IN ('portal', 'letterbox', 'paper')", name=op.f("ck_notice_outbox_channel")),
        sa.CheckConstraint(
            "state IN ('owed', 'sending', 'sent', 'accepted', 'undeliverable', 'refused', 'given_up')", name=op.f("ck_notice_outbox_state")
        ),
        sa.CheckConstraint("sort <> 'result' OR decision IS NOT NULL", name=op.f("ck_notice_outbox_result_has_decision")),
        sa.CheckConstraint(
            "(state IN ('sent', 'accepted', 'undeliverable', 'refused')) = (sent_at IS NOT NULL)",
            name=op.f("ck_notice_outbox_sent_has_time"),
        ),
        sa.ForeignKeyConstraint(["application"], ["applications.id"], name=op.f("fk_notice_outbox_application")),
        sa.ForeignKeyConstraint(["decision"], ["decisions.id"], name=op.f("fk_notice_outbox_decision")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_outbox")),
        sa.UniqueConstraint("reference", name=op.f("uq_notice_outbox_reference")),
        sa.UniqueConstraint(
            "municipality", "kind", "subject_key", "channel", name=op.f("uq_notice_outbox_municipality_kind_subject_key_channel")
        ),
    )
    op.create_index("ix_notice_outbox_application", "notice_outbox", ["application"])
    op.create_index("ix_notice_outbox_open", "notice_outbox", ["municipality", "channel", "state"])
