"""Tables of the copies (副本): extracts of the ledgers, what the intermediate server last accepted, requests and their records, flags.

A record is named by the keyed hash of its key, a person by the keyed hash of the 宛名番号; values lie sealed in files that these rows name.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    text,
)

from pipeline.journal.tables import metadata, one_of

copy_extracts = Table(
    "copy_extracts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("ledger", String(40), nullable=False),
    Column("name", String(160), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("as_of", String(40), nullable=False),
    Column("state", String(20), nullable=False),
    Column("reason", String(40)),
    Column("at", String(40), nullable=False),
    one_of("state", ("taken", "refused")),
    CheckConstraint("(state = 'refused') = (reason IS NOT NULL)", name="refused_has_reason"),
    CheckConstraint("rows >= 0", name="rows"),
    UniqueConstraint("municipality", "ledger", "name", "digest"),
)

copy_currents = Table(
    "copy_currents",
    metadata,
    Column("municipality", String(6), primary_key=True),
    Column("kind", String(40), primary_key=True),
    Column("layout", String(20), nullable=False),
    Column("extract", Integer, ForeignKey("copy_extracts.id"), nullable=False),
    Column("blob", String(200), nullable=False, unique=True),
    Column("digest", String(64), nullable=False),
    Column("records", Integer, nullable=False),
    Column("as_of", String(40), nullable=False),
    CheckConstraint("records >= 0", name="records"),
)
"""The ledger's records of a kind as canonical lines, sorted: what the copies shall become."""

copy_states = Table(
    "copy_states",
    metadata,
    Column("municipality", String(6), primary_key=True),
    Column("kind", String(40), primary_key=True),
    Column("layout", String(20), primary_key=True),
    Column("accepted_blob", String(200), nullable=False, unique=True),
    Column("digest", String(64), nullable=False),
    Column("records", Integer, nullable=False),
    Column("as_of", String(40)),
    Column("changed_at", String(40), nullable=False),
    CheckConstraint("records >= 0", name="records"),
)

copy_requests = Table(
    "copy_requests",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("request_id", String(40), nullable=False, unique=True),
    Column("municipality", String(6), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("layout", String(20), nullable=False),
    Column("night", String(10), nullable=False),
    Column("as_of", String(40), nullable=False),
    Column("parts", Integer, nullable=False),
    Column("sent_parts", Integer, nullable=False),
    Column("records", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("blob", String(200), nullable=False, unique=True),
    Column("state", String(20), nullable=False),
    Column("answer_digest", String(64)),
    Column("made_at", String(40), nullable=False),
    Column("answered_at", String(40)),
    one_of("state", ("made", "sent", "held", "answered")),
    CheckConstraint("parts > 0 AND records >= parts", name="no_empty_part"),
    CheckConstraint("sent_parts >= 0 AND sent_parts <= parts", name="sent_parts"),
    CheckConstraint("(state = 'made') = (sent_parts < parts)", name="sent_when_every_part_is"),
    CheckConstraint("(state = 'answered') = (answer_digest IS NOT NULL)", name="answered_has_answer"),
    CheckConstraint("(state = 'answered') = (answered_at IS NOT NULL)", name="answered_has_time"),
    # While the answer to one request is open nobody knows what the server has: there is never a second one for the kind.
    Index(
        "uq_copy_requests_open",
        "municipality",
        "kind",
        unique=True,
        sqlite_where=text("state <> 'answered'"),
        postgresql_where=text("state <> 'answered'"),
    ),
)

copy_items = Table(
    "copy_items",
    metadata,
    Column("request", Integer, ForeignKey("copy_requests.id"), primary_key=True),
    Column("record_id", String(20), primary_key=True),
    Column("operation", String(1), nullable=False),
    Column("atena_index", String(64), nullable=False),
    Column("key_index", String(64), nullable=False),
    Column("line_digest", String(64), nullable=False),
    Column("state", String(20), nullable=False),
    Column("code", String(40)),
    Column("item", String(60)),
    Column("tries", Integer, nullable=False),
    Column("since", String(10), nullable=False),
    Column("next_try", String(10)),
    one_of("operation", ("1", "2", "3")),
    one_of("state", ("sent", "accepted", "failed", "waiting", "settled")),
    CheckConstraint("(state IN ('failed', 'waiting', 'settled')) = (code IS NOT NULL)", name="trouble_has_code"),
    CheckConstraint("(state = 'waiting') = (next_try IS NOT NULL)", name="waiting_has_next_try"),
    CheckConstraint("tries > 0", name="tries"),
    # One unfinished attempt for each record: what a later request takes up is settled in the transaction that makes the request.
    Index(
        "uq_copy_items_open",
        "key_index",
        unique=True,
        sqlite_where=text("state IN ('sent', 'failed', 'waiting')"),
        postgresql_where=text("state IN ('sent', 'failed', 'waiting')"),
    ),
    Index("ix_copy_items_person", "atena_index"),
    Index("ix_copy_items_record", "key_index"),
)

copy_drifts = Table(
    "copy_drifts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("night", String(10), nullable=False),
    Column("changes", Integer, nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("actor", String(80)),
    Column("reason", String(200)),
    Column("at", String(40), nullable=False),
    one_of("state", ("stopped", "approved", "used", "gone")),
    CheckConstraint("(state IN ('approved', 'used')) = (actor IS NOT NULL)", name="approved_has_actor"),
    CheckConstraint("(actor IS NULL) = (reason IS NULL)", name="actor_has_reason"),
    Index(
        "uq_copy_drifts_open",
        "municipality",
        "kind",
        unique=True,
        sqlite_where=text("state IN ('stopped', 'approved')"),
        postgresql_where=text("state IN ('stopped', 'approved')"),
    ),
)
"""Nights on which a kind stopped for too many changes (差分の上限): stopped, approved by a person, used by a request, or gone by itself."""

copy_comparisons = Table(
    "copy_comparisons",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("layout", String(20), nullable=False),
    Column("day", String(10), nullable=False),
    Column("begun_at", String(40), nullable=False),
    Column("ended_at", String(40)),
    Column("here", Integer, nullable=False),
    Column("there", Integer, nullable=False),
    Column("missing_here", Integer, nullable=False),
    Column("missing_there", Integer, nullable=False),
    Column("value", Integer, nullable=False),
    Column("older", Integer, nullable=False),
    Column("expected", Integer, nullable=False),
    CheckConstraint("ended_at IS NULL OR begun_at <= ended_at", name="ended_after_it_began"),
    CheckConstraint("expected <= missing_here + missing_there + value + older", name="expected_is_among_them"),
)
"""Full comparisons (全件突合) of a kind: records on both sides and differences found; expected: those with a known cause."""

copy_differences = Table(
    "copy_differences",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("sort", String(20), nullable=False),
    Column("key_index", String(64), nullable=False),
    Column("item", String(60), nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("cause", String(20)),
    Column("first_seen", String(10), nullable=False),
    Column("last_seen", String(10), nullable=False),
    Column("comparison", Integer, ForeignKey("copy_comparisons.id"), nullable=False),
    Column("owner", String(40), nullable=False),
    Column("state", String(20), nullable=False),
    Column("actor", String(80)),
    Column("reason", String(200)),
    UniqueConstraint("municipality", "kind", "sort", "key_index", "item"),
    one_of("sort", ("missing_here", "missing_there", "value", "older")),
    one_of("cause", ("failed", "waiting", "sent", "withheld", "switch", "drift")),
    one_of("state", ("open", "explained", "resolved")),
    CheckConstraint("first_seen <= last_seen", name="seen_in_order"),
    # item is empty where the record as a whole differs.
    CheckConstraint("(sort = 'value') = (item <> '')", name="value_has_item"),
    CheckConstraint("(actor IS NULL) = (reason IS NULL)", name="actor_has_reason"),
    CheckConstraint("state <> 'explained' OR actor IS NOT NULL", name="explained_has_actor"),
    Index("ix_copy_differences_open", "municipality", "kind", "state"),
)
"""Differences between a ledger and the server's copies. record: the sealed key of the record; values are kept nowhere."""

copy_flags = Table(
    "copy_flags",
    metadata,
    Column("municipality", String(6), primary_key=True),
    Column("night", String(10), primary_key=True),
    Column("checked", Integer, nullable=False),
    Column("missing", Integer, nullable=False),
    Column("set_now", Integer, nullable=False),
    Column("at", String(40), nullable=False),
    CheckConstraint("missing >= 0 AND missing <= checked", name="missing_was_checked"),
    CheckConstraint("set_now >= 0 AND set_now <= checked", name="set_was_checked"),
)
"""How the nightly check of the flags (不開示・自動応答不可) of protected persons ended."""

copy_flagged = Table(
    "copy_flagged",
    metadata,
    Column("municipality", String(6), primary_key=True),
    Column("atena_index", String(64), primary_key=True),
    Column("flag", String(20), primary_key=True),
    Column("night", String(10), nullable=False),
    Column("state", String(20), nullable=False),
    one_of("flag", ("nondisclosure", "autoresponse_off")),
    one_of("state", ("set", "missing", "asked")),
    ForeignKeyConstraint(["municipality", "night"], ["copy_flags.municipality", "copy_flags.night"]),
)
"""Of each protected person (支援措置) and flag what the server said last; nothing of a person is registered before both are set."""

copy_withheld = Table(
    "copy_withheld",
    metadata,
    Column("municipality", String(6), primary_key=True),
    Column("kind", String(40), primary_key=True),
    Column("key_index", String(64), primary_key=True),
    Column("operation", String(1), nullable=False),
    Column("atena_index", String(64), nullable=False),
    Column("since", String(10), nullable=False),
    Column("ended_on", String(10)),
    one_of("operation", ("1", "2")),
    CheckConstraint("ended_on IS NULL OR since <= ended_on", name="ended_after_it_began"),
)
"""Records of protected persons that are not sent before the flags are set at the server."""
