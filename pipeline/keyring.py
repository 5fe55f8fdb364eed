"""The keys of a working root (鍵束): they lie in ``<root>/keys``, outside the database, and leave it only as a public key.

    kek-0001.key …   versions of the key-encryption key (32 bytes each); the highest seals, the older ones still open
    index.key        key of the keyed hashes under which sealed values are searched (32 bytes)
    checkpoint.key   Ed25519 private key that signs the checkpoints of the log (32 bytes)

The index key and the checkpoint key have one version: replacing them would orphan stored hashes and the checkpoints kept elsewhere.
"""

import hashlib
import hmac
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pipeline.errors import SettingError

KEY_BYTES = 32
_KEK_NAME = re.compile(r"kek-(\d{4})\.key")
_RESTORE = "Restore the keys folder from its own backup (it is kept apart from the database's backup)"


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All keys of one root. ``folder`` is the keys folder; key material never shows in a repr."""

    folder: Path
    keks: Mapping[int, bytes] = field(repr=False)
    index_key: bytes = field(repr=False)
    checkpoint_key: bytes = field(repr=False)

    @classmethod
    def create(cls, root: Path) -> Self:
        """Make fresh keys for ``root``, all or none. Raises SettingError when it already has a keys folder."""
        folder = root / "keys"
        if folder.exists():
            raise SettingError(f"{folder} already exists", "Open it instead; delete it only together with everything sealed under it")
        root.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".keys-", dir=root))
        try:
            for name in (_kek_name(1), "index.key", "checkpoint.key"):
                _write_key(draft / name, secrets.token_bytes(KEY_BYTES))
            _sync_folder(draft)
            draft.rename(folder)
        except OSError as error:
            shutil.rmtree(draft, ignore_errors=True)
            raise SettingError(f"{folder} cannot be made ({error.strerror})", "Make the root writable for the hub's user") from error
        _sync_folder(root)
        return cls.open(root)

    @classmethod
    def open(cls, root: Path) -> Self:
        """Read the keys of ``root``. Raises SettingError naming the missing, damaged or exposed file and the remedy."""
        folder = root / "keys"
        if not folder.is_dir():
            raise SettingError(f"{folder} is missing", f"Make them with `hub setup --root {root}`. {_RESTORE} if this root had keys before")
        versions = sorted(int(match[1]) for path in folder.iterdir() if (match := _KEK_NAME.fullmatch(path.name)))
        if not versions:
            raise SettingError(f"{folder} holds no key-encryption key (kek-0001.key)", _RESTORE)
        keks = {version: _read_key(folder / _kek_name(version)) for version in versions}
        return cls(folder, MappingProxyType(keks), _read_key(folder / "index.key"), _read_key(folder / "checkpoint.key"))

    @property
    def kek_version(self) -> int:
        """The version of the key-encryption key that seals today."""
        return max(self.keks)

    def kek(self, version: int) -> bytes:
        """The key-encryption key of a version. Raises SettingError when this ring lacks it."""
        if version not in self.keks:
            raise SettingError(f"{self.folder / _kek_name(version)} is missing", _RESTORE)
        return self.keks[version]

    def add_kek(self) -> Self:
        """Store a new version of the key-encryption key and give the ring that seals with it (鍵の更新)."""
        _write_key(self.folder / _kek_name(self.kek_version + 1), secrets.token_bytes(KEY_BYTES))
        _sync_folder(self.folder)
        return self.open(self.folder.parent)

    def index(self, text: str, purpose: str) -> str:
        """The keyed hash of ``text``: HMAC-SHA256, 64 hex digits. The same text under two purposes cannot be linked."""
        key = hmac.digest(self.index_key, purpose.encode(), "sha256")
        return hmac.digest(key, text.encode(), "sha256").hex()

    def sign(self, message: bytes) -> bytes:
        """The Ed25519 signature (64 bytes) of the checkpoint key."""
        return Ed25519PrivateKey.from_private_bytes(self.checkpoint_key).sign(message)

    @property
    def public_key(self) -> str:
        """The public half of the checkpoint key: 32 bytes as 64 hex digits. Safe to publish."""
        return Ed25519PrivateKey.from_private_bytes(self.checkpoint_key).public_key().public_bytes_raw().hex()

    @property
    def key_id(self) -> str:
        """Short name of the checkpoint key: the first 16 hex digits of the SHA-256 of the public key's bytes."""
        return hashlib.sha256(bytes.fromhex(self.public_key)).hexdigest()[:16]


def _kek_name(version: int) -> str:
    return f"kek-{version:04}.key"


def _read_key(path: Path) -> bytes:
    try:
        exposed = path.stat().st_mode & 0o077
        key = path.read_bytes()
    except FileNotFoundError:
        raise SettingError(f"{path} is missing", _RESTORE) from None
    except OSError as error:
        raise SettingError(f"{path} cannot be read ({error.strerror})", "Give the file to the hub's user with mode 600") from error
    if exposed:
        raise SettingError(f"{path} is open to other users", f"Run `chmod 600 {path}` and ask who could read it")
    if len(key) != KEY_BYTES:
        raise SettingError(f"{path} has {len(key)} bytes instead of {KEY_BYTES}", _RESTORE)
    return key


def _write_key(path: Path, key: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
