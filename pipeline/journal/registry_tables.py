"""Tables of the registry (受付簿) and of effects (効果): what was handed to document management, what nobody had to type."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from pipeline.journal.tables import metadata, one_of

registry_files = Table(
    "registry_files",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("day", String(10), nullable=False),
    Column("number", Integer, nullable=False),
    Column("name", String(120), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("state", String(20), nullable=False),
    Column("made_at", String(40), nullable=False),
    Column("delivered_at", String(40)),
    one_of("state", ("made", "delivered")),
    CheckConstraint("(state = 'delivered') = (delivered_at IS NOT NULL)", name="delivered_has_time"),
    UniqueConstraint("municipality", "name"),
    UniqueConstraint("municipality", "day", "number"),
)
"""One hand-over of a day. content: the bytes themselves; they hold numbers and titles, no resident's value."""

registry_rows = Table(
    "registry_rows",
    metadata,
    Column("application", Integer, ForeignKey("applications.id"), primary_key=True),
    Column("file", Integer, ForeignKey("registry_files.id"), nullable=False),
    Index("ix_registry_rows_file", "file"),
)

carried_items = Table(
    "carried_items",
    metadata,
    Column("application", Integer, ForeignKey("applications.id"), primary_key=True),
    Column("items", Integer, nullable=False),
)
"""How many filled items went to receiving systems without anybody typing them, of each delivered application."""
