"""What the ledgers say now (正本の現在): for each kind of copy one sealed, sorted file of canonical lines that the journal names."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from pipeline.hub import Hub
from pipeline.journal.copy_tables import copy_currents
from pipeline.sync.sealed_lines import LineFile, LineStore


@dataclass(frozen=True, slots=True)
class Current:
    """The ledger's records of a kind. layout: version of their lines; as_of: ISO moment of the newest extract in it, Japan time."""

    kind: str
    layout: str
    as_of: str
    file: LineFile


def current_store(hub: Hub) -> LineStore:
    """Where the files lie."""
    return LineStore(hub.root.folder / "copies" / "current" / hub.code, hub.sealing)


def purpose_of(hub: Hub, kind: str) -> str:
    """What binds the seal of a kind's file."""
    return f"copies/{hub.code}/current/{kind}"


def current_of(hub: Hub, kind: str) -> Current | None:
    """The newest accepted state of a kind's ledger; None before its first extract."""
    statement = select(copy_currents).where(copy_currents.c.municipality == hub.code, copy_currents.c.kind == kind)
    found = hub.journal.rows(statement)
    if not found:
        return None
    row = found[0]
    return Current(kind, row.layout, row.as_of, LineFile(row.blob, row.digest, row.records))


def current_lines(hub: Hub, current: Current) -> Iterator[bytes]:
    """Its lines, sorted bytewise, each key once. Raises EvidenceBroken, at the latest at the end."""
    return current_store(hub).lines(current.file, purpose=purpose_of(hub, current.kind))
