"""Tables of replays (再出力): who had what emitted again and why, in which order, and what stood before."""

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Index, Integer, String, Table, UniqueConstraint

from pipeline.journal.tables import metadata

replays = Table(
    "replays",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("key", String(64), nullable=False),
    Column("selection", String, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("day", String(10), nullable=False),
    Column("at", String(40), nullable=False),
    UniqueConstraint("municipality", "key"),
)

replay_items = Table(
    "replay_items",
    metadata,
    Column("replay", Integer, ForeignKey("replays.id"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("application", Integer, primary_key=True),
    Column("destination", String(40), primary_key=True),
    Column("generation", Integer, primary_key=True),
    Column("disposition_before", String(20), nullable=False),
    Column("disposed_on_before", String(10), nullable=False),
    ForeignKeyConstraint(
        ["application", "destination", "generation"], ["obligations.application", "obligations.destination", "obligations.generation"]
    ),
    Index("ix_replay_items_replay", "replay"),
)
