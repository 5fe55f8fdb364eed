"""Table of results that do not fit (取り込めない結果): each stands until a person settles it or what it waited for has come."""

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from pipeline.journal.tables import metadata, one_of

REFUSAL_STATES = ("open", "settled", "passed")

decision_refusals = Table(
    "decision_refusals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("section", String(40), nullable=False),
    Column("restricted", Boolean, nullable=False),
    Column("source", String(200), nullable=False),
    Column("row", Integer, nullable=False),
    Column("code", String(40), nullable=False),
    Column("application", Integer, ForeignKey("applications.id")),
    Column("state", String(10), nullable=False),
    Column("at", String(40), nullable=False),
    Column("ended_at", String(40)),
    Column("act", Integer, ForeignKey("acts.id")),
    one_of("state", REFUSAL_STATES),
    CheckConstraint("(state = 'settled') = (act IS NOT NULL)", name="settled_by_act"),
    CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended_has_time"),
    UniqueConstraint("municipality", "source", "row"),
    Index("ix_decision_refusals_open", "municipality", "state"),
)
"""source, row: the file and its row, counted from 1 below the heading; 0 for the whole file. section: whose work it is.

restricted: its sheet came from the folder apart. What stood in the row is not kept: its file is. passed: it became a
decision after all.
"""
