"""Decisions (決定) say where they come from and which one they supersede; results that do not fit are held."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

FIRST = sa.text("supersedes IS NULL")


def upgrade() -> None:
    # SQLite makes the table anew, which it may not while notices refer to it.
    op.execute("CREATE TABLE notices_kept AS SELECT * FROM notice_outbox")
    op.execute("DELETE FROM notice_outbox")
    _extend_decisions()
    op.execute("INSERT INTO notice_outbox SELECT * FROM notices_kept")
    op.drop_table("notices_kept")
    _create_decision_refusals()


def _extend_decisions() -> None:
    # What stood here was the title of a letter that the receiving system sends by post.
    op.execute("UPDATE decisions SET letter = CASE letter WHEN '' THEN 'none' ELSE 'post' END")
    with op.batch_alter_table("decisions") as decisions:
        decisions.add_column(sa.Column("kind", sa.String(length=10), nullable=False, server_default="first"))
        decisions.add_column(sa.Column("supersedes", sa.Integer(), nullable=True))
        decisions.add_column(sa.Column("grounds", sa.LargeBinary(), nullable=True))
        decisions.add_column(sa.Column("actor", sa.String(length=80), nullable=False, server_default=""))
        decisions.add_column(sa.Column("act", sa.Integer(), nullable=True))
        decisions.alter_column("source", type_=sa.String(length=200), existing_type=sa.String(length=160), existing_nullable=False)
        decisions.drop_constraint(op.f("uq_decisions_application"), type_="unique")
        decisions.create_unique_constraint(op.f("uq_decisions_supersedes"), ["supersedes"])
        decisions.create_foreign_key(op.f("fk_decisions_supersedes"), "decisions", ["supersedes"], ["id"])
        decisions.create_foreign_key(op.f("fk_decisions_act"), "acts", ["act"], ["id"])
        decisions.create_check_constraint(op.f("ck_decisions_kind"), "kind IN ('first', 'change', 'revoke')")
        decisions.create_check_constraint(op.f("ck_decisions_letter"), "letter IN ('post', 'counter', 'none', 'notice')")
        decisions.create_check_constraint(op.f("ck_decisions_later_one_supersedes"), "(kind = 'first') = (supersedes IS NULL)")
        decisions.create_check_constraint(op.f("ck_decisions_supersedes_earlier"), "supersedes IS NULL OR supersedes < id")
    with op.batch_alter_table("decisions") as decisions:
        decisions.alter_column("kind", existing_type=sa.String(length=10), existing_nullable=False, server_default=None)
        decisions.alter_column("actor", existing_type=sa.String(length=80), existing_nullable=False, server_default=None)
    op.create_index("ix_decisions_first", "decisions", ["application"], unique=True, sqlite_where=FIRST, postgresql_where=FIRST)


def _create_decision_refusals() -> None:
    op.create_table(
        "decision_refusals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("section", sa.String(length=40), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("application", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("ended_at", sa.String(length=40), nullable=True),
        sa.Column("act", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'settled', 'passed')", name=op.f("ck_decision_refusals_state")),
        sa.CheckConstraint("(state = 'settled') = (act IS NOT NULL)", name=op.f("ck_decision_refusals_settled_by_act")),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f("ck_decision_refusals_ended_has_time")),
        sa.ForeignKeyConstraint(["application"], ["applications.id"], name=op.f("fk_decision_refusals_application")),
        sa.ForeignKeyConstraint(["act"], ["acts.id"], name=op.f("fk_decision_refusals_act")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_refusals")),
        sa.UniqueConstraint("municipality", "source", "row", name=op.f("uq_decision_refusals_municipality_source_row")),
    )
    op.create_index("ix_decision_refusals_open", "decision_refusals", ["municipality", "state"])
