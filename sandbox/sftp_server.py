"""Stand-in of the receiving systems' SFTP entrance: one user for each destination, who sees /in and /out and nothing else."""

import asyncio
import hashlib
import posixpath
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh

from sandbox.faults import FaultDesk
from sandbox.journals import Journals

_WRITES = asyncssh.FXF_WRITE | asyncssh.FXF_APPEND | asyncssh.FXF_CREAT | asyncssh.FXF_TRUNC


@dataclass(frozen=True, slots=True)
class Account:
    """A user: the public key that may log in and the real folders behind /, /in and /out."""

    user: str
    public_key: str
    home: Path
    inbox: Path
    outbox: Path


class SftpEntrance:
    """The server, in a thread of its own with its own event loop."""

    def __init__(self, accounts: Mapping[str, Account], *, journals: Journals, faults: FaultDesk) -> None:
        self._accounts = accounts
        self._journals = journals
        self._faults = faults
        self._loop = asyncio.new_event_loop()
        self._acceptor: asyncssh.SSHAcceptor | None = None
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def open(self, port: int, host_key: Path) -> int:
        """Listen with this host key, instead of any earlier one; returns the port. Raises OSError when the port is taken."""
        return asyncio.run_coroutine_threadsafe(self._listen(port, host_key), self._loop).result(timeout=20)

    async def _listen(self, port: int, host_key: Path) -> int:
        if self._acceptor is not None:
            self._acceptor.close()
            await self._acceptor.wait_closed()
        self._acceptor = await asyncssh.listen(
            "127.0.0.1",
            port,
            server_host_keys=[str(host_key)],
            server_factory=lambda: _Doorman(self._accounts),
            sftp_factory=self._serve,
            allow_scp=False,
            encoding=None,
            line_editor=False,
        )
        return int(self._acceptor.get_port())

    def _serve(self, channel: "asyncssh.SSHServerChannel[Any]") -> "Chamber":
        user = channel.get_connection().get_extra_info("username")
        return Chamber(channel, self._accounts[user], journals=self._journals, faults=self._faults)


class _Doorman(asyncssh.SSHServer):
    """Lets a user in by the one key of the account; no passwords."""

    def __init__(self, accounts: Mapping[str, Account]) -> None:
        self._accounts = accounts

    def begin_auth(self, username: str) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        account = self._accounts.get(username)
        return account is not None and asyncssh.import_public_key(account.public_key) == key


class Chamber(asyncssh.SFTPServer):
    """What one user sees. Journals each final name that becomes visible, with the digest of the bytes seen under it."""

    def __init__(self, channel: "asyncssh.SSHServerChannel[Any]", account: Account, *, journals: Journals, faults: FaultDesk) -> None:
        super().__init__(channel)
        self._account = account
        self._journals = journals
        self._faults = faults
        self._written: dict[object, _Upload] = {}

    def map_path(self, path: bytes) -> bytes:
        """The real path. Raises SFTPNoSuchFile for anything outside /in and /out."""
        virtual = posixpath.normpath(posixpath.join("/", path.decode("utf-8", "surrogateescape")))
        _, top, *rest = virtual.split("/") if virtual != "/" else ("", "")
        if len(rest) > 2:
            raise asyncssh.SFTPNoSuchFile("no such file")
        tops = {"": self._account.home, "in": self._account.inbox, "out": self._account.outbox}
        if top not in tops:
            raise asyncssh.SFTPNoSuchFile("no such file")
        return str(tops[top].joinpath(*rest)).encode("utf-8", "surrogateescape")

    def realpath(self, path: bytes) -> bytes:
        """The virtual path itself; there are no links to follow."""
        return posixpath.normpath(posixpath.join(b"/", path))

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        """Open a file; writing only in /in."""
        if not pflags & _WRITES:
            return super().open(path, pflags, attrs)
        _only_inbox(path)
        fault = self._faults.take("sftp", "put")
        file = super().open(path, pflags, attrs)
        limit = int(fault.options.get("after_bytes", "1")) if fault else None
        self._written[file] = _Upload(path, limit)
        self._note("put", path, "cut_upload" if fault else None)
        return file

    def write(self, file_obj: object, offset: int, data: bytes) -> int:
        """Write; a script may cut the connection once some bytes have arrived."""
        upload = self._written.get(file_obj)
        if upload is not None and upload.limit is not None:
            kept = data[: max(0, upload.limit - offset)]
            super().write(file_obj, offset, kept)
            if offset + len(data) >= upload.limit:
                self._cut()
            return len(data)
        super().write(file_obj, offset, data)
        return len(data)

    def close(self, file_obj: object) -> None:
        """Close; a file written straight under a final name has been visible."""
        super().close(file_obj)
        upload = self._written.pop(file_obj, None)
        if upload is not None:
            self._seen(upload.path)

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Rename; refused when the new name is taken."""
        self._rename(oldpath, newpath, super().rename)

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Rename; whatever has the new name is replaced."""
        self._rename(oldpath, newpath, super().posix_rename)

    def remove(self, path: bytes) -> None:
        """Remove a file of /in."""
        _only_inbox(path)
        super().remove(path)

    def mkdir(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """Refused: users make no folders."""
        raise asyncssh.SFTPPermissionDenied("no folders")

    def rmdir(self, path: bytes) -> None:
        """Refused: users remove no folders."""
        raise asyncssh.SFTPPermissionDenied("no folders")

    def setstat(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """Refused: modes and times are the server's."""
        raise asyncssh.SFTPPermissionDenied("no attributes")

    def symlink(self, oldpath: bytes, newpath: bytes) -> None:
        """Refused: a link could lead out of the folders."""
        raise asyncssh.SFTPPermissionDenied("no links")

    def link(self, oldpath: bytes, newpath: bytes) -> None:
        """Refused: a link could lead out of the folders."""
        raise asyncssh.SFTPPermissionDenied("no links")

    def _rename(self, oldpath: bytes, newpath: bytes, rename: Callable[[bytes, bytes], object]) -> None:
        _only_inbox(oldpath)
        _only_inbox(newpath)
        fault = self._faults.take("sftp", "rename")
        rename(oldpath, newpath)
        self._note("rename", newpath, fault.act if fault else None)
        self._seen(newpath)
        if fault:
            self._cut()

    def _cut(self) -> None:
        self.connection.abort()
        raise asyncssh.SFTPConnectionLost("cut")

    def _note(self, operation: str, path: bytes, fault: str | None) -> None:
        key = f"{self._account.user}{path.decode('utf-8', 'replace')}"
        self._journals.calls.append({"system": "sftp", "operation": operation, "key": key, "status": None, "fault": fault})

    def _seen(self, path: bytes) -> None:
        name = posixpath.basename(path).decode("utf-8", "replace")
        file = Path(self.map_path(path).decode("utf-8", "surrogateescape"))
        if name.startswith(".") or name.endswith(".part") or not file.is_file():
            return
        data = file.read_bytes()
        fields = {"destination": self._account.user, "name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        self._journals.effect("sftp", "visible", f"{self._account.user}/{name}", **fields)


@dataclass(frozen=True, slots=True)
class _Upload:
    path: bytes
    limit: int | None


def _only_inbox(path: bytes) -> None:
    if not posixpath.normpath(posixpath.join(b"/", path)).startswith(b"/in/"):
        raise asyncssh.SFTPPermissionDenied("read only")
