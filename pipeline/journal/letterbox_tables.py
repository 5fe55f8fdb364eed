"""Tables of digital letter-boxes (民間送達サービス): who consented to be written to there, and what was opened (開封)."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from pipeline.journal.tables import metadata, one_of

FEEDS = ("consents", "openings")

consents = Table(
    "consents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("service", String(40), nullable=False),
    Column("consent", String(80), nullable=False),
    Column("atena", String(15), nullable=False),
    Column("kinds", String(400), nullable=False),
    Column("given_at", String(40), nullable=False),
    Column("withdrawn_at", String(40)),
    Column("source", String(20), nullable=False),
    Column("act", Integer, ForeignKey("acts.id")),
    one_of("source", ("service", "clerk")),
    CheckConstraint("source <> 'clerk' OR act IS NOT NULL", name="clerk_has_act"),
    UniqueConstraint("municipality", "service", "consent", "given_at"),
    Index("ix_consents_atena", "municipality", "atena"),
)
"""Consents (同意). service: the connection; consent: the service's id, or the clerk's act; kinds: of notices by commas, or ``all``."""

letterbox_openings = Table(
    "letterbox_openings",
    metadata,
    Column("notice", Integer, ForeignKey("notice_outbox.id"), primary_key=True),
    Column("opened_at", String(40), nullable=False),
    Column("known_at", String(40), nullable=False),
)
"""開封: when the resident opened a delivery, and when the hub came to know. That it was accepted stands in the outbox."""

letterbox_feeds = Table(
    "letterbox_feeds",
    metadata,
    Column("municipality", String(6), primary_key=True),
    Column("feed", String(20), primary_key=True),
    Column("last", Integer, nullable=False),
    one_of("feed", FEEDS),
    CheckConstraint("last >= 1", name="last_is_counted"),
)
"""How far each feed of the service was read: the sequence of the last row."""
