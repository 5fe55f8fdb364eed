"""Tables of evidence bundles (証拠一式): which were made for whom, and who opened the values of one."""

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, String, Table

from pipeline.journal.tables import metadata

evidence_bundles = Table(
    "evidence_bundles",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("application", Integer, ForeignKey("applications.id"), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("second", String(80)),
    Column("purpose", String(40)),
    Column("act", Integer, ForeignKey("acts.id"), nullable=False),
    Column("at", String(40), nullable=False),
    Column("with_values", Boolean, nullable=False),
    Column("digest", String(64), nullable=False),
    CheckConstraint("with_values = (second IS NOT NULL AND purpose IS NOT NULL)", name="values_take_two"),
    CheckConstraint("second <> actor", name="second_is_another"),
    Index("ix_evidence_bundles_application", "application"),
    Index("ix_evidence_bundles_digest", "digest"),
)
"""actor: who asked for it. second: who approved it, of bundles with values. digest: SHA-256 of the file."""

evidence_openings = Table(
    "evidence_openings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("bundle", Integer, ForeignKey("evidence_bundles.id"), nullable=False),
    Column("act", Integer, ForeignKey("acts.id"), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("at", String(40), nullable=False),
)
