"""The sealed store (封緘保管庫): raw packages, parts and released files, kept unaltered under ``<root>/sealed``.

A file's name is a keyed hash of its context and content: the same bytes for the same place are kept once, and nobody without
the index key can tell from a name what a file holds. A final name appears only when the whole file is on disk.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.errors import EvidenceBroken
from pipeline.sealing import Sealing

_PART = ".part"


@dataclass(frozen=True, slots=True)
class Stored:
    """Where bytes are kept. digest: SHA-256 of the plain bytes, 64 hex digits; size: plain bytes; path: relative to the store's folder.

    A digest of few possible contents can be guessed: keep it in the journal, never in a log or a file name.
    """

    digest: str
    size: int
    path: str


def _pass(_point: str) -> None:
    """Reach a fault point without a fault."""


@dataclass(frozen=True, slots=True)
class SealedStore:
    """Sealed files in ``folder``. ``reached`` is told each fault point by name: sealed.opened, .written, .synced, .renamed, .durable."""

    folder: Path
    sealing: Sealing
    reached: Callable[[str], None] = _pass

    def put(self, data: bytes, *, context: str) -> Stored:
        """Keep ``data`` for the place ``context``; when this returns it survives a power cut. Putting it again changes nothing.

        Raises EvidenceBroken when a file under that name is there already and does not open to ``data``.
        """
        stored = self._describe(data, context)
        final = self.folder / stored.path
        if final.exists():
            self.get(stored, context=context)
        else:
            self._write(final, self.sealing.seal(data, context=context))
        sync_folders(final.parent, self.folder.parent)
        self.reached("sealed.durable")
        return stored

    def get(self, stored: Stored, *, context: str) -> bytes:
        """The plain bytes that were put. Raises EvidenceBroken when the file is missing, changed or of another place."""
        try:
            sealed = (self.folder / stored.path).read_bytes()
        except OSError as error:
            raise EvidenceBroken(f"sealed file {stored.path} cannot be read ({error.strerror})") from error
        try:
            data = self.sealing.unseal(sealed, context=context)
        except EvidenceBroken as error:
            raise EvidenceBroken(f"sealed file {stored.path}: {error.what}") from None
        if hashlib.sha256(data).hexdigest() != stored.digest:
            raise EvidenceBroken(f"sealed file {stored.path} does not have the digest of the journal")
        return data

    def exists(self, stored: Stored) -> bool:
        """Whether a file is under that name; whether it is intact only ``get`` tells."""
        return (self.folder / stored.path).is_file()

    def discard_parts(self, *, older_than: datetime) -> int:
        """Delete unfinished files that a crash left before ``older_than`` (aware); gives how many."""
        abandoned = [path for path in self.folder.glob(f"*/*{_PART}") if path.stat().st_mtime < older_than.timestamp()]
        for path in abandoned:
            path.unlink(missing_ok=True)
        return len(abandoned)

    def _describe(self, data: bytes, context: str) -> Stored:
        digest = hashlib.sha256(data).hexdigest()
        name = self.sealing.keyring.index(f"{digest} {context}", "sealed-file")
        return Stored(digest, len(data), f"{name[:2]}/{name}")

    def _write(self, final: Path, sealed: bytes) -> None:
        final.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=".", suffix=_PART, dir=final.parent)
        part = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                self.reached("sealed.opened")
                file.write(sealed)
                file.flush()
                self.reached("sealed.written")
                os.fsync(descriptor)
            self.reached("sealed.synced")
            part.replace(final)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        self.reached("sealed.renamed")


def sync_folders(innermost: Path, outermost: Path) -> None:
    """Flush the directory entries from ``innermost`` up to ``outermost``, an ancestor."""
    folder = innermost
    while True:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if folder == outermost:
            return
        folder = folder.parent
