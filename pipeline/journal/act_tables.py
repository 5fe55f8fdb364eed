"""Tables of what people did to cases (職員の行為), and of what follows from it: released findings, holds, named residents."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table

from pipeline.journal.tables import metadata, one_of

ACT_STATES = ("asked", "done")

acts = Table(
    "acts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("application", Integer, ForeignKey("applications.id")),
    Column("subject", String(200), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("login", String(80), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("day", String(10), nullable=False),
    Column("at", String(40), nullable=False),
    Column("first", Integer, ForeignKey("acts.id"), unique=True),
    Column("state", String(10), nullable=False),
    one_of("state", ACT_STATES),
    CheckConstraint("first IS NULL OR state = 'done'", name="second_is_done"),
    Index("ix_acts_application", "application"),
    Index("ix_acts_day", "municipality", "day"),
)

waivers = Table(
    "waivers",
    metadata,
    Column("application", Integer, ForeignKey("applications.id"), primary_key=True),
    Column("code", String(40), primary_key=True),
    Column("rule", String(80), primary_key=True),
    Column("place", String(200), primary_key=True),
    Column("act", Integer, ForeignKey("acts.id"), nullable=False),
)

holds = Table(
    "holds",
    metadata,
    Column("application", Integer, ForeignKey("applications.id"), primary_key=True),
    Column("act", Integer, ForeignKey("acts.id"), nullable=False),
)

assignments = Table(
    "assignments",
    metadata,
    Column("application", Integer, ForeignKey("applications.id"), primary_key=True),
    Column("role", String(40), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("atena", String(15), nullable=False),
    Column("act", Integer, ForeignKey("acts.id"), nullable=False),
)
