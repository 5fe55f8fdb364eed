"""Tables of the records of exchange (情報提供等記録) and of the municipality's own side of them (自団体側の記録).

The database refuses to change a record, and to delete one without an order to purge that is younger than its last day of keeping.
"""

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from pipeline.journal.tables import metadata, one_of

exchange_spans = Table(
    "exchange_spans",
    metadata,
    Column("municipality", String(6), primary_key=True),
    Column("first", String(10), primary_key=True),
    Column("last", String(10), primary_key=True),
    Column("asked_on", String(10), primary_key=True),
    Column("answered_at", String(40), nullable=False),
    Column("files", Integer, nullable=False),
    Column("rows", Integer, nullable=False),
)

exchange_records = Table(
    "exchange_records",
    metadata,
    Column("municipality", String(6), primary_key=True),
    Column("sequence", String(18), primary_key=True),
    Column("role", String(1), nullable=False),
    Column("inquirer", String(80), nullable=False),
    Column("provider", String(80), nullable=False),
    Column("duty", String(20), nullable=False),
    Column("procedure", String(20), nullable=False),
    Column("item", String(60), nullable=False),
    Column("requested_at", String(40), nullable=False),
    Column("provided_at", String(40)),
    Column("outcome", String(20), nullable=False),
    Column("nondisclosure_inquirer", Boolean, nullable=False),
    Column("nondisclosure_provider", Boolean, nullable=False),
    Column("day", String(10), nullable=False),
    Column("keep_until", String(10), nullable=False),
    Column("late", Boolean, nullable=False),
    Column("atena_index", String(64), nullable=False),
    Column("person", LargeBinary, nullable=False),
    Column("facts_index", String(16), nullable=False),
    Column("natural_index", String(64), nullable=False),
    Column("content_index", String(64), nullable=False),
    Column("fetched_at", String(40), nullable=False),
    Column("file_digest", String(64), nullable=False),
    one_of("role", ("1", "2")),
    CheckConstraint("day = substr(requested_at, 1, 10)", name="day_of_the_request"),
    CheckConstraint("CAST(substr(keep_until, 1, 4) AS INTEGER) = CAST(substr(day, 1, 4) AS INTEGER) + 7", name="kept_seven_years"),
    Index("ix_exchange_records_day", "municipality", "day"),
    Index("ix_exchange_records_person", "municipality", "atena_index"),
    Index("ix_exchange_records_fetched", "municipality", "fetched_at"),
)

exchange_conflicts = Table(
    "exchange_conflicts",
    metadata,
    Column("municipality", String(6), primary_key=True),
    Column("sequence", String(18), primary_key=True),
    Column("content_index", String(64), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("day", String(10), nullable=False),
    Column("file_digest", String(64), nullable=False),
    Column("seen_at", String(40), nullable=False),
)

own_files = Table(
    "own_files",
    metadata,
    Column("municipality", String(6), primary_key=True),
    Column("source", String(40), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("name", String(160), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("loaded_at", String(40), nullable=False),
)

own_days = Table(
    "own_days",
    metadata,
    Column("municipality", String(6), primary_key=True),
    Column("source", String(40), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("complete", Boolean, nullable=False),
)

own_exchanges = Table(
    "own_exchanges",
    metadata,
    Column("municipality", String(6), primary_key=True),
    Column("source", String(40), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("sequence", String(18)),
    Column("inquiry", String(60)),
    Column("role", String(1), nullable=False),
    Column("counterpart", String(80), nullable=False),
    Column("duty", String(20), nullable=False),
    Column("item", String(60), nullable=False),
    Column("requested_at", String(40), nullable=False),
    Column("atena_index", String(64), nullable=False),
    Column("person", LargeBinary, nullable=False),
    Column("facts_index", String(16), nullable=False),
    Column("natural_index", String(64), nullable=False),
    one_of("role", ("1", "2")),
    CheckConstraint("day = substr(requested_at, 1, 10)", name="day_of_the_request"),
    Index("ix_own_exchanges_day", "municipality", "day"),
    Index("ix_own_exchanges_sequence", "municipality", "sequence"),
)

ANOMALIES = ("only_there", "only_here", "facts_differ", "late", "unrequested", "foreign_duty", "odd_hour", "volume")
"""only_there: an answer of ours that no complete source of ours knows · only_here: a row of ours unknown to the server ·
facts_differ: both know it, with other facts · late: shown only after its day had been fetched whole · unrequested: an inquiry in our name
that no complete source of ours made · foreign_duty: outside the declared duties · odd_hour, volume: outside declared hours and numbers."""

exchange_anomalies = Table(
    "exchange_anomalies",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("subject", String(160), nullable=False),
    Column("day", String(10), nullable=False),
    Column("opened_on", String(10), nullable=False),
    Column("closed_on", String(10)),
    Column("state", String(10), nullable=False),
    Column("explained_by", String(80)),
    Column("explanation", String(200)),
    one_of("kind", ANOMALIES),
    one_of("state", ("open", "closed", "explained")),
    CheckConstraint("(state = 'open') = (closed_on IS NULL)", name="closed_has_day"),
    CheckConstraint("(state = 'explained') = (explained_by IS NOT NULL AND explanation IS NOT NULL)", name="explained_by_somebody"),
    UniqueConstraint("municipality", "kind", "subject"),
    Index("ix_exchange_anomalies_state", "municipality", "state"),
)

exchange_reconciliations = Table(
    "exchange_reconciliations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("at", String(40), nullable=False),
    Column("first", String(10), nullable=False),
    Column("last", String(10), nullable=False),
    Column("there", Integer, nullable=False),
    Column("here", Integer, nullable=False),
    Column("matched", Integer, nullable=False),
    Column("uncovered", Integer, nullable=False),
    Column("open", Integer, nullable=False),
    Index("ix_exchange_reconciliations_at", "municipality", "at"),
)

exchange_reads = Table(
    "exchange_reads",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("who", String(80), nullable=False),
    Column("role", String(40), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("what", String(160), nullable=False),
    Column("at", String(40), nullable=False),
    Index("ix_exchange_reads_at", "municipality", "at"),
)

exchange_purges = Table(
    "exchange_purges",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("before", String(10), nullable=False),
    Column("day", String(10), nullable=False),
    Column("who", String(80), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("at", String(40), nullable=False),
    CheckConstraint("day = substr(at, 1, 10)", name="day_of_the_order"),
    CheckConstraint("CAST(substr(day, 1, 4) AS INTEGER) - CAST(substr(before, 1, 4) AS INTEGER) >= 7", name="past_retention"),
)
