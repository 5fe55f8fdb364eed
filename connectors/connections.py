"""Connections (接続先): how each outside system is reached, from ``DIR/connections/<name>.json``.

Paths in a file are relative to the working root, so that a copied root uses its own keys and folders.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from connectors.errors import PermanentError

_KEYS: Mapping[str, Mapping[str, type]] = {
    "http": {"url": str, "ca": str, "client_id": str, "secret_file": str},
    "sftp": {"host": str, "port": int, "username": str, "key_file": str, "host_key": str, "inbox": str, "outbox": str},
    "folder": {"inbox": str},
    "sql": {"url": str},
}
_OPTIONAL: Mapping[str, Mapping[str, type]] = {"http": {}, "sftp": {}, "folder": {"outbox": str}, "sql": {"secret_file": str}}
_HTTP_KINDS = ("portal", "osr", "middle", "letterbox")


@dataclass(frozen=True, slots=True)
class HttpConnection:
    """An HTTPS system. ``url`` has no final slash; ``ca``: the only certificates trusted; ``client_id``: 団体コード."""

    name: str
    kind: str
    url: str
    ca: Path
    client_id: str
    secret_file: Path

    def secret(self) -> str:
        """The shared secret, read anew for each log-in so that it can be exchanged while the hub runs."""
        return read_private(self.name, self.secret_file).strip()


@dataclass(frozen=True, slots=True)
class SftpConnection:
    """An SFTP destination (配信先). ``host_key``: the pinned key as "ssh-ed25519 AAAA…"; ``inbox`` and ``outbox`` are remote folders."""

    name: str
    host: str
    port: int
    username: str
    key_file: Path
    host_key: str
    inbox: str
    outbox: str


@dataclass(frozen=True, slots=True)
class FolderConnection:
    """A shared folder. ``outbox`` is None where the hub only reads, or only writes."""

    name: str
    inbox: Path
    outbox: Path | None


@dataclass(frozen=True, slots=True)
class SqlConnection:
    """A database that the hub only reads. url: as SQLAlchemy writes it, without the password, which ``secret_file`` holds."""

    name: str
    url: str
    secret_file: Path | None


Connection: TypeAlias = HttpConnection | SftpConnection | FolderConnection | SqlConnection


def load_connection(root: Path, name: str) -> Connection:
    """The connection ``name`` of the working root. Raises PermanentError naming file, key and remedy."""
    file = root / "connections" / f"{name}.json"
    cells = _read_cells(file, name)
    kind = cells.pop("kind", None)
    shape = "http" if kind in _HTTP_KINDS else kind
    if shape not in _KEYS:
        raise _wrong(file, name, "kind", f"is not one of {', '.join((*_HTTP_KINDS, 'sftp', 'folder', 'sql'))}")
    _check_cells(file, name, cells, shape)
    if shape == "http":
        return _http(file, root, name, kind, cells)
    if shape == "sftp":
        cells["key_file"] = root / cells["key_file"]
        return SftpConnection(name=name, **cells)
    if shape == "sql":
        return _sql(root, name, cells)
    outbox = cells.get("outbox")
    return FolderConnection(name=name, inbox=root / cells["inbox"], outbox=root / outbox if outbox else None)


def http_connection(root: Path, name: str) -> HttpConnection:
    """As ``load_connection`` for a system that must be an HTTPS one."""
    found = load_connection(root, name)
    if not isinstance(found, HttpConnection):
        raise _wrong(root / "connections" / f"{name}.json", name, "kind", f"is not one of {', '.join(_HTTP_KINDS)}")
    return found


def folder_connection(root: Path, name: str) -> FolderConnection:
    """As ``load_connection`` for a system that must be a folder."""
    found = load_connection(root, name)
    if not isinstance(found, FolderConnection):
        raise _wrong(root / "connections" / f"{name}.json", name, "kind", "is not folder")
    return found


def sql_connection(root: Path, name: str) -> SqlConnection:
    """As ``load_connection`` for a system that must be a database."""
    found = load_connection(root, name)
    if not isinstance(found, SqlConnection):
        raise _wrong(root / "connections" / f"{name}.json", name, "kind", "is not sql")
    return found


def read_private(system: str, file: Path) -> str:
    """The text of a secret or key file. Raises PermanentError when it is missing or readable for others on this machine."""
    try:
        mode = file.stat().st_mode
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise PermanentError(system, f"{file}: cannot be read ({error.strerror}); put the file there or correct the connection") from None
    if mode & 0o077:
        raise PermanentError(system, f"{file}: is open to other users; run chmod 600 on it")
    return text


def _read_cells(file: Path, name: str) -> dict[str, Any]:
    try:
        cells = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PermanentError(name, f"{file}: does not exist; write the connection file (docs/configuration.md)") from None
    except (OSError, ValueError) as error:
        raise PermanentError(name, f"{file}: is not readable JSON ({type(error).__name__}); correct the file") from None
    if not isinstance(cells, dict):
        raise PermanentError(name, f"{file}: is not a JSON object; correct the file")
    return cells


def _check_cells(file: Path, name: str, cells: Mapping[str, object], shape: str) -> None:
    needed, allowed = _KEYS[shape], {**_KEYS[shape], **_OPTIONAL[shape]}
    for key in needed:
        if key not in cells:
            raise _wrong(file, name, key, "is missing")
    for key, value in cells.items():
        if key not in allowed:
            raise _wrong(file, name, key, f"is unknown; allowed: {', '.join(('kind', *allowed))}")
        if type(value) is not allowed[key] or value == "":
            raise _wrong(file, name, key, f"must be a {allowed[key].__name__} that is not empty")


def _http(file: Path, root: Path, name: str, kind: str, cells: dict[str, Any]) -> HttpConnection:
    if not cells["url"].startswith("https://"):
        raise _wrong(file, name, "url", "must begin with https://")
    return HttpConnection(
        name=name,
        kind=kind,
        url=cells["url"].rstrip("/"),
        ca=root / cells["ca"],
        client_id=cells["client_id"],
        secret_file=root / cells["secret_file"],
    )


def _sql(root: Path, name: str, cells: Mapping[str, str]) -> SqlConnection:
    scheme, slashes, path = cells["url"].partition(":///")
    # Only the address of a SQLite file ends in a path of this machine.
    url = f"{scheme}{slashes}{root / path}" if scheme.partition("+")[0] == "sqlite" else cells["url"]
    secret = cells.get("secret_file")
    return SqlConnection(name, url, root / secret if secret else None)


def _wrong(file: Path, name: str, key: str, problem: str) -> PermanentError:
    return PermanentError(name, f"{file}: key {key} {problem}; correct the file")
