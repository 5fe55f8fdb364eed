"""Tables of the journal. Personal values lie here sealed or as keyed hashes; constraints make impossible states impossible.

Times are ISO 8601 text with offset and days are ISO text: both databases order them alike, and what a person reads is what is stored.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

STAGES = ("stored", "opened", "verified", "identified", "mapped", "checked", "released", "delivered")
DISPOSITIONS = ("open", "waiting", "held", "delivered", "settled", "withdrawn")


def _one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(value) for value in values)})", name=column)


counters = Table("counters", metadata, Column("name", String(80), primary_key=True), Column("value", Integer, nullable=False))

listings = Table(
    "listings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("receipt", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("portal_procedure", String(40), nullable=False),
    Column("arrived_at", String(40), nullable=False),
    Column("listed_at", String(40), nullable=False),
    Column("state", String(20), nullable=False),
    Column("fetched_version", Integer),
    Column("resolved_on", String(10)),
    _one_of("state", ("listed", "stored", "out_of_scope", "gone")),
    CheckConstraint("(state = 'stored') = (fetched_version IS NOT NULL)", name="stored_is_fetched"),
    CheckConstraint("(state = 'listed') = (resolved_on IS NULL)", name="resolved_has_day"),
    UniqueConstraint("municipality", "receipt", "version"),
)

applications = Table(
    "applications",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("listing", Integer, ForeignKey("listings.id"), nullable=False, unique=True),
    Column("municipality", String(6), nullable=False),
    Column("receipt", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("blob", String(200), nullable=False),
    Column("procedure", String(60), nullable=False),
    Column("section", String(40), nullable=False),
    Column("filing_year", Integer, nullable=False),
    Column("filing_number", Integer, nullable=False),
    Column("filed_on", String(10), nullable=False),
    Column("arrived_at", String(40), nullable=False),
    Column("department_at", String(40), nullable=False),
    Column("handled_at", String(40)),
    Column("stage", String(20), nullable=False),
    Column("disposition", String(20), nullable=False),
    Column("reason", String(40)),
    Column("disposed_on", String(10), nullable=False),
    Column("restricted", Boolean, nullable=False),
    Column("repeat_key", String(64)),
    _one_of("stage", STAGES),
    _one_of("disposition", DISPOSITIONS),
    CheckConstraint("(disposition IN ('held', 'waiting', 'settled')) = (reason IS NOT NULL)", name="reason_is_given"),
    CheckConstraint("disposition <> 'delivered' OR stage = 'delivered'", name="delivered_went_all_the_way"),
    UniqueConstraint("municipality", "receipt", "version"),
    UniqueConstraint("municipality", "receipt", "digest"),
    UniqueConstraint("municipality", "section", "filing_year", "filing_number"),
    Index("ix_applications_work", "municipality", "disposition", "stage"),
    Index("ix_applications_repeat", "municipality", "repeat_key"),
)

parts = Table(
    "parts",
    metadata,
    Column("application", Integer, ForeignKey("applications.id"), primary_key=True),
    Column("name", String(60), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("document", String(40), nullable=False),
    Column("media_type", String(80), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("cleaned_blob", String(200)),
    _one_of("kind", ("form", "attachment")),
)

verifications = Table(
    "verifications",
    metadata,
    Column("application", Integer, ForeignKey("applications.id"), primary_key=True),
    Column("policy", String(20), nullable=False),
    Column("signed", Boolean, nullable=False),
    Column("content_digest", String(64), nullable=False),
    Column("signer", LargeBinary),
    _one_of("policy", ("required", "portal-verified", "none")),
    CheckConstraint("signed = (signer IS NOT NULL)", name="signed_has_signer"),
    CheckConstraint("policy <> 'required' OR signed", name="required_is_signed"),
)

persons = Table(
    "persons",
    metadata,
    Column("application", Integer, ForeignKey("applications.id"), primary_key=True),
    Column("role", String(40), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("claim", LargeBinary, nullable=False),
    Column("atena", String(15)),
    Column("method", String(20), nullable=False),
    Column("number_check", String(20), nullable=False),
    Column("protected", Boolean, nullable=False),
    _one_of("method", ("serial", "number", "household", "outside", "none")),
    CheckConstraint("(method IN ('serial', 'number', 'household')) = (atena IS NOT NULL)", name="identified_has_number"),
)

documents = Table(
    "documents",
    metadata,
    Column("application", Integer, ForeignKey("applications.id"), primary_key=True),
    Column("document", String(40), primary_key=True),
    Column("way", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    _one_of("way", ("electronic", "post", "visit")),
    _one_of("state", ("received", "owed", "exempt")),
)

step_results = Table(
    "step_results",
    metadata,
    Column("application", Integer, ForeignKey("applications.id"), primary_key=True),
    Column("step", String(20), primary_key=True),
    Column("inputs", String(64), primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("outcome", String(20), nullable=False),
    Column("at", String(40), nullable=False),
    _one_of("outcome", ("done", "held", "waiting")),
)

findings = Table(
    "findings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("application", Integer, ForeignKey("applications.id"), nullable=False),
    Column("step", String(20), nullable=False),
    Column("code", String(40), nullable=False),
    Column("place", String(200), nullable=False),
    Column("rule", String(80), nullable=False),
    Column("severity", String(10), nullable=False),
    Column("detail", String(200), nullable=False),
    Index("ix_findings_application", "application"),
)

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
    _one_of("state", ("owed", "released", "delivered", "held")),
    CheckConstraint("(state = 'held') = (reason IS NOT NULL)", name="held_has_reason"),
)

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
    _one_of("state", ("released", "delivered", "receipted", "refused")),
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
    Column("source", String(10), nullable=False),
    Column("target", String(10), nullable=False),
    Column("times", Integer, nullable=False),
    Column("approved", String(200), nullable=False),
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
    _one_of("result", ("OK", "NG")),
)

result_files = Table(
    "result_files",
    metadata,
    Column("municipality", String(6), primary_key=True),
    Column("destination", String(40), primary_key=True),
    Column("name", String(160), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("refused_rows", Integer, nullable=False),
    Column("at", String(40), nullable=False),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("application", Integer, ForeignKey("applications.id"), nullable=False, unique=True),
    Column("outcome", String(20), nullable=False),
    Column("decided_on", String(10), nullable=False),
    Column("decision_number", String(60), nullable=False),
    Column("document_number", String(60), nullable=False),
    Column("letter", String(20), nullable=False),
    Column("source", String(160), nullable=False),
    Column("at", String(40), nullable=False),
)

status_outbox = Table(
    "status_outbox",
    metadata,
    Column("application", Integer, ForeignKey("applications.id"), primary_key=True),
    Column("status", String(20), primary_key=True),
    Column("reference", String(64), nullable=False, unique=True),
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("owed_at", String(40), nullable=False),
    Column("sent_at", String(40)),
    _one_of("state", ("owed", "sending", "sent", "given_up")),
    CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_has_time"),
)

notice_outbox = Table(
    "notice_outbox",
    metadata,
    Column("application", Integer, ForeignKey("applications.id"), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("reference", String(64), nullable=False, unique=True),
    Column("decision", Integer, ForeignKey("decisions.id")),
    Column("atena", String(15), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("owed_at", String(40), nullable=False),
    Column("sent_at", String(40)),
    _one_of("state", ("owed", "sending", "sent", "undeliverable", "refused", "given_up")),
    CheckConstraint("kind <> 'result' OR decision IS NOT NULL", name="result_has_decision"),
    CheckConstraint("(state IN ('sent', 'undeliverable', 'refused')) = (sent_at IS NOT NULL)", name="sent_has_time"),
)

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
    Index("ix_residents_household", "municipality", "household"),
    Index("ix_residents_number", "municipality", "number_index"),
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

alarms = Table(
    "alarms",
    metadata,
    Column("municipality", String(6), primary_key=True),
    Column("kind", String(40), primary_key=True),
    Column("subject", String(160), primary_key=True),
    Column("first_at", String(40), nullable=False),
    Column("last_at", String(40), nullable=False),
    Column("times", Integer, nullable=False),
)

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
