"""Tables of payments (公金決済): claims (調定・納入通知), collection data (収納データ), deposits (入金), posting files (消込用データ).

Every row of every file is kept; what a row comes to is worked out from all of them, so that no order of files matters.
"""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from pipeline.journal.tables import metadata, one_of

FILE_KINDS = ("claims", "collections", "deposits")

payment_files = Table(
    "payment_files",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("name", String(160), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("state", String(10), nullable=False),
    Column("code", String(40)),
    Column("at", String(40), nullable=False),
    one_of("kind", FILE_KINDS),
    one_of("state", ("taken", "refused", "repeated")),
    CheckConstraint("(state = 'refused') = (code IS NOT NULL)", name="refused_has_code"),
    UniqueConstraint("municipality", "kind", "name", "digest"),
)
"""Files as they came. repeated: the content was taken under another name. amount: total of a taken file, in yen."""

claims = Table(
    "claims",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("institution", String(5), nullable=False),
    Column("number", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("confirmation", LargeBinary, nullable=False),
    Column("division", String(3), nullable=False),
    Column("el_number", String(40), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("due_on", String(10), nullable=False),
    Column("subject", String(40), nullable=False),
    Column("purpose", String(60), nullable=False),
    Column("fiscal_year", Integer, nullable=False),
    Column("section", String(40), nullable=False),
    Column("atena", String(15), nullable=False),
    Column("state", String(10), nullable=False),
    Column("file", Integer, ForeignKey("payment_files.id"), nullable=False),
    one_of("state", ("open", "withdrawn")),
    CheckConstraint("amount > 0", name="amount_is_owed"),
    CheckConstraint("version >= 1", name="version_is_counted"),
    UniqueConstraint("municipality", "institution", "number"),
    Index("ix_claims_el_number", "municipality", "el_number"),
)
"""Claims as the newest extract has them. confirmation: 確認番号, sealed. version: counts the changes of what is owed."""

collections = Table(
    "collections",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("file", Integer, ForeignKey("payment_files.id"), nullable=False),
    Column("line", Integer, nullable=False),
    Column("way", String(20), nullable=False),
    Column("stage", String(10), nullable=False),
    Column("reference", String(40), nullable=False),
    Column("institution", String(5), nullable=False),
    Column("number", String(40), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("collected_on", String(10), nullable=False),
    Column("deposit_on", String(10), nullable=False),
    one_of("stage", ("prompt", "final", "cancelled")),
    CheckConstraint("amount > 0", name="amount_is_paid"),
    UniqueConstraint("file", "line"),
    Index("ix_collections_reference", "municipality", "way", "reference"),
)
"""Rows of collection data. reference: the way's own number of a payment; 速報, 確報 and 取消 of one payment share it."""

deposits = Table(
    "deposits",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("file", Integer, ForeignKey("payment_files.id"), nullable=False),
    Column("line", Integer, nullable=False),
    Column("way", String(20), nullable=False),
    Column("sort", String(10), nullable=False),
    Column("reference", String(40), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("deposited_on", String(10), nullable=False),
    one_of("sort", ("revenue", "fee")),
    CheckConstraint("amount > 0", name="amount_is_paid"),
    UniqueConstraint("file", "line"),
)
"""Rows of the 指定金融機関. sort fee: a fee that was kept back, as its own line (総計予算主義)."""

posting_files = Table(
    "posting_files",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("name", String(120), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("state", String(10), nullable=False),
    Column("made_at", String(40), nullable=False),
    Column("delivered_at", String(40)),
    one_of("state", ("made", "delivered")),
    CheckConstraint("(state = 'delivered') = (delivered_at IS NOT NULL)", name="delivered_has_time"),
    UniqueConstraint("municipality", "name"),
)

postings = Table(
    "postings",
    metadata,
    Column("municipality", String(6), primary_key=True),
    Column("way", String(20), primary_key=True),
    Column("reference", String(40), primary_key=True),
    Column("sort", String(10), primary_key=True),
    Column("claim", Integer, ForeignKey("claims.id"), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("collected_on", String(10), nullable=False),
    Column("deposit_on", String(10), nullable=False),
    Column("fiscal_year", Integer, nullable=False),
    Column("subject", String(40), nullable=False),
    Column("file", Integer, ForeignKey("posting_files.id"), nullable=False),
    one_of("sort", ("paid", "cancelled")),
    CheckConstraint("amount > 0", name="amount_is_paid"),
    Index("ix_postings_claim", "claim"),
)
"""What the receipts system was told: each payment once, and its cancellation once as a row of its own."""

payment_items = Table(
    "payment_items",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("kind", String(30), nullable=False),
    Column("key", String(120), nullable=False),
    Column("number", String(40), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("section", String(40), nullable=False),
    Column("state", String(10), nullable=False),
    Column("answer", String(10)),
    Column("act", Integer, ForeignKey("acts.id")),
    Column("opened_at", String(40), nullable=False),
    one_of("state", ("open", "gone", "settled")),
    CheckConstraint("answer IS NULL OR answer IN ('refund', 'offset', 'post', 'done')", name="answer"),
    CheckConstraint("(state = 'settled') = (act IS NOT NULL)", name="settled_by_act"),
    CheckConstraint("(answer IS NULL) = (act IS NULL)", name="answered_by_act"),
    UniqueConstraint("municipality", "kind", "key"),
    Index("ix_payment_items_open", "municipality", "state"),
)
"""Work items (還付・充当 and whatever does not fit). section: who owns it, empty for 会計課. gone: its cause is gone."""
