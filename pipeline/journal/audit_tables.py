"""Tables of audits (監査): figures of each day, the rules that stood at its close, samples (監査抽出), findings (指摘), measures (措置)."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, ForeignKeyConstraint, Index, Integer, String, Table, Text

from pipeline.journal.tables import metadata, one_of

audit_rule_sets = Table(
    "audit_rule_sets",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("rules", Text, nullable=False),
)
"""Every rule of every procedure as it was in force, as JSON; days with the same rules share a row."""

audit_days = Table(
    "audit_days",
    metadata,
    Column("municipality", String(6), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("rule_set", String(64), ForeignKey("audit_rule_sets.digest"), nullable=False),
    Column("figures", Text, nullable=False),
    Column("made_at", String(40), nullable=False),
)
"""What the auditors' site shows of a day, as JSON: counts, codes and 受付番号. Made at the day's close from that day's rows alone."""

audit_samples = Table(
    "audit_samples",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("seed", String(80), nullable=False),
    Column("size", Integer, nullable=False),
    Column("first", String(10), nullable=False),
    Column("last", String(10), nullable=False),
    Column("population", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("at", String(40), nullable=False),
    CheckConstraint("size > 0", name="size_is_positive"),
)
"""One drawing. digest: over the drawn 受付番号 in their order, so that a second drawing with the same seed can be compared."""

audit_sample_items = Table(
    "audit_sample_items",
    metadata,
    Column("sample", Integer, ForeignKey("audit_samples.id"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("application", Integer, ForeignKey("applications.id"), nullable=False),
    Column("stratum", String(200), nullable=False),
)

audit_findings = Table(
    "audit_findings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sample", Integer, nullable=False),
    Column("place", Integer, nullable=False),
    Column("text", String(400), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("at", String(40), nullable=False),
    ForeignKeyConstraint(["sample", "place"], ["audit_sample_items.sample", "audit_sample_items.place"]),
)

audit_measures = Table(
    "audit_measures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("finding", Integer, ForeignKey("audit_findings.id"), nullable=False),
    Column("text", String(400), nullable=False),
    Column("state", String(10), nullable=False),
    Column("due_on", String(10)),
    Column("actor", String(80), nullable=False),
    Column("at", String(40), nullable=False),
    one_of("state", ("planned", "done")),
    CheckConstraint("state = 'done' OR due_on IS NOT NULL", name="planned_has_day"),
    Index("ix_audit_measures_finding", "finding"),
)
"""What is done about a finding; each entry stands, the last one tells the state."""
