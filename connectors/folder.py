"""Delivery into a shared folder (共有フォルダー): written beside, synced, linked under the final name without replacing anything."""

import errno
import os
from pathlib import Path

from connectors.connections import FolderConnection
from connectors.delivery import (
    LARGEST_OUTBOX_FILE,
    Evidence,
    OutboxKind,
    Reached,
    checked_name,
    digest,
    is_finished,
    occupied,
    pass_by,
    temporary_name,
)
from connectors.errors import ConnectorError, PermanentError, TransientError

_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
_A_PERSON_MUST_ACT = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR})


class FolderTarget:
    """A destination that is a folder of this machine or of a mounted share.

    Named points: folder.before_put, folder.mid_put, folder.before_readback, folder.before_rename, folder.after_rename.
    """

    def __init__(self, connection: FolderConnection, *, reached: Reached = pass_by) -> None:
        self._connection = connection
        self._reached = reached

    def close(self) -> None:
        """Nothing is held open."""

    def deliver(self, name: str, data: bytes) -> Evidence:
        """See ``connectors.delivery.Target.deliver``."""
        sha256 = digest(data)
        final = self._connection.inbox / checked_name(self._connection.name, name)
        temporary = final.with_name(temporary_name(name, sha256))
        try:
            if self._holds(final, sha256):
                temporary.unlink(missing_ok=True)
                return Evidence(name, len(data), sha256, "already-there")
            self._write(temporary, data)
            self._reached("folder.before_readback")
            self._prove(temporary, sha256)
            self._reached("folder.before_rename")
            _place(temporary, final)
            self._reached("folder.after_rename")
            self._prove(final, sha256)
        except FileExistsError:
            raise occupied(self._connection.name, name) from None
        except OSError as error:
            raise self._failure("deliver", error) from None
        return Evidence(name, len(data), sha256, "read-back")

    def read(self, name: str) -> bytes | None:
        """See ``connectors.delivery.Target.read``."""
        try:
            return (self._connection.inbox / checked_name(self._connection.name, name)).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._failure("read", error) from None

    def outbox(self, kind: OutboxKind) -> list[str]:
        """See ``connectors.delivery.Target.outbox``."""
        try:
            return sorted(file.name for file in self._outbox(kind).iterdir() if is_finished(file.name))
        except OSError as error:
            raise self._failure("outbox", error) from None

    def fetch_outbox(self, kind: OutboxKind, name: str) -> bytes:
        """See ``connectors.delivery.Target.fetch_outbox``."""
        file = self._outbox(kind) / checked_name(self._connection.name, name)
        try:
            if file.stat().st_size > LARGEST_OUTBOX_FILE:
                raise PermanentError(self._connection.name, f"{name}: is larger than {LARGEST_OUTBOX_FILE} bytes")
            return file.read_bytes()
        except OSError as error:
            raise self._failure("fetch_outbox", error) from None

    def _outbox(self, kind: OutboxKind) -> Path:
        if self._connection.outbox is None:
            raise PermanentError(self._connection.name, "the connection has no outbox; add the key outbox")
        return self._connection.outbox / kind

    def _holds(self, final: Path, sha256: str) -> bool:
        if not final.exists():
            return False
        if digest(final.read_bytes()) != sha256:
            raise occupied(self._connection.name, final.name)
        return True

    def _write(self, temporary: Path, data: bytes) -> None:
        self._reached("folder.before_put")
        half = len(data) // 2
        with temporary.open("wb") as file:
            file.write(data[:half])
            file.flush()
            self._reached("folder.mid_put")
            file.write(data[half:])
            file.flush()
            os.fsync(file.fileno())

    def _prove(self, file: Path, sha256: str) -> None:
        if digest(file.read_bytes()) != sha256:
            raise TransientError(self._connection.name, f"{file.name}: bytes read back differ from the bytes written")

    def _failure(self, operation: str, error: OSError) -> ConnectorError:
        kind = PermanentError if error.errno in _A_PERSON_MUST_ACT else TransientError
        return kind(self._connection.name, f"{operation}: {error.strerror}")


def _place(temporary: Path, final: Path) -> None:
    """Give the bytes their final name. Raises FileExistsError when something has it already."""
    try:
        # A link, unlike a rename, fails when the name is taken.
        os.link(temporary, final)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if final.exists():
            raise FileExistsError(errno.EEXIST, "exists") from None
        temporary.rename(final)
    else:
        temporary.unlink()
    folder = os.open(final.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
