"""Tables of the intermediate server (中間サーバー) as the hub last saw it, of what it was asked, and of who looked at 自己情報."""

from sqlalchemy import CheckConstraint, Column, Integer, String, Table, Text

from pipeline.journal.tables import metadata, one_of

server_states = Table(
    "server_states",
    metadata,
    Column("municipality", String(6), primary_key=True),
    Column("state", String(10), nullable=False),
    Column("until", String(40)),
    Column("stops", Text, nullable=False),
    Column("seen_at", String(40), nullable=False),
    one_of("state", ("running", "closing", "stopped")),
)
"""The operating state (稼働状態) that was answered last. stops: planned ones as JSON, a list of [from, until]."""

server_masters = Table(
    "server_masters",
    metadata,
    Column("municipality", String(6), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("layouts", Text, nullable=False),
    Column("seen_at", String(40), nullable=False),
)
"""The masters that were announced last. layouts: JSON, a list of [kind, version, first day]."""

server_requests = Table(
    "server_requests",
    metadata,
    Column("request_id", String(40), primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("purpose", String(40), nullable=False),
    Column("night", String(10), nullable=False),
    Column("state", String(10), nullable=False),
    Column("asked_at", String(40), nullable=False),
    Column("answered_at", String(40)),
    one_of("state", ("asked", "answered")),
    CheckConstraint("(state = 'answered') = (answered_at IS NOT NULL)", name="answered_has_time"),
)
"""Paired requests (要求と結果) that are no files of copies. An ID is made once, so that asking again after a kill is the same request."""

self_information_reads = Table(
    "self_information_reads",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("request_index", String(64), nullable=False),
    Column("atena_index", String(64), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("at", String(40), nullable=False),
)
"""Who opened what the portal shows a resident (自己情報), and why; the person and the request as keyed hashes."""
