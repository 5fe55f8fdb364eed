"""Sealed files of lines (封緘された行ファイル): written and read as a stream in bounded memory, for files as large as all copies of a city.

A file is a row of blocks: 4 bytes of length, big endian, and a sealed value of ``pipeline.sealing``. Every block is bound to its file and
place, the last one is empty and bound as the end: a block that is changed, moved, left out or taken from another file does not open.
A final name appears only when the whole file is on disk; the same content lies under another name each time it is written.
"""

import hashlib
import os
import secrets
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import chain
from pathlib import Path

from pipeline.errors import EvidenceBroken
from pipeline.faults import fault_point
from pipeline.inbox_files import sync_folders
from pipeline.sealing import Sealing

_LENGTH = struct.Struct(">I")
_BLOCK = 1 << 20
_PART = ".part"


@dataclass(frozen=True, slots=True)
class LineFile:
    """A written file. path: relative to the store's folder. digest: SHA-256 of the plain bytes, 64 hex digits. lines: how many."""

    path: str
    digest: str
    lines: int


@dataclass(frozen=True, slots=True)
class LineStore:
    """Sealed files of lines below ``folder``. purpose: what the files of a caller are, e.g. ``copies/472018/accepted``; binds the seal."""

    folder: Path
    sealing: Sealing

    def write(self, lines: Iterable[bytes], *, purpose: str) -> LineFile:
        """Keep lines, each with its line end; when this returns the file survives a power cut. Fault points: lines.written, .renamed."""
        return self.write_blocks(_blocks(lines), purpose=purpose)

    def write_blocks(self, blocks: Iterable[tuple[bytes, int]], *, purpose: str) -> LineFile:
        """As ``write``, in blocks of the caller's own: (bytes, how many lines they hold)."""
        name = secrets.token_hex(16)
        final = self.folder / name[:2] / name
        final.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = final.with_suffix(_PART)
        digest, count = hashlib.sha256(), 0
        try:
            with part.open("xb") as file:
                place = 0
                for data, lines in blocks:
                    digest.update(data)
                    count += lines
                    _put(file.write, self.sealing.seal(data, context=_place(purpose, name, place)))
                    place += 1
                _put(file.write, self.sealing.seal(b"", context=_end(purpose, name, place)))
                file.flush()
                os.fsync(file.fileno())
            fault_point("lines.written")
            part.replace(final)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        sync_folders(final.parent, self.folder.parent)
        fault_point("lines.renamed")
        return LineFile(f"{name[:2]}/{name}", digest.hexdigest(), count)

    def lines(self, file: LineFile, *, purpose: str) -> Iterator[bytes]:
        """The lines of a file. Raises EvidenceBroken, at the latest at the end, when it is missing or not what was written."""
        return chain.from_iterable(map(BytesIO, self.blocks(file, purpose=purpose)))

    def blocks(self, file: LineFile, *, purpose: str) -> Iterator[bytes]:
        """The blocks of a file as they were written. Raises as ``lines``."""
        digest = hashlib.sha256()
        for data in self._unsealed(file.path, purpose):
            digest.update(data)
            yield data
        if digest.hexdigest() != file.digest:
            raise EvidenceBroken(f"sealed file {file.path} does not have the digest of the journal")

    def discard(self, path: str) -> None:
        """Delete a file that nothing names any more."""
        (self.folder / path).unlink(missing_ok=True)

    def discard_all_but(self, named: Iterable[str]) -> int:
        """Delete every file that the journal does not name, unfinished ones too: what a stop left. Gives how many."""
        kept = {self.folder / path for path in named}
        left = [path for path in self.folder.glob("??/*") if path not in kept]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def _unsealed(self, path: str, purpose: str) -> Iterator[bytes]:
        name = path.rpartition("/")[2]
        try:
            file = (self.folder / path).open("rb")
        except OSError as error:
            raise EvidenceBroken(f"sealed file {path} cannot be read ({error.strerror})") from error
        with file:
            place = 0
            sealed = _take(file.read, path)
            while following := _take(file.read, path):
                yield self.sealing.unseal(sealed, context=_place(purpose, name, place))
                place += 1
                sealed = following
            self.sealing.unseal(sealed, context=_end(purpose, name, place))


def _blocks(lines: Iterable[bytes]) -> Iterator[tuple[bytes, int]]:
    held: list[bytes] = []
    size = 0
    for line in lines:
        held.append(line)
        size += len(line)
        if size >= _BLOCK:
            yield b"".join(held), len(held)
            held, size = [], 0
    if held:
        yield b"".join(held), len(held)


def _place(purpose: str, name: str, place: int) -> str:
    return f"{purpose}/{name}/{place}"


def _end(purpose: str, name: str, place: int) -> str:
    return f"{purpose}/{name}/{place}/end"


def _put(write: Callable[[bytes], int], sealed: bytes) -> None:
    write(_LENGTH.pack(len(sealed)))
    write(sealed)


def _take(read: Callable[[int], bytes], path: str) -> bytes:
    """The next sealed block; empty at the end of the file."""
    head = read(_LENGTH.size)
    if not head:
        return b""
    sealed = read(_LENGTH.unpack(head)[0]) if len(head) == _LENGTH.size else b""
    if not sealed:
        raise EvidenceBroken(f"sealed file {path} is cut short")
    return sealed
