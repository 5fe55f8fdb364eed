"""Tables of expected filings (提出対象者): who has to file a 現況届 in a year, what came of them, and who was reminded.

A person is named by the keyed hash of the 宛名番号; the number itself lies sealed.
"""

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Integer, LargeBinary, String, Table, UniqueConstraint

from pipeline.journal.tables import metadata, one_of

expected_filings = Table(
    "expected_filings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("procedure", String(60), nullable=False),
    Column("period", String(10), nullable=False),
    Column("person", String(64), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("listed", Boolean, nullable=False),
    Column("application", Integer, ForeignKey("applications.id")),
    Column("paper_on", String(10)),
    Column("paper_number", String(40)),
    CheckConstraint("(paper_on IS NULL) = (paper_number IS NULL)", name="paper_has_number"),
    UniqueConstraint("municipality", "procedure", "period", "person"),
)

expected_files = Table(
    "expected_files",
    metadata,
    Column("municipality", String(6), primary_key=True),
    Column("kind", String(10), primary_key=True),
    Column("name", String(160), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("rows", Integer, nullable=False),
    Column("loaded_at", String(40), nullable=False),
    one_of("kind", ("extract", "paper")),
)

expected_reminders = Table(
    "expected_reminders",
    metadata,
    Column("expected", Integer, ForeignKey("expected_filings.id"), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("act", Integer, ForeignKey("acts.id"), nullable=False),
)
