"""Campaigns (一斉のお知らせ), their people, the stop list (送付停止者一覧), and slots (面談枠) with the answers that fill them."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    _create_campaigns()
    _create_campaign_people()
    _create_stop_list()
    _create_slots()
    _create_answers()
    _create_seats()


def _create_campaigns() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("section", sa.String(length=40), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("rule_digest", sa.String(length=64), nullable=False),
        sa.Column("data_as_of", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("planned", sa.Integer(), nullable=False),
        sa.Column("approved", sa.Integer(), nullable=True),
        sa.Column("decision_number", sa.String(length=60), nullable=True),
        sa.Column("first_wave", sa.Integer(), nullable=False),
        sa.Column("pause_hours", sa.Integer(), nullable=False),
        sa.Column("first_wave_at", sa.String(length=40), nullable=True),
        sa.Column("stopped", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.String(length=40), nullable=True),
        sa.CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name=op.f("ck_campaigns_ended_has_time")),
        sa.CheckConstraint("(state = 'stopped') = (stopped IS NOT NULL)", name=op.f("ck_campaigns_stopped_by_act")),
        sa.CheckConstraint("state IN ('planned', 'approved', 'stopped', 'ended')", name=op.f("ck_campaigns_state")),
        sa.CheckConstraint("state NOT IN ('approved', 'ended') OR approved IS NOT NULL", name=op.f("ck_campaigns_runs_when_approved")),
        sa.CheckConstraint("(approved IS NULL) = (decision_number IS NULL)", name=op.f("ck_campaigns_approved_has_number")),
        sa.CheckConstraint("first_wave >= 1 AND pause_hours >= 0", name=op.f("ck_campaigns_wave_is_possible")),
        sa.ForeignKeyConstraint(["approved"], ["acts.id"], name=op.f("fk_campaigns_approved")),
        sa.ForeignKeyConstraint(["planned"], ["acts.id"], name=op.f("fk_campaigns_planned")),
        sa.ForeignKeyConstraint(["stopped"], ["acts.id"], name=op.f("fk_campaigns_stopped")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
    )
    op.create_index("ix_campaigns_open", "campaigns", ["municipality", "state"])


def _create_campaign_people() -> None:
    op.create_table(
        "campaign_people",
        sa.Column("campaign", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=15), nullable=False),
        sa.Column("addressee", sa.String(length=15), nullable=False),
        sa.Column("subject_key", sa.String(length=120), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=True),
        sa.Column("notice", sa.Integer(), nullable=True),
        sa.CheckConstraint("(state = 'left_out') = (code IS NOT NULL)", name=op.f("ck_campaign_people_left_out_has_code")),
        sa.CheckConstraint("(state = 'owed') = (notice IS NOT NULL)", name=op.f("ck_campaign_people_owed_has_notice")),
        sa.CheckConstraint("state IN ('chosen', 'left_out', 'owed')", name=op.f("ck_campaign_people_state")),
        sa.ForeignKeyConstraint(["campaign"], ["campaigns.id"], name=op.f("fk_campaign_people_campaign")),
        sa.ForeignKeyConstraint(["notice"], ["notice_outbox.id"], name=op.f("fk_campaign_people_notice")),
        sa.PrimaryKeyConstraint("campaign", "place", name=op.f("pk_campaign_people")),
        sa.UniqueConstraint("campaign", "subject_key", name=op.f("uq_campaign_people_campaign_subject_key")),
        sa.UniqueConstraint("notice", name=op.f("uq_campaign_people_notice")),
    )
    op.create_index("ix_campaign_people_subject", "campaign_people", ["subject_key"])


def _create_stop_list() -> None:
    op.create_table(
        "stop_sheets",
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("section", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("refused", sa.String(length=60), nullable=True),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("municipality", "section", "digest", name=op.f("pk_stop_sheets")),
    )
    op.create_table(
        "stop_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("entry", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("act", sa.Integer(), nullable=False),
        sa.Column("ended_on", sa.String(length=10), nullable=True),
        sa.Column("end_act", sa.Integer(), nullable=True),
        sa.CheckConstraint("(ended_on IS NULL) = (end_act IS NULL)", name=op.f("ck_stop_list_ended_by_act")),
        sa.ForeignKeyConstraint(["act"], ["acts.id"], name=op.f("fk_stop_list_act")),
        sa.ForeignKeyConstraint(["end_act"], ["acts.id"], name=op.f("fk_stop_list_end_act")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop_list")),
    )
    op.create_index("ix_stop_list_person", "stop_list", ["municipality", "person"])


def _create_slots() -> None:
    op.create_table(
        "slots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("time", sa.String(length=5), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("act", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["act"], ["acts.id"], name=op.f("fk_slots_act")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slots")),
        sa.UniqueConstraint("municipality", "kind", "day", "time", "place", name=op.f("uq_slots_municipality_kind_day_time_place")),
    )


def _create_answers() -> None:
    op.create_table(
        "notice_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("answer_id", sa.String(length=80), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("notice", sa.Integer(), nullable=True),
        sa.Column("holder", sa.String(length=64), nullable=True),
        sa.Column("choice", sa.String(length=40), nullable=False),
        sa.Column("answered_at", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("told", sa.Integer(), nullable=True),
        sa.Column("settled", sa.Integer(), nullable=True),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.CheckConstraint("(state = 'unknown') = (notice IS NULL)", name=op.f("ck_notice_answers_unknown_has_no_notice")),
        sa.CheckConstraint(
            "state IN ('booked', 'cancelled', 'full', 'late', 'superseded', 'unknown', 'unclear')",
            name=op.f("ck_notice_answers_state"),
        ),
        sa.CheckConstraint("(notice IS NULL) = (holder IS NULL)", name=op.f("ck_notice_answers_holder_of_notice")),
        sa.ForeignKeyConstraint(["notice"], ["notice_outbox.id"], name=op.f("fk_notice_answers_notice")),
        sa.ForeignKeyConstraint(["settled"], ["acts.id"], name=op.f("fk_notice_answers_settled")),
        sa.ForeignKeyConstraint(["told"], ["notice_outbox.id"], name=op.f("fk_notice_answers_told")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_answers")),
        sa.UniqueConstraint("municipality", "answer_id", name=op.f("uq_notice_answers_municipality_answer_id")),
    )
    op.create_index("ix_notice_answers_holder", "notice_answers", ["municipality", "holder"])


def _create_seats() -> None:
    op.create_table(
        "slot_seats",
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=True),
        sa.Column("answer", sa.Integer(), nullable=True),
        sa.CheckConstraint("(holder IS NULL) = (answer IS NULL)", name=op.f("ck_slot_seats_held_by_answer")),
        sa.CheckConstraint("seat >= 1", name=op.f("ck_slot_seats_seat_is_counted")),
        sa.ForeignKeyConstraint(["answer"], ["notice_answers.id"], name=op.f("fk_slot_seats_answer")),
        sa.ForeignKeyConstraint(["slot"], ["slots.id"], name=op.f("fk_slot_seats_slot")),
        sa.PrimaryKeyConstraint("slot", "seat", name=op.f("pk_slot_seats")),
        sa.UniqueConstraint("holder", name=op.f("uq_slot_seats_holder")),
    )
