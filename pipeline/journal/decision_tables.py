"""Tables of decisions (決裁) and of the two channels that tell people: processing status (処理状況) and notices (お知らせ)."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, UniqueConstraint, exists, text

from pipeline.journal.tables import metadata, one_of

result_files = Table(
    "result_files",
    metadata,
    Column("municipality", String(6), primary_key=True),
    Column("destination", String(40), primary_key=True),
    Column("name", String(160), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("refused_rows", Integer, nullable=False),
    Column("at", String(40), nullable=False),
)

LETTERS = ("post", "counter", "none", "notice")
"""How the 通知書 of a decision comes: by post, at the counter, not at all, or as the notice itself."""
FIRST = text("supersedes IS NULL")

decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("application", Integer, ForeignKey("applications.id"), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("supersedes", Integer, ForeignKey("decisions.id"), unique=True),
    Column("outcome", String(20), nullable=False),
    Column("decided_on", String(10), nullable=False),
    Column("decision_number", String(60), nullable=False),
    Column("document_number", String(60), nullable=False),
    Column("letter", String(20), nullable=False),
    Column("grounds", LargeBinary),
    Column("source", String(200), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("act", Integer, ForeignKey("acts.id")),
    Column("at", String(40), nullable=False),
    one_of("kind", ("first", "change", "revoke")),
    one_of("letter", LETTERS),
    CheckConstraint("(kind = 'first') = (supersedes IS NULL)", name="later_one_supersedes"),
    CheckConstraint("supersedes IS NULL OR supersedes < id", name="supersedes_earlier"),
)
"""Decision records (決定). letter: how the 通知書 comes. grounds: 理由, sealed, as its source gave it. kind: 変更 and 取消 supersede.

actor: the desk that entered it, empty for a receiving system.
"""

Index("ix_decisions_first", decisions.c.application, unique=True, sqlite_where=FIRST, postgresql_where=FIRST)
_later = decisions.alias("later")
STANDING = ~exists().where(_later.c.supersedes == decisions.c.id).correlate(decisions)
"""Of the decisions of an application the one that no later one superseded."""

status_outbox = Table(
    "status_outbox",
    metadata,
    Column("application", Integer, ForeignKey("applications.id"), primary_key=True),
    Column("status", String(20), primary_key=True),
    Column("reference", String(64), nullable=False, unique=True),
    Column("state", String(20), nullable=False),
    Column("code", String(60)),
    Column("attempts", Integer, nullable=False),
    Column("owed_at", String(40), nullable=False),
    Column("first_try_at", String(40)),
    Column("next_try_at", String(40)),
    Column("sent_at", String(40)),
    one_of("state", ("owed", "sending", "sent", "refused", "given_up")),
    CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_has_time"),
)

CHANNELS = ("portal", "letterbox", "paper")
NOTICE_STATES = ("owed", "sending", "sent", "accepted", "undeliverable", "refused", "given_up")

notice_outbox = Table(
    "notice_outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("kind", String(80), nullable=False),
    Column("sort", String(20), nullable=False),
    Column("subject_key", String(120), nullable=False),
    Column("channel", String(10), nullable=False),
    Column("channels_after", String(40), nullable=False),
    Column("application", Integer, ForeignKey("applications.id")),
    Column("decision", Integer, ForeignKey("decisions.id")),
    Column("atena", String(15), nullable=False),
    Column("business", String(3), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("extras", LargeBinary),
    Column("display_days", Integer, nullable=False),
    Column("reference", String(64), nullable=False, unique=True),
    Column("state", String(20), nullable=False),
    Column("code", String(60)),
    Column("attempts", Integer, nullable=False),
    Column("owed_at", String(40), nullable=False),
    Column("not_before", String(40)),
    Column("first_try_at", String(40)),
    Column("next_try_at", String(40)),
    Column("sent_at", String(40)),
    Column("file_id", String(80)),
    one_of("channel", CHANNELS),
    one_of("state", NOTICE_STATES),
    CheckConstraint("sort <> 'result' OR decision IS NOT NULL", name="result_has_decision"),
    CheckConstraint("(state IN ('sent', 'accepted', 'undeliverable', 'refused')) = (sent_at IS NOT NULL)", name="sent_has_time"),
    UniqueConstraint("municipality", "kind", "subject_key", "channel"),
    Index("ix_notice_outbox_application", "application"),
    Index("ix_notice_outbox_open", "municipality", "channel", "state"),
)
"""Notices by channel (お知らせ・民間送達・郵送): one that a channel cannot deliver goes on as a row of the next of ``channels_after``.

sort: what it is about (result, correction, campaign …). subject_key: what makes it one of its kind, as ``application 12``.
"""
