"""Payments (公金決済): files, claims, collection data, deposits, posting files, work items."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    _create_payment_files()
    _create_claims()
    _create_collections()
    _create_deposits()
    _create_posting_files()
    _create_postings()
    _create_payment_items()


def _create_payment_files() -> None:
    op.create_table(
        "payment_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=True),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.CheckConstraint("(state = 'refused') = (code IS NOT NULL)", name=op.f("ck_payment_files_refused_has_code")),
        sa.CheckConstraint("kind IN ('claims', 'collections', 'deposits')", name=op.f("ck_payment_files_kind")),
        sa.CheckConstraint("state IN ('taken', 'refused', 'repeated')", name=op.f("ck_payment_files_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_files")),
        sa.UniqueConstraint("municipality", "kind", "name", "digest", name=op.f("uq_payment_files_municipality_kind_name_digest")),
    )


def _create_claims() -> None:
    op.create_table(
        "claims",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("institution", sa.String(length=5), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("confirmation", sa.LargeBinary(), nullable=False),
        sa.Column("division", sa.String(length=3), nullable=False),
        sa.Column("el_number", sa.String(length=40), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.String(length=10), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=60), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(length=40), nullable=False),
        sa.Column("atena", sa.String(length=15), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("file", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'withdrawn')", name=op.f("ck_claims_state")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_claims_amount_is_owed")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_claims_version_is_counted")),
        sa.ForeignKeyConstraint(["file"], ["payment_files.id"], name=op.f("fk_claims_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
        sa.UniqueConstraint("municipality", "institution", "number", name=op.f("uq_claims_municipality_institution_number")),
    )
    op.create_index("ix_claims_el_number", "claims", ["municipality", "el_number"], unique=False)


def _create_collections() -> None:
    op.create_table(
        "collections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("file", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("institution", sa.String(length=5), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("collected_on", sa.String(length=10), nullable=False),
        sa.Column("deposit_on", sa.String(length=10), nullable=False),
        sa.CheckConstraint("stage IN ('prompt', 'final', 'cancelled')", name=op.f("ck_collections_stage")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_collections_amount_is_paid")),
        sa.ForeignKeyConstraint(["file"], ["payment_files.id"], name=op.f("fk_collections_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collections")),
        sa.UniqueConstraint("file", "line", name=op.f("uq_collections_file_line")),
    )
    op.create_index("ix_collections_reference", "collections", ["municipality", "way", "reference"], unique=False)


def _create_deposits() -> None:
    op.create_table(
        "deposits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("file", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.Column("sort", sa.String(length=10), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("deposited_on", sa.String(length=10), nullable=False),
        sa.CheckConstraint("sort IN ('revenue', 'fee')", name=op.f("ck_deposits_sort")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_deposits_amount_is_paid")),
        sa.ForeignKeyConstraint(["file"], ["payment_files.id"], name=op.f("fk_deposits_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deposits")),
        sa.UniqueConstraint("file", "line", name=op.f("uq_deposits_file_line")),
    )


def _create_posting_files() -> None:
    op.create_table(
        "posting_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("made_at", sa.String(length=40), nullable=False),
        sa.Column("delivered_at", sa.String(length=40), nullable=True),
        sa.CheckConstraint("(state = 'delivered') = (delivered_at IS NOT NULL)", name=op.f("ck_posting_files_delivered_has_time")),
        sa.CheckConstraint("state IN ('made', 'delivered')", name=op.f("ck_posting_files_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting_files")),
        sa.UniqueConstraint("municipality", "name", name=op.f("uq_posting_files_municipality_name")),
    )


def _create_postings() -> None:
    op.create_table(
        "postings",
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("sort", sa.String(length=10), nullable=False),
        sa.Column("claim", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("collected_on", sa.String(length=10), nullable=False),
        sa.Column("deposit_on", sa.String(length=10), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("file", sa.Integer(), nullable=False),
        sa.CheckConstraint("sort IN ('paid', 'cancelled')", name=op.f("ck_postings_sort")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_postings_amount_is_paid")),
        sa.ForeignKeyConstraint(["claim"], ["claims.id"], name=op.f("fk_postings_claim")),
        sa.ForeignKeyConstraint(["file"], ["posting_files.id"], name=op.f("fk_postings_file")),
        sa.PrimaryKeyConstraint("municipality", "way", "reference", "sort", name=op.f("pk_postings")),
    )
    op.create_index("ix_postings_claim", "postings", ["claim"], unique=False)


def _create_payment_items() -> None:
    op.create_table(
        "payment_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("section", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=True),
        sa.Column("act", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.String(length=40), nullable=False),
        sa.CheckConstraint("(state = 'settled') = (act IS NOT NULL)", name=op.f("ck_payment_items_settled_by_act")),
        sa.CheckConstraint("answer IS NULL OR answer IN ('refund', 'offset', 'post', 'done')", name=op.f("ck_payment_items_answer")),
        sa.CheckConstraint("state IN ('open', 'gone', 'settled')", name=op.f("ck_payment_items_state")),
        sa.CheckConstraint("(answer IS NULL) = (act IS NULL)", name=op.f("ck_payment_items_answered_by_act")),
        sa.ForeignKeyConstraint(["act"], ["acts.id"], name=op.f("fk_payment_items_act")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_items")),
        sa.UniqueConstraint("municipality", "kind", "key", name=op.f("uq_payment_items_municipality_kind_key")),
    )
    op.create_index("ix_payment_items_open", "payment_items", ["municipality", "state"], unique=False)
