"""Tables of evidence (証跡): gapless counters, alarms, runs of suites, day closes, morning sheets, the log and its checkpoints."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from pipeline.journal.tables import metadata

counters = Table("counters", metadata, Column("name", String(80), primary_key=True), Column("value", Integer, nullable=False))

alarms = Table(
    "alarms",
    metadata,
    Column("municipality", String(6), primary_key=True),
    Column("kind", String(40), primary_key=True),
    Column("subject", String(160), primary_key=True),
    Column("first_at", String(40), nullable=False),
    Column("last_at", String(40), nullable=False),
    Column("times", Integer, nullable=False),
    Column("ended_at", String(40)),
    Column("ended_by", Integer, ForeignKey("acts.id")),
)
"""ended_at: None while it stands. ended_by: the act (職員の行為) that ended it, None where its cause went away by itself."""

suite_runs = Table(
    "suite_runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("suite", String(120), nullable=False),
    Column("day", String(10), nullable=False),
    Column("at", String(40), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("outcome", String, nullable=False),
)

day_closes = Table(
    "day_closes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("day", String(10), nullable=False),
    Column("closed_at", String(40), nullable=False),
    Column("balanced", Boolean, nullable=False),
    Column("balance", String, nullable=False),
    Column("log_size", Integer, nullable=False),
    Index("ix_day_closes_day", "municipality", "day"),
)

morning_sheets = Table(
    "morning_sheets",
    metadata,
    Column("municipality", String(6), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("made_at", String(40), nullable=False),
    Column("figures", String, nullable=False),
)
"""The morning sheet (朝の点検表) of a day as it was made last. figures: JSON of counts, days and names of counterparts."""

log_leaves = Table(
    "log_leaves",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("data", String, nullable=False),
    Column("hash", String(64), nullable=False),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("size", Integer, primary_key=True, autoincrement=False),
    Column("root", String(64), nullable=False),
    Column("time", String(40), nullable=False),
    Column("key_id", String(40), nullable=False),
    Column("signature", String(200), nullable=False),
    Column("subtrees", LargeBinary, nullable=False),
)
