"""Delivery (配信): what every kind of target promises when it hands a file to a receiving system."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal, Protocol

from connectors.errors import PermanentError

OutboxKind = Literal["receipts", "results"]
Reached = Callable[[str], None]
"""Called with the name of each named point that a delivery passes, as ``sftp.before_rename``."""

LARGEST_OUTBOX_FILE = 64 * 1024 * 1024
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,199}")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Proof that exactly these bytes stand under their final name.

    kind: ``read-back`` (written now, read again after the rename) or ``already-there`` (an earlier delivery, read again now).
    """

    name: str
    size: int
    sha256: str
    kind: Literal["read-back", "already-there"]


class Target(Protocol):
    """A destination (配信先). Errors: TransientError and PermanentError of ``connectors.errors``."""

    def deliver(self, name: str, data: bytes) -> Evidence:
        """Put the bytes under their final name, whole or not at all; again with the same bytes it only proves that they are there.

        Raises PermanentError when the name already holds other bytes, which stay as they are.
        """

    def read(self, name: str) -> bytes | None:
        """The bytes under a final name, or None."""

    def outbox(self, kind: OutboxKind) -> list[str]:
        """Names of the finished files that the receiving system left, sorted."""

    def fetch_outbox(self, kind: OutboxKind, name: str) -> bytes:
        """The bytes of one of these files."""

    def close(self) -> None:
        """Let go of connections."""


def pass_by(_point: str) -> None:
    """The ``Reached`` of ordinary runs: nothing happens at named points."""


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def temporary_name(name: str, sha256: str) -> str:
    """The name beside the final one while bytes are being written; receivers ignore it (leading dot, .part)."""
    return f".{name}.{sha256[:8]}.part"


def is_finished(name: str) -> bool:
    """Whether a name in an outbox stands for a whole file."""
    return not name.startswith(".") and not name.endswith(".part")


def checked_name(system: str, name: str) -> str:
    """The name itself when it is a plain file name of the hub's own making. Raises PermanentError otherwise."""
    if not _NAME.fullmatch(name) or name.endswith(".part") or PurePosixPath(name).name != name:
        raise PermanentError(system, "a delivery name holds characters outside A-Z a-z 0-9 _ . -")
    return name


def occupied(system: str, name: str) -> PermanentError:
    """The error to raise when a final name holds other bytes."""
    return PermanentError(system, f"{name}: other bytes stand under this name already; they were left as they are")
