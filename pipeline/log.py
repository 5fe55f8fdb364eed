"""The append-only log (証跡): checkpoints over the journal's leaves, and its export for people who trust neither us nor the database."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Row, func, select

from pipeline.checkpoints import Checkpoint, Leaf, export_log, in_order, sign_checkpoint
from pipeline.faults import fault_point
from pipeline.journal.database import Journal, Write
from pipeline.journal.evidence_tables import checkpoints, day_closes, log_leaves
from pipeline.keyring import KeyRing
from pipeline.merkle import CompactRange

PAGE = 5000


def leaf_count(journal: Journal) -> int:
    """How many leaves the log has."""
    return int(journal.scalar(select(func.max(log_leaves.c.number))) or 0)


def size_before(journal: Journal, day: date) -> int:
    """How many leaves the last close before a day found; none of them is of the day or later, so that the log's age costs nothing."""
    return int(journal.scalar(select(func.max(day_closes.c.log_size)).where(day_closes.c.closed_at < f"{day}T")) or 0)


def make_checkpoint(journal: Journal, keys: KeyRing) -> Checkpoint:
    """Sign the log as it stands. Reads only the leaves since the last checkpoint; with none since, that one is given."""
    last = next(iter(journal.rows(select(checkpoints).order_by(checkpoints.c.size.desc()).limit(1))), None)
    known = CompactRange.unpack(last.size, last.subtrees) if last else CompactRange()
    whole = known.append(bytes.fromhex(row.hash) for row in _leaves(journal, after=known.size))
    if last is not None and whole.size == known.size:
        return _checkpoint(last)
    signed = sign_checkpoint(keys, size=whole.size, root=whole.root(), time=journal.clock.now())
    row = {"size": signed.size, "root": signed.root, "time": signed.time, "key_id": signed.key, "signature": signed.signature}
    with journal.engine.connect() as connection, connection.begin():
        # The one write without a leaf: a checkpoint speaks of the log and is no part of it. Of two workers at one size the first is kept.
        Write(connection, journal.clock).insert_new(checkpoints, {**row, "subtrees": whole.packed()})
        fault_point("checkpoint.before_commit")
    fault_point("checkpoint.after_commit")
    return signed


def _leaves(journal: Journal, *, after: int) -> Iterator[Row[Any]]:
    """Leaves in order. A gap ends the reading: a checkpoint never covers what it cannot see."""
    expected = after + 1
    while page := journal.rows(select(log_leaves).where(log_leaves.c.number >= expected).order_by(log_leaves.c.number).limit(PAGE)):
        for row in page:
            if row.number != expected:
                return
            yield row
            expected += 1


def _checkpoint(row: Row[Any]) -> Checkpoint:
    return Checkpoint(size=row.size, root=row.root, time=row.time, key=row.key_id, signature=row.signature)


def write_log(journal: Journal, keys: KeyRing, path: Path) -> int:
    """Export the whole log with its checkpoints, the newest made now. Returns the number of entries."""
    make_checkpoint(journal, keys)
    leaves = (Leaf(number=row.number, data=row.data, digest=bytes.fromhex(row.hash)) for row in _leaves(journal, after=0))
    points = [_checkpoint(row) for row in journal.rows(select(checkpoints).order_by(checkpoints.c.size))]
    return export_log(in_order(leaves, points), path, public_key=keys.public_key)
