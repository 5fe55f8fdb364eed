"""Table of corrections (補正): what was asked of whom until when; the clock of 標準処理期間 stands still meanwhile."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table

from pipeline.journal.tables import metadata, one_of

CORRECTION_STATES = ("open", "answered", "lapsed", "withdrawn", "extended")

corrections = Table(
    "corrections",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("application", Integer, ForeignKey("applications.id"), nullable=False),
    Column("requested_on", String(10), nullable=False),
    Column("due_on", String(10), nullable=False),
    Column("answered_on", String(10)),
    Column("state", String(10), nullable=False),
    Column("act", Integer, ForeignKey("acts.id")),
    one_of("state", CORRECTION_STATES),
    CheckConstraint("requested_on <= due_on", name="due_after_request"),
    CheckConstraint("answered_on IS NULL OR answered_on >= requested_on", name="answered_after_request"),
    CheckConstraint("state <> 'answered' OR answered_on IS NOT NULL", name="answered_has_day"),
    Index("ix_corrections_application", "application"),
)

correction_items = Table(
    "correction_items",
    metadata,
    Column("correction", Integer, ForeignKey("corrections.id"), primary_key=True),
    Column("place", String(200), primary_key=True),
    Column("says", String(200), nullable=False),
)
"""What was asked for, place by place as findings name them. says: the sentence the resident read; it names things, never values."""
