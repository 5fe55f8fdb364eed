"""What the server last accepted (受理済みの状態): for each kind and layout a sealed, sorted file of canonical lines that the journal names.

Only results change it. While a layout is being replaced a kind has two files: a record lies in the one of the layout it was accepted in.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from heapq import merge
from itertools import chain

from sqlalchemy import ColumnElement, select, update

from mappings.copies import CopyKind
from pipeline.hub import Hub
from pipeline.journal.copy_tables import copy_states
from pipeline.journal.database import Write
from pipeline.sync.difference import DELETE, Change, applied, first_items
from pipeline.sync.sealed_lines import LineFile, LineStore

Files = Mapping[str, LineFile]
"""Layout version → its file."""
Changes = Callable[[], Iterable[Change]]
"""Gives the same changes, by rising key, each time it is called."""
_OLDER = b"\x1f\x1e"


def accepted_store(hub: Hub) -> LineStore:
    """Where the files lie."""
    return LineStore(hub.root.folder / "copies" / "accepted" / hub.code, hub.sealing)


def purpose_of(hub: Hub, kind: str, layout: str) -> str:
    """What binds the seal of a file."""
    return f"copies/{hub.code}/accepted/{kind}/{layout}"


def accepted_files(hub: Hub, kind: str) -> Files:
    """The files of a kind that hold records."""
    mine = (copy_states.c.municipality == hub.code) & (copy_states.c.kind == kind) & (copy_states.c.records > 0)
    rows = hub.journal.rows(select(copy_states).where(mine).order_by(copy_states.c.layout))
    return {row.layout: LineFile(row.accepted_blob, row.digest, row.records) for row in rows}


def accepted_lines(hub: Hub, kind: str, layout: str, file: LineFile) -> Iterator[bytes]:
    """The lines of one file, by rising key. Raises EvidenceBroken, at the latest at the end."""
    return accepted_store(hub).lines(file, purpose=purpose_of(hub, kind, layout))


def lines_towards(hub: Hub, kind: CopyKind, layout: str) -> Iterator[bytes]:
    """All accepted lines of a kind, by rising key; those of other layouts than ``layout`` are marked and equal no line of it."""
    files = accepted_files(hub, kind.id)
    sides = [accepted_lines(hub, kind.id, one, file) if one == layout else _marked(hub, kind.id, one, file) for one, file in files.items()]
    return merge(*sides, key=first_items(len(kind.key))) if len(sides) > 1 else chain(*sides)


def _marked(hub: Hub, kind: str, layout: str, file: LineFile) -> Iterator[bytes]:
    end = _OLDER + layout.encode() + b"\n"
    return (line[:-1] + end for line in accepted_lines(hub, kind, layout, file))


def unmarked(line: bytes) -> tuple[bytes, str]:
    """An accepted line as it was accepted, and its layout when that is another one than asked for, else nothing."""
    plain, mark, layout = line.partition(_OLDER)
    return (plain + b"\n", layout[:-1].decode()) if mark else (line, "")


def files_after(hub: Hub, kind: CopyKind, layout: str, changes: Changes) -> Files:
    """Write what is accepted after changes in a layout; other layouts lose the changed records. The journal is untouched."""
    before = accepted_files(hub, kind.id)
    lines = accepted_lines(hub, kind.id, layout, before[layout]) if layout in before else iter(())
    after = {layout: _written(hub, kind, layout, applied(lines, changes(), key=len(kind.key)))}
    for older in before.keys() - {layout}:
        gone = (Change(DELETE, change.key, None) for change in changes())
        left = applied(accepted_lines(hub, kind.id, older, before[older]), gone, key=len(kind.key))
        after[older] = _written(hub, kind, older, left)
    return after


def _written(hub: Hub, kind: CopyKind, layout: str, lines: Iterable[bytes]) -> LineFile:
    return accepted_store(hub).write(lines, purpose=purpose_of(hub, kind.id, layout))


def name_files(hub: Hub, write: Write, kind: str, files: Files) -> None:
    """Let the journal name these files in place of the ones before."""
    now = hub.clock.now().isoformat()
    for layout, file in files.items():
        values = {"accepted_blob": file.path, "digest": file.digest, "records": file.lines, "changed_at": now}
        row = {"municipality": hub.code, "kind": kind, "layout": layout, **values}
        if not write.insert_new(copy_states, row):
            write.execute(update(copy_states).where(_of(hub, kind, layout)).values(**values))


def mark_fresh(hub: Hub, write: Write, kind: str, layout: str, as_of: str) -> None:
    """Note that the server was brought to the ledger's state of ``as_of``, but for the records that are listed as failed or waiting."""
    write.execute(update(copy_states).where(_of(hub, kind, layout)).values(as_of=as_of))


def discard_unnamed(hub: Hub) -> int:
    """Delete files that no state names: replaced ones, and what a stop left unfinished."""
    named = hub.journal.rows(select(copy_states.c.accepted_blob).where(copy_states.c.municipality == hub.code))
    return accepted_store(hub).discard_all_but(row.accepted_blob for row in named)


def _of(hub: Hub, kind: str, layout: str) -> ColumnElement[bool]:
    return (copy_states.c.municipality == hub.code) & (copy_states.c.kind == kind) & (copy_states.c.layout == layout)
