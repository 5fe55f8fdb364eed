"""Intake (取込): listings, applications and what each step made of them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _create_listings()
    _create_applications()
    _index_applications()
    _create_documents()
    _create_findings()
    _create_parts()
    _create_persons()
    _create_step_results()
    _create_verifications()


def _create_listings() -> None:
    op.create_table(
        "listings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("receipt", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("portal_procedure", sa.String(length=40), nullable=False),
        sa.Column("arrived_at", sa.String(length=40), nullable=False),
        sa.Column("listed_at", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("fetched_version", sa.Integer(), nullable=True),
        sa.Column("resolved_on", sa.String(length=10), nullable=True),
        sa.CheckConstraint("(state = 'listed') = (resolved_on IS NULL)", name=op.f("ck_listings_resolved_has_day")),
        sa.CheckConstraint("(state = 'stored') = (fetched_version IS NOT NULL)", name=op.f("ck_listings_stored_is_fetched")),
        sa.CheckConstraint("state IN ('listed', 'stored', 'out_of_scope', 'gone')", name=op.f("ck_listings_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listings")),
        sa.UniqueConstraint("municipality", "receipt", "version", name=op.f("uq_listings_municipality_receipt_version")),
    )


def _create_applications() -> None:
    op.create_table(
        "applications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("listing", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("receipt", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("blob", sa.String(length=200), nullable=False),
        sa.Column("procedure", sa.String(length=60), nullable=False),
        sa.Column("section", sa.String(length=40), nullable=False),
        sa.Column("filing_year", sa.Integer(), nullable=False),
        sa.Column("filing_number", sa.Integer(), nullable=False),
        sa.Column("filed_on", sa.String(length=10), nullable=False),
        sa.Column("arrived_at", sa.String(length=40), nullable=False),
        sa.Column("department_at", sa.String(length=40), nullable=False),
        sa.Column("handled_at", sa.String(length=40), nullable=True),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("disposition", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("disposed_on", sa.String(length=10), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("repeat_key", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "(disposition IN ('held', 'waiting', 'settled')) = (reason IS NOT NULL)", name=op.f("ck_applications_reason_is_given")
        ),
        sa.CheckConstraint("disposition <> 'delivered' OR stage = 'delivered'", name=op.f("ck_applications_delivered_went_all_the_way")),
        sa.CheckConstraint(
            "disposition IN ('open', 'waiting', 'held', 'delivered', 'settled', 'withdrawn')", name=op.f("ck_applications_disposition")
        ),
        sa.CheckConstraint(
            "stage IN ('stored', 'opened', 'verified', 'identified', 'mapped', 'checked', 'released', 'delivered')",
            name=op.f("ck_applications_stage"),
        ),
        sa.ForeignKeyConstraint(["listing"], ["listings.id"], name=op.f("fk_applications_listing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applications")),
        sa.UniqueConstraint("listing", name=op.f("uq_applications_listing")),
        sa.UniqueConstraint("municipality", "receipt", "digest", name=op.f("uq_applications_municipality_receipt_digest")),
        sa.UniqueConstraint("municipality", "receipt", "version", name=op.f("uq_applications_municipality_receipt_version")),
        sa.UniqueConstraint(
            "municipality",
            "section",
            "filing_year",
            "filing_number",
            name=op.f("uq_applications_municipality_section_filing_year_filing_number"),
        ),
    )


def _index_applications() -> None:
    op.create_index("ix_applications_repeat", "applications", ["municipality", "repeat_key"], unique=False)
    op.create_index("ix_applications_work", "applications", ["municipality", "disposition", "stage"], unique=False)


def _create_documents() -> None:
    op.create_table(
        "documents",
        sa.Column("application", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(length=40), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.CheckConstraint("state IN ('received', 'owed', 'exempt')", name=op.f("ck_documents_state")),
        sa.CheckConstraint("way IN ('electronic', 'post', 'visit')", name=op.f("ck_documents_way")),
        sa.ForeignKeyConstraint(["application"], ["applications.id"], name=op.f("fk_documents_application")),
        sa.PrimaryKeyConstraint("application", "document", name=op.f("pk_documents")),
    )


def _create_findings() -> None:
    op.create_table(
        "findings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("rule", sa.String(length=80), nullable=False),
        sa.Column("severity", sa.String(length=10), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["application"], ["applications.id"], name=op.f("fk_findings_application")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
    )
    op.create_index("ix_findings_application", "findings", ["application"], unique=False)


def _create_parts() -> None:
    op.create_table(
        "parts",
        sa.Column("application", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("document", sa.String(length=40), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("cleaned_blob", sa.String(length=200), nullable=True),
        sa.CheckConstraint("kind IN ('form', 'attachment')", name=op.f("ck_parts_kind")),
        sa.ForeignKeyConstraint(["application"], ["applications.id"], name=op.f("fk_parts_application")),
        sa.PrimaryKeyConstraint("application", "name", name=op.f("pk_parts")),
    )


def _create_persons() -> None:
    op.create_table(
        "persons",
        sa.Column("application", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("claim", sa.LargeBinary(), nullable=False),
        sa.Column("atena", sa.String(length=15), nullable=True),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("number_check", sa.String(length=20), nullable=False),
        sa.Column("protected", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(method IN ('serial', 'number', 'household')) = (atena IS NOT NULL)", name=op.f("ck_persons_identified_has_number")
        ),
        sa.CheckConstraint("method IN ('serial', 'number', 'household', 'outside', 'none')", name=op.f("ck_persons_method")),
        sa.ForeignKeyConstraint(["application"], ["applications.id"], name=op.f("fk_persons_application")),
        sa.PrimaryKeyConstraint("application", "role", "ordinal", name=op.f("pk_persons")),
    )


def _create_step_results() -> None:
    op.create_table(
        "step_results",
        sa.Column("application", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("inputs", sa.String(length=64), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.CheckConstraint("outcome IN ('done', 'held', 'waiting')", name=op.f("ck_step_results_outcome")),
        sa.ForeignKeyConstraint(["application"], ["applications.id"], name=op.f("fk_step_results_application")),
        sa.PrimaryKeyConstraint("application", "step", "inputs", "attempt", name=op.f("pk_step_results")),
    )


def _create_verifications() -> None:
    op.create_table(
        "verifications",
        sa.Column("application", sa.Integer(), nullable=False),
        sa.Column("policy", sa.String(length=20), nullable=False),
        sa.Column("signed", sa.Boolean(), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("signer", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("policy <> 'required' OR signed", name=op.f("ck_verifications_required_is_signed")),
        sa.CheckConstraint("policy IN ('required', 'portal-verified', 'none')", name=op.f("ck_verifications_policy")),
        sa.CheckConstraint("signed = (signer IS NOT NULL)", name=op.f("ck_verifications_signed_has_signer")),
        sa.ForeignKeyConstraint(["application"], ["applications.id"], name=op.f("fk_verifications_application")),
        sa.PrimaryKeyConstraint("application", name=op.f("pk_verifications")),
    )
