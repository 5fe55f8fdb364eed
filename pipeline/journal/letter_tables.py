"""Tables of letters (郵送文書): what went out on paper because no other way reached the resident."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from pipeline.journal.tables import metadata, one_of

LETTER_STATES = ("made", "posted", "returned")

letters = Table(
    "letters",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("notice", Integer, ForeignKey("notice_outbox.id"), nullable=False, unique=True),
    Column("day", String(10), nullable=False),
    Column("number", Integer, nullable=False),
    Column("name", String(80), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("pages", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Column("posted_on", String(10)),
    Column("returned_on", String(10)),
    Column("act", Integer, ForeignKey("acts.id")),
    one_of("state", LETTER_STATES),
    CheckConstraint("state <> 'posted' OR posted_on IS NOT NULL", name="posted_has_day"),
    CheckConstraint("(state = 'returned') = (returned_on IS NOT NULL)", name="returned_has_day"),
    UniqueConstraint("municipality", "day", "number"),
    Index("ix_letters_day", "municipality", "day"),
)
"""One letter for one notice. number: 通し番号 of the day; digest: of the PDF as it was made."""
