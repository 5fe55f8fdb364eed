"""Copies (副本) at the intermediate server: extracts, what was accepted, requests and their records, drift, differences, flags."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    _create_copy_extracts()
    _create_copy_currents()
    _create_copy_states()
    _create_copy_requests()
    _create_copy_items()
    _create_copy_drifts()
    _create_copy_comparisons()
    _create_copy_differences()
    _create_copy_flags()
    _create_copy_flagged()
    _create_copy_withheld()


def _create_copy_extracts() -> None:
    op.create_table(
        "copy_extracts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("ledger", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.CheckConstraint("(state = 'refused') = (reason IS NOT NULL)", name=op.f("ck_copy_extracts_refused_has_reason")),
        sa.CheckConstraint("state IN ('taken', 'refused')", name=op.f("ck_copy_extracts_state")),
        sa.CheckConstraint("rows >= 0", name=op.f("ck_copy_extracts_rows")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copy_extracts")),
        sa.UniqueConstraint("municipality", "ledger", "name", "digest", name=op.f("uq_copy_extracts_municipality_ledger_name_digest")),
    )


def _create_copy_currents() -> None:
    op.create_table(
        "copy_currents",
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("layout", sa.String(length=20), nullable=False),
        sa.Column("extract", sa.Integer(), nullable=False),
        sa.Column("blob", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.String(length=40), nullable=False),
        sa.CheckConstraint("records >= 0", name=op.f("ck_copy_currents_records")),
        sa.ForeignKeyConstraint(["extract"], ["copy_extracts.id"], name=op.f("fk_copy_currents_extract")),
        sa.PrimaryKeyConstraint("municipality", "kind", name=op.f("pk_copy_currents")),
        sa.UniqueConstraint("blob", name=op.f("uq_copy_currents_blob")),
    )


def _create_copy_states() -> None:
    op.create_table(
        "copy_states",
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("layout", sa.String(length=20), nullable=False),
        sa.Column("accepted_blob", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.String(length=40), nullable=True),
        sa.Column("changed_at", sa.String(length=40), nullable=False),
        sa.CheckConstraint("records >= 0", name=op.f("ck_copy_states_records")),
        sa.PrimaryKeyConstraint("municipality", "kind", "layout", name=op.f("pk_copy_states")),
        sa.UniqueConstraint("accepted_blob", name=op.f("uq_copy_states_accepted_blob")),
    )


def _create_copy_requests() -> None:
    op.create_table(
        "copy_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.String(length=40), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("layout", sa.String(length=20), nullable=False),
        sa.Column("night", sa.String(length=10), nullable=False),
        sa.Column("as_of", sa.String(length=40), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("sent_parts", sa.Integer(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("blob", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("answer_digest", sa.String(length=64), nullable=True),
        sa.Column("made_at", sa.String(length=40), nullable=False),
        sa.Column("answered_at", sa.String(length=40), nullable=True),
        sa.CheckConstraint("(state = 'answered') = (answer_digest IS NOT NULL)", name=op.f("ck_copy_requests_answered_has_answer")),
        sa.CheckConstraint("(state = 'answered') = (answered_at IS NOT NULL)", name=op.f("ck_copy_requests_answered_has_time")),
        sa.CheckConstraint("(state = 'made') = (sent_parts < parts)", name=op.f("ck_copy_requests_sent_when_every_part_is")),
        sa.CheckConstraint("state IN ('made', 'sent', 'held', 'answered')", name=op.f("ck_copy_requests_state")),
        sa.CheckConstraint("parts > 0 AND records >= parts", name=op.f("ck_copy_requests_no_empty_part")),
        sa.CheckConstraint("sent_parts >= 0 AND sent_parts <= parts", name=op.f("ck_copy_requests_sent_parts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copy_requests")),
        sa.UniqueConstraint("blob", name=op.f("uq_copy_requests_blob")),
        sa.UniqueConstraint("request_id", name=op.f("uq_copy_requests_request_id")),
    )
    op.create_index(
        "uq_copy_requests_open",
        "copy_requests",
        ["municipality", "kind"],
        unique=True,
        sqlite_where=sa.text("state <> 'answered'"),
        postgresql_where=sa.text("state <> 'answered'"),
    )


def _create_copy_items() -> None:
    op.create_table(
        "copy_items",
        sa.Column("request", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.String(length=20), nullable=False),
        sa.Column("operation", sa.String(length=1), nullable=False),
        sa.Column("atena_index", sa.String(length=64), nullable=False),
        sa.Column("key_index", sa.String(length=64), nullable=False),
        sa.Column("line_digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=True),
        sa.Column("item", sa.String(length=60), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("since", sa.String(length=10), nullable=False),
        sa.Column("next_try", sa.String(length=10), nullable=True),
        sa.CheckConstraint("(state = 'waiting') = (next_try IS NOT NULL)", name=op.f("ck_copy_items_waiting_has_next_try")),
        sa.CheckConstraint("(state IN ('failed', 'waiting', 'settled')) = (code IS NOT NULL)", name=op.f("ck_copy_items_trouble_has_code")),
        sa.CheckConstraint("operation IN ('1', '2', '3')", name=op.f("ck_copy_items_operation")),
        sa.CheckConstraint("state IN ('sent', 'accepted', 'failed', 'waiting', 'settled')", name=op.f("ck_copy_items_state")),
        sa.CheckConstraint("tries > 0", name=op.f("ck_copy_items_tries")),
        sa.ForeignKeyConstraint(["request"], ["copy_requests.id"], name=op.f("fk_copy_items_request")),
        sa.PrimaryKeyConstraint("request", "record_id", name=op.f("pk_copy_items")),
    )
    op.create_index("ix_copy_items_person", "copy_items", ["atena_index"], unique=False)
    op.create_index("ix_copy_items_record", "copy_items", ["key_index"], unique=False)
    op.create_index(
        "uq_copy_items_open",
        "copy_items",
        ["key_index"],
        unique=True,
        sqlite_where=sa.text("state IN ('sent', 'failed', 'waiting')"),
        postgresql_where=sa.text("state IN ('sent', 'failed', 'waiting')"),
    )


def _create_copy_drifts() -> None:
    op.create_table(
        "copy_drifts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("night", sa.String(length=10), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.CheckConstraint("(state IN ('approved', 'used')) = (actor IS NOT NULL)", name=op.f("ck_copy_drifts_approved_has_actor")),
        sa.CheckConstraint("state IN ('stopped', 'approved', 'used', 'gone')", name=op.f("ck_copy_drifts_state")),
        sa.CheckConstraint("(actor IS NULL) = (reason IS NULL)", name=op.f("ck_copy_drifts_actor_has_reason")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copy_drifts")),
    )
    op.create_index(
        "uq_copy_drifts_open",
        "copy_drifts",
        ["municipality", "kind"],
        unique=True,
        sqlite_where=sa.text("state IN ('stopped', 'approved')"),
        postgresql_where=sa.text("state IN ('stopped', 'approved')"),
    )


def _create_copy_comparisons() -> None:
    op.create_table(
        "copy_comparisons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("layout", sa.String(length=20), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("begun_at", sa.String(length=40), nullable=False),
        sa.Column("ended_at", sa.String(length=40), nullable=True),
        sa.Column("here", sa.Integer(), nullable=False),
        sa.Column("there", sa.Integer(), nullable=False),
        sa.Column("missing_here", sa.Integer(), nullable=False),
        sa.Column("missing_there", sa.Integer(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("older", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.CheckConstraint("ended_at IS NULL OR begun_at <= ended_at", name=op.f("ck_copy_comparisons_ended_after_it_began")),
        sa.CheckConstraint(
            "expected <= missing_here + missing_there + value + older", name=op.f("ck_copy_comparisons_expected_is_among_them")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copy_comparisons")),
    )


def _create_copy_differences() -> None:
    op.create_table(
        "copy_differences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("sort", sa.String(length=20), nullable=False),
        sa.Column("key_index", sa.String(length=64), nullable=False),
        sa.Column("item", sa.String(length=60), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("cause", sa.String(length=20), nullable=True),
        sa.Column("first_seen", sa.String(length=10), nullable=False),
        sa.Column("last_seen", sa.String(length=10), nullable=False),
        sa.Column("comparison", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.CheckConstraint("(sort = 'value') = (item <> '')", name=op.f("ck_copy_differences_value_has_item")),
        sa.CheckConstraint("sort IN ('missing_here', 'missing_there', 'value', 'older')", name=op.f("ck_copy_differences_sort")),
        sa.CheckConstraint(
            "cause IN ('failed', 'waiting', 'sent', 'withheld', 'switch', 'drift')", name=op.f("ck_copy_differences_cause")
        ),
        sa.CheckConstraint("state IN ('open', 'explained', 'resolved')", name=op.f("ck_copy_differences_state")),
        sa.CheckConstraint("first_seen <= last_seen", name=op.f("ck_copy_differences_seen_in_order")),
        sa.CheckConstraint("(actor IS NULL) = (reason IS NULL)", name=op.f("ck_copy_differences_actor_has_reason")),
        sa.CheckConstraint("state <> 'explained' OR actor IS NOT NULL", name=op.f("ck_copy_differences_explained_has_actor")),
        sa.ForeignKeyConstraint(["comparison"], ["copy_comparisons.id"], name=op.f("fk_copy_differences_comparison")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copy_differences")),
        sa.UniqueConstraint(
            "municipality", "kind", "sort", "key_index", "item", name=op.f("uq_copy_differences_municipality_kind_sort_key_index_item")
        ),
    )
    op.create_index("ix_copy_differences_open", "copy_differences", ["municipality", "kind", "state"], unique=False)


def _create_copy_flags() -> None:
    op.create_table(
        "copy_flags",
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("night", sa.String(length=10), nullable=False),
        sa.Column("checked", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("set_now", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.CheckConstraint("missing >= 0 AND missing <= checked", name=op.f("ck_copy_flags_missing_was_checked")),
        sa.CheckConstraint("set_now >= 0 AND set_now <= checked", name=op.f("ck_copy_flags_set_was_checked")),
        sa.PrimaryKeyConstraint("municipality", "night", name=op.f("pk_copy_flags")),
    )


def _create_copy_flagged() -> None:
    op.create_table(
        "copy_flagged",
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("atena_index", sa.String(length=64), nullable=False),
        sa.Column("flag", sa.String(length=20), nullable=False),
        sa.Column("night", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.CheckConstraint("flag IN ('nondisclosure', 'autoresponse_off')", name=op.f("ck_copy_flagged_flag")),
        sa.CheckConstraint("state IN ('set', 'missing', 'asked')", name=op.f("ck_copy_flagged_state")),
        sa.ForeignKeyConstraint(
            ["municipality", "night"], ["copy_flags.municipality", "copy_flags.night"], name=op.f("fk_copy_flagged_municipality_night")
        ),
        sa.PrimaryKeyConstraint("municipality", "atena_index", "flag", name=op.f("pk_copy_flagged")),
    )


def _create_copy_withheld() -> None:
    op.create_table(
        "copy_withheld",
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key_index", sa.String(length=64), nullable=False),
        sa.Column("operation", sa.String(length=1), nullable=False),
        sa.Column("atena_index", sa.String(length=64), nullable=False),
        sa.Column("since", sa.String(length=10), nullable=False),
        sa.Column("ended_on", sa.String(length=10), nullable=True),
        sa.CheckConstraint("operation IN ('1', '2')", name=op.f("ck_copy_withheld_operation")),
        sa.CheckConstraint("ended_on IS NULL OR since <= ended_on", name=op.f("ck_copy_withheld_ended_after_it_began")),
        sa.PrimaryKeyConstraint("municipality", "kind", "key_index", name=op.f("pk_copy_withheld")),
    )
