"""Tables of repeats (重複): filings that lie elsewhere, what tells that two filings are one, and the pairs that were found."""

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from pipeline.journal.tables import metadata, one_of

SOURCES = ("filing", "counter", "case")
ANSWERS = ("repeat", "replacement", "separate")

elsewhere_files = Table(
    "elsewhere_files",
    metadata,
    Column("municipality", String(6), primary_key=True),
    Column("source", String(60), primary_key=True),
    Column("name", String(160), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("as_of", String(12), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("loaded_at", String(40), nullable=False),
)

counter_book = Table(
    "counter_book",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("number", String(40), nullable=False),
    Column("procedure", String(60), nullable=False),
    Column("received_on", String(10), nullable=False),
    Column("channel", String(10), nullable=False),
    one_of("channel", ("paper", "post")),
    UniqueConstraint("municipality", "number"),
)

receiver_cases = Table(
    "receiver_cases",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("destination", String(40), nullable=False),
    Column("number", String(40), nullable=False),
    Column("receipt", String(64), nullable=False),
    Column("procedure", String(60), nullable=False),
    Column("state", String(10), nullable=False),
    Column("received_on", String(10), nullable=False),
    Column("decided_on", String(10)),
    one_of("state", ("open", "decided")),
    CheckConstraint("(state = 'decided') = (decided_on IS NOT NULL)", name="decided_has_day"),
    UniqueConstraint("municipality", "destination", "number"),
)

repeat_marks = Table(
    "repeat_marks",
    metadata,
    Column("municipality", String(6), primary_key=True),
    Column("source", String(10), primary_key=True),
    Column("entry", Integer, primary_key=True),
    Column("trait", String(20), primary_key=True),
    Column("value", String(64), primary_key=True),
    one_of("source", SOURCES),
    Index("ix_repeat_marks_value", "municipality", "trait", "value"),
)

repeat_findings = Table(
    "repeat_findings",
    metadata,
    Column("application", Integer, ForeignKey("applications.id"), primary_key=True),
    Column("source", String(60), primary_key=True),
    Column("number", String(64), primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("status", String(10), nullable=False),
    Column("day", String(10), nullable=False),
    Column("state", String(20), nullable=False),
    Column("comes_first", Boolean, nullable=False),
    Column("differences", String, nullable=False),
    Column("found_on", String(10), nullable=False),
    Column("answer", String(20)),
    Column("act", Integer, ForeignKey("acts.id")),
    one_of("status", ("shadow", "warn", "hold")),
    one_of("answer", ANSWERS),
    CheckConstraint("(answer IS NULL) = (act IS NULL)", name="answer_is_an_act"),
)
