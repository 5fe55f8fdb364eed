"""Tables of the register (番号紐付情報と住民情報), as the register office's files said it last; values sealed or as keyed hashes."""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table

from pipeline.journal.tables import metadata

links = Table(
    "links",
    metadata,
    Column("municipality", String(6), primary_key=True),
    Column("serial_index", String(64), primary_key=True),
    Column("atena", String(15), primary_key=True),
    Column("valid_from", String(10), nullable=False),
    Column("valid_until", String(10), nullable=False),
)

residents = Table(
    "residents",
    metadata,
    Column("municipality", String(6), primary_key=True),
    Column("atena", String(15), primary_key=True),
    Column("household", String(15), nullable=False),
    Column("number_index", String(64), nullable=False),
    Column("kind", String(1), nullable=False),
    Column("protected", Boolean, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("kana_birth_index", String(64)),
    Column("name_birth_index", String(64)),
    Index("ix_residents_household", "municipality", "household"),
    Index("ix_residents_number", "municipality", "number_index"),
    Index("ix_residents_kana_birth", "municipality", "kana_birth_index"),
    Index("ix_residents_name_birth", "municipality", "name_birth_index"),
)

register_loads = Table(
    "register_loads",
    metadata,
    Column("municipality", String(6), primary_key=True),
    Column("name", String(120), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("as_of", String(12), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("loaded_at", String(40), nullable=False),
)
