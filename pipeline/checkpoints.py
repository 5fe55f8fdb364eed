"""Leaves and signed checkpoints of the log (証跡の検査点), and its export in the form that ``log_verifier`` reads.

Pure functions over values: the journal decides when a leaf is written and when a checkpoint is due.
"""

import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from pipeline import merkle
from pipeline.keyring import KeyRing
from pipeline.log_verifier import FORMAT, checkpoint_message


@dataclass(frozen=True, slots=True)
class Leaf:
    """A record of the log. number: place in the log, from 1 without a gap; data: canonical JSON.

    digest: the leaf hash as the journal stored it (32 bytes), never made anew for the export, so that a later change of ``data`` shows.
    """

    number: int
    data: str
    digest: bytes

    def line(self) -> bytes:
        """The leaf as a line of an exported log."""
        return canonical_json({"leaf": self.number, "data": self.data, "hash": self.digest.hex()}) + b"\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed statement that the first ``size`` leaves have the Merkle root ``root``.

    root, signature: 64 and 128 hex digits; time: ISO 8601 with offset; key: id of the signing key (``KeyRing.key_id``).
    """

    size: int
    root: str
    time: str
    key: str
    signature: str

    def line(self) -> bytes:
        """The checkpoint as a line of an exported log, and of a file kept elsewhere as a witness."""
        return canonical_json({"checkpoint": asdict(self)}) + b"\n"


def canonical_json(value: object) -> bytes:
    """The one way to write ``value`` as JSON: sorted keys, no spaces, UTF-8.

    Raises ValueError for a number that JSON lacks (NaN) and for text that UTF-8 lacks (lone surrogates), TypeError for other types.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def leaf_hash(data: str) -> bytes:
    """The hash (32 bytes) that the journal stores beside a leaf's data."""
    return merkle.leaf_hash(data.encode())


def sign_checkpoint(keyring: KeyRing, *, size: int, root: bytes, time: datetime, municipality: str = "") -> Checkpoint:
    """Sign the state of the log; ``municipality`` must be what the export's header will say.

    Raises ValueError for a time without offset.
    """
    if time.tzinfo is None:
        raise ValueError("a checkpoint's time needs its offset")
    stated = {"size": size, "root": root.hex(), "time": time.isoformat(), "key": keyring.key_id}
    signature = keyring.sign(checkpoint_message(municipality, stated)).hex()
    return Checkpoint(size, root.hex(), time.isoformat(), keyring.key_id, signature)


def export_log(entries: Iterable[Leaf | Checkpoint], path: Path, *, public_key: str, municipality: str = "") -> int:
    """Write the log to ``path``, whole or not at all; gives the number of entries.

    entries: leaves in order, each checkpoint directly after leaf number ``size``. A file already at ``path`` is replaced at the end.
    """
    named = {"municipality": municipality} if municipality else {}
    header = {"format": FORMAT, "public_key": public_key, **named}
    descriptor, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    count = 0
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(canonical_json(header) + b"\n")
            for entry in entries:
                file.write(entry.line())
                count += 1
            file.flush()
            os.fsync(descriptor)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return count


def in_order(leaves: Iterable[Leaf], checkpoints: Iterable[Checkpoint]) -> Iterable[Leaf | Checkpoint]:
    """Join leaves (by number) and checkpoints (by size, then time) into the order of an export."""
    waiting = list(checkpoints)[::-1]
    while waiting and waiting[-1].size == 0:
        yield waiting.pop()
    for leaf in leaves:
        yield leaf
        while waiting and waiting[-1].size <= leaf.number:
            yield waiting.pop()
    yield from waiting[::-1]
