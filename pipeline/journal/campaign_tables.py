"""Tables of campaigns (一斉のお知らせ), of the stop list (送付停止者一覧), and of slots (面談枠) with the answers that fill them.

On the stop list and in the seats a person is named by a keyed hash; what was said of them lies sealed.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from pipeline.journal.tables import metadata, one_of

CAMPAIGN_STATES = ("planned", "approved", "stopped", "ended")
PERSON_STATES = ("chosen", "left_out", "owed")
ANSWER_STATES = ("booked", "cancelled", "full", "late", "superseded", "unknown", "unclear")

campaigns = Table(
    "campaigns",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("kind", String(60), nullable=False),
    Column("section", String(40), nullable=False),
    Column("day", String(10), nullable=False),
    Column("rule_digest", String(64), nullable=False),
    Column("data_as_of", String(40), nullable=False),
    Column("state", String(10), nullable=False),
    Column("planned", Integer, ForeignKey("acts.id"), nullable=False),
    Column("approved", Integer, ForeignKey("acts.id")),
    Column("decision_number", String(60)),
    Column("first_wave", Integer, nullable=False),
    Column("pause_hours", Integer, nullable=False),
    Column("first_wave_at", String(40)),
    Column("stopped", Integer, ForeignKey("acts.id")),
    Column("ended_at", String(40)),
    one_of("state", CAMPAIGN_STATES),
    CheckConstraint("(approved IS NULL) = (decision_number IS NULL)", name="approved_has_number"),
    CheckConstraint("state NOT IN ('approved', 'ended') OR approved IS NOT NULL", name="runs_when_approved"),
    CheckConstraint("(state = 'stopped') = (stopped IS NOT NULL)", name="stopped_by_act"),
    CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ended_has_time"),
    CheckConstraint("first_wave >= 1 AND pause_hours >= 0", name="wave_is_possible"),
    Index("ix_campaigns_open", "municipality", "state"),
)

campaign_people = Table(
    "campaign_people",
    metadata,
    Column("campaign", Integer, ForeignKey("campaigns.id"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("person", String(15), nullable=False),
    Column("addressee", String(15), nullable=False),
    Column("subject_key", String(120), nullable=False),
    Column("facts", LargeBinary, nullable=False),
    Column("state", String(10), nullable=False),
    Column("code", String(40)),
    Column("notice", Integer, ForeignKey("notice_outbox.id"), unique=True),
    one_of("state", PERSON_STATES),
    CheckConstraint("(state = 'left_out') = (code IS NOT NULL)", name="left_out_has_code"),
    CheckConstraint("(state = 'owed') = (notice IS NOT NULL)", name="owed_has_notice"),
    UniqueConstraint("campaign", "subject_key"),
    Index("ix_campaign_people_subject", "subject_key"),
)

stop_list = Table(
    "stop_list",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("person", String(64), nullable=False),
    Column("entry", String(64), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("day", String(10), nullable=False),
    Column("act", Integer, ForeignKey("acts.id"), nullable=False),
    Column("ended_on", String(10)),
    Column("end_act", Integer, ForeignKey("acts.id")),
    CheckConstraint("(ended_on IS NULL) = (end_act IS NULL)", name="ended_by_act"),
    Index("ix_stop_list_person", "municipality", "person"),
)

stop_sheets = Table(
    "stop_sheets",
    metadata,
    Column("municipality", String(6), primary_key=True),
    Column("section", String(40), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("name", String(160), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("refused", String(60)),
    Column("at", String(40), nullable=False),
)

slots = Table(
    "slots",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("kind", String(60), nullable=False),
    Column("day", String(10), nullable=False),
    Column("time", String(5), nullable=False),
    Column("place", String(80), nullable=False),
    Column("act", Integer, ForeignKey("acts.id"), nullable=False),
    UniqueConstraint("municipality", "kind", "day", "time", "place"),
)

slot_seats = Table(
    "slot_seats",
    metadata,
    Column("slot", Integer, ForeignKey("slots.id"), primary_key=True),
    Column("seat", Integer, primary_key=True),
    Column("holder", String(64), unique=True),
    Column("answer", Integer, ForeignKey("notice_answers.id")),
    CheckConstraint("seat >= 1", name="seat_is_counted"),
    CheckConstraint("(holder IS NULL) = (answer IS NULL)", name="held_by_answer"),
)
"""A seat is a row from the day its slot was opened: there is nothing that a second booking could be written into."""

notice_answers = Table(
    "notice_answers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("answer_id", String(80), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("notice", Integer, ForeignKey("notice_outbox.id")),
    Column("holder", String(64)),
    Column("choice", String(40), nullable=False),
    Column("answered_at", String(40), nullable=False),
    Column("state", String(20), nullable=False),
    Column("told", Integer, ForeignKey("notice_outbox.id")),
    Column("settled", Integer, ForeignKey("acts.id")),
    Column("at", String(40), nullable=False),
    one_of("state", ANSWER_STATES),
    CheckConstraint("(state = 'unknown') = (notice IS NULL)", name="unknown_has_no_notice"),
    CheckConstraint("(notice IS NULL) = (holder IS NULL)", name="holder_of_notice"),
    UniqueConstraint("municipality", "answer_id"),
    Index("ix_notice_answers_holder", "municipality", "holder"),
)
"""Answers of residents. told: the notice that offered what was left after a full slot; settled: somebody of the section saw to it."""
