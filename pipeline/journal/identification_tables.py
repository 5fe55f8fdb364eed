"""Tables of the identification (宛名特定): who may be meant by a claim, and people outside the register (住登外)."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table

from pipeline.journal.tables import metadata, one_of

person_candidates = Table(
    "person_candidates",
    metadata,
    Column("application", Integer, ForeignKey("applications.id"), primary_key=True),
    Column("role", String(40), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("atena", String(15), primary_key=True),
    Column("agrees", String(40), nullable=False),
    Column("differs", String(40), nullable=False),
)

outside_people = Table(
    "outside_people",
    metadata,
    Column("application", Integer, ForeignKey("applications.id"), primary_key=True),
    Column("role", String(40), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("state", String(20), nullable=False),
    Column("atena", String(15)),
    Column("since", String(10), nullable=False),
    Column("act", Integer, ForeignKey("acts.id")),
    one_of("state", ("open", "registered", "not_needed")),
    CheckConstraint("(state = 'registered') = (atena IS NOT NULL)", name="registered_has_number"),
    CheckConstraint("(state = 'open') = (act IS NULL)", name="settled_by_act"),
    Index("ix_outside_people_state", "state"),
)
