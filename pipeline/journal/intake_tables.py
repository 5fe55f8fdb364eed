"""Tables of the intake (取込): what the portal listed, what was stored, and what each step made of it."""

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from pipeline.journal.tables import metadata, one_of

STAGES = ("stored", "opened", "verified", "identified", "mapped", "checked", "released", "delivered")
DISPOSITIONS = ("open", "waiting", "held", "delivered", "settled", "withdrawn")

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
    one_of("state", ("listed", "stored", "out_of_scope", "gone")),
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
    Column("previous_receipt", String(64)),
    one_of("stage", STAGES),
    one_of("disposition", DISPOSITIONS),
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
    one_of("kind", ("form", "attachment")),
)

verifications = Table(
    "verifications",
    metadata,
    Column("application", Integer, ForeignKey("applications.id"), primary_key=True),
    Column("policy", String(20), nullable=False),
    Column("signed", Boolean, nullable=False),
    Column("content_digest", String(64), nullable=False),
    Column("signer", LargeBinary),
    one_of("policy", ("required", "portal-verified", "none")),
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
    one_of("method", ("serial", "number", "household", "five", "assigned", "outside", "none")),
    CheckConstraint(
        "(method IN ('serial', 'number', 'household', 'five', 'assigned')) = (atena IS NOT NULL)", name="identified_has_number"
    ),
    Index("ix_persons_atena", "atena"),
)

documents = Table(
    "documents",
    metadata,
    Column("application", Integer, ForeignKey("applications.id"), primary_key=True),
    Column("document", String(40), primary_key=True),
    Column("way", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("lies_at", String(64)),
    one_of("way", ("electronic", "post", "visit")),
    one_of("state", ("received", "owed", "exempt")),
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
    one_of("outcome", ("done", "held", "waiting")),
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
