"""Letters (郵送文書): what went out on paper."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.create_table(
        "letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("notice", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("posted_on", sa.String(length=10), nullable=True),
        sa.Column("returned_on", sa.String(length=10), nullable=True),
        sa.Column("act", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('made', 'posted', 'returned')", name=op.f("ck_letters_state")),
        sa.CheckConstraint("state <> 'posted' OR posted_on IS NOT NULL", name=op.f("ck_letters_posted_has_day")),
        sa.CheckConstraint("(state = 'returned') = (returned_on IS NOT NULL)", name=op.f("ck_letters_returned_has_day")),
        sa.ForeignKeyConstraint(["act"], ["acts.id"], name=op.f("fk_letters_act")),
        sa.ForeignKeyConstraint(["notice"], ["notice_outbox.id"], name=op.f("fk_letters_notice")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        sa.UniqueConstraint("notice", name=op.f("uq_letters_notice")),
        sa.UniqueConstraint("municipality", "day", "number", name=op.f("uq_letters_municipality_day_number")),
    )
    op.create_index("ix_letters_day", "letters", ["municipality", "day"])
    _consents()
    op.create_table(
        "letterbox_openings",
        sa.Column("notice", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.String(length=40), nullable=False),
        sa.Column("known_at", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["notice"], ["notice_outbox.id"], name=op.f("fk_letterbox_openings_notice")),
        sa.PrimaryKeyConstraint("notice", name=op.f("pk_letterbox_openings")),
    )
    op.create_table(
        "letterbox_feeds",
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("feed", sa.String(length=20), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.CheckConstraint("feed IN ('consents', 'openings')", name=op.f("ck_letterbox_feeds_feed")),
        sa.CheckConstraint("last >= 1", name=op.f("ck_letterbox_feeds_last_is_counted")),
        sa.PrimaryKeyConstraint("municipality", "feed", name=op.f("pk_letterbox_feeds")),
    )


def _consents() -> None:
    op.create_table(
        "consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("service", sa.String(length=40), nullable=False),
        sa.Column("consent", sa.String(length=80), nullable=False),
        sa.Column("atena", sa.String(length=15), nullable=False),
        sa.Column("kinds", sa.String(length=400), nullable=False),
        sa.Column("given_at", sa.String(length=40), nullable=False),
        sa.Column("withdrawn_at", sa.String(length=40), nullable=True),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("act", sa.Integer(), nullable=True),
        sa.CheckConstraint("source IN ('service', 'clerk')", name=op.f("ck_consents_source")),
        sa.CheckConstraint("source <> 'clerk' OR act IS NOT NULL", name=op.f("ck_consents_clerk_has_act")),
        sa.ForeignKeyConstraint(["act"], ["acts.id"], name=op.f("fk_consents_act")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
        sa.UniqueConstraint(
            "municipality", "service", "consent", "given_at", name=op.f("uq_consents_municipality_service_consent_given_at")
        ),
    )
    op.create_index("ix_consents_atena", "consents", ["municipality", "atena"])
