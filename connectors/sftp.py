"""Delivery by SFTP (配信): written under a temporary name, read back, renamed without replacing anything, read back again."""

import errno
import posixpath
from collections.abc import Callable
from typing import TypeVar

import paramiko
from paramiko.sftp import CMD_EXTENDED

from connectors.connections import SftpConnection
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
from connectors.ssh_session import LOST, SshSession

T = TypeVar("T")


class SftpTarget:
    """A destination reached by SFTP. Connects at the first call and keeps the connection until ``close``.

    Named points: sftp.before_put, sftp.mid_put, sftp.before_readback, sftp.before_rename, sftp.after_rename.
    Not for use by several threads at a time.
    """

    def __init__(self, connection: SftpConnection, *, reached: Reached = pass_by) -> None:
        self._connection = connection
        self._reached = reached
        self._session: SshSession | None = None

    def close(self) -> None:
        """Drop the connection."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def deliver(self, name: str, data: bytes) -> Evidence:
        """See ``connectors.delivery.Target.deliver``."""
        sha256 = digest(data)
        final = posixpath.join(self._connection.inbox, checked_name(self._connection.name, name))
        temporary = posixpath.join(self._connection.inbox, temporary_name(name, sha256))
        if self._holds(final, sha256):
            self._forget(temporary)
            return Evidence(name, len(data), sha256, "already-there")
        self._reached("sftp.before_put")
        self._run("put", lambda sftp: self._write(sftp, temporary, data))
        self._reached("sftp.before_readback")
        self._prove(temporary, data, sha256)
        self._reached("sftp.before_rename")
        self._rename(temporary, final, sha256)
        self._reached("sftp.after_rename")
        self._prove(final, data, sha256)
        return Evidence(name, len(data), sha256, "read-back")

    def read(self, name: str) -> bytes | None:
        """See ``connectors.delivery.Target.read``."""
        return self._bytes(posixpath.join(self._connection.inbox, checked_name(self._connection.name, name)))

    def prove_writable(self) -> None:
        """Write a file that receivers ignore beside the final ones and take it away. Raises TransientError or PermanentError."""
        probe = posixpath.join(self._connection.inbox, temporary_name("hub-check", digest(b"hub-check")))
        self._run("write", lambda sftp: self._write(sftp, probe, b"hub-check"))
        self._forget(probe)

    def outbox(self, kind: OutboxKind) -> list[str]:
        """See ``connectors.delivery.Target.outbox``."""
        folder = posixpath.join(self._connection.outbox, kind)
        return sorted(name for name in self._run("outbox", lambda sftp: sftp.listdir(folder)) if is_finished(name))

    def fetch_outbox(self, kind: OutboxKind, name: str) -> bytes:
        """See ``connectors.delivery.Target.fetch_outbox``."""
        path = posixpath.join(self._connection.outbox, kind, checked_name(self._connection.name, name))
        data = self._bytes(path)
        if data is None:
            raise TransientError(self._connection.name, f"{name}: is not in the outbox")
        return data

    def _holds(self, final: str, sha256: str) -> bool:
        there = self._bytes(final)
        if there is not None and digest(there) != sha256:
            raise occupied(self._connection.name, posixpath.basename(final))
        return there is not None

    def _write(self, sftp: paramiko.SFTPClient, temporary: str, data: bytes) -> None:
        half = len(data) // 2
        with sftp.open(temporary, "wb") as file:
            file.set_pipelined(True)
            file.write(data[:half])
            self._reached("sftp.mid_put")
            file.write(data[half:-1])
            # The first write that is not pipelined collects the server's answers to all before it.
            file.set_pipelined(False)
            file.write(data[-1:])
            _sync(sftp, file)

    def _prove(self, path: str, data: bytes, sha256: str) -> None:
        there = self._bytes(path)
        if there is None or len(there) != len(data) or digest(there) != sha256:
            raise TransientError(self._connection.name, f"{posixpath.basename(path)}: bytes read back differ from the bytes written")

    def _rename(self, temporary: str, final: str, sha256: str) -> None:
        try:
            # The plain rename of SFTP fails when the name is taken; posix-rename@openssh.com would replace the older file.
            self._run("rename", lambda sftp: sftp.rename(temporary, final))
        except ConnectorError:
            # The answer may be lost although the rename happened, or the name may be taken: only looking tells.
            if not self._holds(final, sha256):
                raise

    def _forget(self, temporary: str) -> None:
        """Remove what an earlier attempt left beside the final file."""
        self._run("remove", lambda sftp: _unless_missing(lambda: sftp.remove(temporary)))

    def _bytes(self, path: str) -> bytes | None:
        return self._run("read", lambda sftp: _unless_missing(lambda: self._read(sftp, path)))

    def _read(self, sftp: paramiko.SFTPClient, path: str) -> bytes:
        size = sftp.stat(path).st_size or 0
        if size > LARGEST_OUTBOX_FILE:
            raise PermanentError(self._connection.name, f"{posixpath.basename(path)}: is larger than {LARGEST_OUTBOX_FILE} bytes")
        with sftp.open(path, "rb") as file:
            file.prefetch(size)
            return file.read()

    def _run(self, operation: str, step: Callable[[paramiko.SFTPClient], T]) -> T:
        """Run a step on a live session; every failure becomes a ConnectorError and a lost session is let go."""
        if self._session is None or not self._session.alive():
            self.close()
            self._session = SshSession(self._connection)
        try:
            return step(self._session.sftp)
        except LOST as error:
            refused = isinstance(error, OSError) and not isinstance(error, TimeoutError) and self._session.alive()
            if not refused:
                self.close()
            raise self._failure(operation, error) from None

    def _failure(self, operation: str, error: Exception) -> ConnectorError:
        code = error.errno if isinstance(error, OSError) else None
        if code in (errno.EACCES, errno.ENOENT):
            return PermanentError(self._connection.name, f"{operation}: refused by the server (no such folder or no permission)")
        return TransientError(self._connection.name, f"{operation}: failed or broken off ({type(error).__name__})")


def _unless_missing(step: Callable[[], T]) -> T | None:
    try:
        return step()
    except OSError as error:
        if error.errno == errno.ENOENT:
            return None
        raise


def _sync(sftp: paramiko.SFTPClient, file: paramiko.SFTPFile) -> None:
    """Ask the server to bring the file to disk, where it can (fsync@openssh.com). A lost connection is raised."""
    try:
        # paramiko knows the extension's request but has no method for it.
        sftp._request(CMD_EXTENDED, "fsync@openssh.com", file.handle)  # type: ignore[attr-defined]  # private to paramiko
    except OSError as error:
        if error.errno is not None or "unsupported" not in str(error).lower():
            raise
