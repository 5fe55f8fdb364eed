"""Tables of the delivery (出力と配信): records, what is owed to whom, files, their lineage and evidence."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    exists,
)

from pipeline.journal.tables import metadata, one_of

canonical = Table(
    "canonical",
    metadata,
    Column("application", Integer, ForeignKey("applications.id"), primary_key=True),
    Column("mapping_version", String(40), nullable=False),
    Column("records", LargeBinary, nullable=False),
)

obligations = Table(
    "obligations",
    metadata,
    Column("application", Integer, ForeignKey("applications.id"), primary_key=True),
    Column("destination", String(40), primary_key=True),
    Column("generation", Integer, primary_key=True),
    Column("state", String(20), nullable=False),
    Column("reason", String(40)),
    Column("held_by", String(64)),
    one_of("state", ("owed", "released", "delivered", "held")),
    CheckConstraint("(state = 'held') = (reason IS NOT NULL)", name="held_has_reason"),
)

_newer = obligations.alias("newer")
LAST_GENERATION = ~(
    exists()
    .where(_newer.c.application == obligations.c.application, _newer.c.destination == obligations.c.destination)
    .where(_newer.c.generation > obligations.c.generation)
    .correlate(obligations)
)
"""Of what an application owes to a destination the last generation: a replay (再出力) stands in place of the ones before it."""

batches = Table(
    "batches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("destination", String(40), nullable=False),
    Column("format", String(40), nullable=False),
    Column("day", String(10), nullable=False),
    Column("name", String(120), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("records", Integer, nullable=False),
    Column("blob", String(200), nullable=False),
    Column("state", String(20), nullable=False),
    one_of("state", ("released", "delivered", "receipted", "refused")),
    UniqueConstraint("municipality", "destination", "name"),
)

batch_items = Table(
    "batch_items",
    metadata,
    Column("batch", Integer, ForeignKey("batches.id"), nullable=False),
    Column("application", Integer, primary_key=True),
    Column("destination", String(40), primary_key=True),
    Column("record_kind", String(60), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("generation", Integer, primary_key=True),
    Column("offset", Integer, nullable=False),
    Column("length", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    ForeignKeyConstraint(
        ["application", "destination", "generation"], ["obligations.application", "obligations.destination", "obligations.generation"]
    ),
    Index("ix_batch_items_batch", "batch"),
)

losses = Table(
    "losses",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("batch", Integer, ForeignKey("batches.id"), nullable=False),
    Column("application", Integer, ForeignKey("applications.id"), nullable=False),
    Column("place", String(200), nullable=False),
    Column("source", String(40), nullable=False),
    Column("target", String(60), nullable=False),
    Column("times", Integer, nullable=False),
    Column("approved", String(200), nullable=False),
    Column("substitution_table", String(60), nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("batch", Integer, ForeignKey("batches.id"), primary_key=True),
    Column("remote_name", String(120), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("evidence", String(40), nullable=False),
    Column("at", String(40), nullable=False),
)

receipts = Table(
    "receipts",
    metadata,
    Column("batch", Integer, ForeignKey("batches.id"), primary_key=True),
    Column("name", String(160), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("result", String(10), nullable=False),
    Column("records", Integer, nullable=False),
    Column("at", String(40), nullable=False),
    Column("blob", String(200)),
    Column("size", Integer),
    one_of("result", ("OK", "NG")),
)
"""What receivers answered to files. blob, size: the answer itself in the sealed store, None of those taken before revision 0018."""
