"""Tables of corrections (補正) and withdrawals (取下げ): what was asked until when, and who took a filing back."""

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from pipeline.journal.tables import metadata, one_of

CORRECTION_STATES = ("open", "answered", "lapsed", "withdrawn", "extended", "late")
TELLINGS = ("waiting", "notice", "person")

corrections = Table(
    "corrections",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("application", Integer, ForeignKey("applications.id"), nullable=False),
    Column("number", Integer, nullable=False, default=1),
    Column("requested_on", String(10), nullable=False),
    Column("due_on", String(10), nullable=False),
    Column("answered_on", String(10)),
    Column("state", String(10), nullable=False),
    Column("telling", String(10), nullable=False, default="waiting"),
    Column("reminded_on", String(10)),
    Column("answer", Integer, ForeignKey("applications.id")),
    Column("act", Integer, ForeignKey("acts.id")),
    one_of("state", CORRECTION_STATES),
    one_of("telling", TELLINGS),
    CheckConstraint("requested_on <= due_on", name="due_after_request"),
    CheckConstraint("answered_on IS NULL OR answered_on >= requested_on", name="answered_after_request"),
    CheckConstraint("state <> 'answered' OR answered_on IS NOT NULL", name="answered_has_day"),
    CheckConstraint("state <> 'late' OR answered_on > due_on", name="late_is_after_due"),
    CheckConstraint("answer IS NULL OR state IN ('answered', 'late')", name="answer_was_given"),
    UniqueConstraint("application", "number"),
    Index("ix_corrections_application", "application"),
)
"""number: the how-manieth request of the application. answer: the filing that answered; none for an answer on paper or at the counter.

telling: waiting until the portal shows 補正依頼中, then notice, or person where nobody may be told automatically.
late: an answer came after the due day; the section decides what it is worth.
"""

correction_items = Table(
    "correction_items",
    metadata,
    Column("correction", Integer, ForeignKey("corrections.id"), primary_key=True),
    Column("place", String(200), primary_key=True),
    Column("says", String(200), nullable=False),
)
"""What was asked for, place by place as findings name them. says: the sentence the resident read; it names things, never values."""

withdrawals = Table(
    "withdrawals",
    metadata,
    Column("application", Integer, ForeignKey("applications.id"), primary_key=True),
    Column("source", String(10), nullable=False),
    Column("day", String(10), nullable=False),
    Column("handed_on", Boolean, nullable=False),
    Column("act", Integer, ForeignKey("acts.id")),
    one_of("source", ("portal", "letter")),
    CheckConstraint("source <> 'letter' OR act IS NOT NULL", name="letter_is_an_act"),
)
"""Filings that residents took back. handed_on: a file carried it already, so it stays delivered and the section acts; act: it did."""
