"""Repeats (重複): the counter's book, cases of receiving systems, what tells that two filings are one, and the pairs found."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    _counter_book()
    _elsewhere_files()
    _receiver_cases()
    _repeat_marks()
    _repeat_findings()


def _counter_book() -> None:
    op.create_table(
        "counter_book",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("procedure", sa.String(length=60), nullable=False),
        sa.Column("received_on", sa.String(length=10), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.CheckConstraint("channel IN ('paper', 'post')", name=op.f("ck_counter_book_channel")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counter_book")),
        sa.UniqueConstraint("municipality", "number", name=op.f("uq_counter_book_municipality_number")),
    )


def _elsewhere_files() -> None:
    op.create_table(
        "elsewhere_files",
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("as_of", sa.String(length=12), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("loaded_at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("municipality", "source", name=op.f("pk_elsewhere_files")),
    )


def _receiver_cases() -> None:
    op.create_table(
        "receiver_cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("destination", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("receipt", sa.String(length=64), nullable=False),
        sa.Column("procedure", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("received_on", sa.String(length=10), nullable=False),
        sa.Column("decided_on", sa.String(length=10), nullable=True),
        sa.CheckConstraint("(state = 'decided') = (decided_on IS NOT NULL)", name=op.f("ck_receiver_cases_decided_has_day")),
        sa.CheckConstraint("state IN ('open', 'decided')", name=op.f("ck_receiver_cases_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receiver_cases")),
        sa.UniqueConstraint("municipality", "destination", "number", name=op.f("uq_receiver_cases_municipality_destination_number")),
    )


def _repeat_marks() -> None:
    op.create_table(
        "repeat_marks",
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("trait", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.CheckConstraint("source IN ('filing', 'counter', 'case')", name=op.f("ck_repeat_marks_source")),
        sa.PrimaryKeyConstraint("municipality", "source", "entry", "trait", "value", name=op.f("pk_repeat_marks")),
    )
    op.create_index("ix_repeat_marks_value", "repeat_marks", ["municipality", "trait", "value"], unique=False)


def _repeat_findings() -> None:
    op.create_table(
        "repeat_findings",
        sa.Column("application", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("comes_first", sa.Boolean(), nullable=False),
        sa.Column("differences", sa.String(), nullable=False),
        sa.Column("found_on", sa.String(length=10), nullable=False),
        sa.Column("answer", sa.String(length=20), nullable=True),
        sa.Column("act", sa.Integer(), nullable=True),
        sa.CheckConstraint("answer IN ('repeat', 'replacement', 'separate')", name=op.f("ck_repeat_findings_answer")),
        sa.CheckConstraint("status IN ('shadow', 'warn', 'hold')", name=op.f("ck_repeat_findings_status")),
        sa.CheckConstraint("(answer IS NULL) = (act IS NULL)", name=op.f("ck_repeat_findings_answer_is_an_act")),
        sa.ForeignKeyConstraint(["act"], ['acts.id'], name=op.f("fk_repeat_findings_act")),
        sa.ForeignKeyConstraint(["application"], ['applications.id'], name=op.f("fk_repeat_findings_application")),
        sa.PrimaryKeyConstraint("application", "source", "number", name=op.f("pk_repeat_findings")),
    )
