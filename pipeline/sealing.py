"""Sealing personal values and files at rest (封緘): envelope encryption with AES-256-GCM.

Every sealed value has its own data key; the data key is wrapped by a version of the key-encryption key. Layout, in bytes:

    0   4   magic "HSL1" (format and its version)
    4   2   version of the key-encryption key, big endian
    6  12   nonce of the wrapped data key
    18 48   wrapped data key (32 bytes and tag); authenticated with bytes 0–5
    66 12   nonce of the data
    78 …    sealed data and tag; authenticated with the magic and the context

The context names the place a value belongs to (table, row, field or member): a value moved to another place does not open.
It is bound to the data and not to the wrapping, so a value is rewrapped without opening it.
"""

import os
import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pipeline.errors import EvidenceBroken
from pipeline.keyring import KEY_BYTES, KeyRing

_MAGIC = b"HSL1"
_NONCE = 12
_TAG = 16
_HEADER = struct.Struct(">4sH")
_WRAP_END = _HEADER.size + _NONCE + KEY_BYTES + _TAG
_SHORTEST = _WRAP_END + _NONCE + _TAG


@dataclass(frozen=True, slots=True)
class Sealing:
    """Seals and opens with the keys of ``keyring``."""

    keyring: KeyRing

    def seal(self, data: bytes, *, context: str) -> bytes:
        """Seal ``data`` for the place ``context``. Sealing twice gives two different texts."""
        key = AESGCM.generate_key(bit_length=KEY_BYTES * 8)
        nonce = os.urandom(_NONCE)
        return self._wrap(key) + nonce + AESGCM(key).encrypt(nonce, data, _bind(context))

    def unseal(self, sealed: bytes, *, context: str) -> bytes:
        """Open what was sealed for ``context``.

        Raises EvidenceBroken when it was changed, cut or belongs elsewhere, SettingError when its key version is missing.
        """
        key = self._unwrap(sealed)
        nonce, data = sealed[_WRAP_END : _WRAP_END + _NONCE], sealed[_WRAP_END + _NONCE :]
        return _decrypt(key, nonce, data, _bind(context))

    def seal_text(self, text: str, *, context: str) -> bytes:
        """Seal a string as UTF-8."""
        return self.seal(text.encode(), context=context)

    def unseal_text(self, sealed: bytes, *, context: str) -> str:
        """Open a sealed string; raises as ``unseal`` does."""
        return self.unseal(sealed, context=context).decode()

    def rewrap(self, sealed: bytes) -> bytes:
        """Wrap the data key anew under today's key-encryption key; the data stays as sealed. Raises as ``unseal`` does."""
        return self._wrap(self._unwrap(sealed)) + sealed[_WRAP_END:]

    def _wrap(self, key: bytes) -> bytes:
        version = self.keyring.kek_version
        header = _HEADER.pack(_MAGIC, version)
        nonce = os.urandom(_NONCE)
        return header + nonce + AESGCM(self.keyring.kek(version)).encrypt(nonce, key, header)

    def _unwrap(self, sealed: bytes) -> bytes:
        kek = self.keyring.kek(key_version(sealed))
        header, rest = sealed[: _HEADER.size], sealed[_HEADER.size : _WRAP_END]
        return _decrypt(kek, rest[:_NONCE], rest[_NONCE:], header)


def key_version(sealed: bytes) -> int:
    """The version of the key-encryption key that wraps ``sealed``. Raises EvidenceBroken when it is no sealed value."""
    if len(sealed) < _SHORTEST:
        raise EvidenceBroken("sealed value is cut short")
    magic, version = _HEADER.unpack_from(sealed)
    if magic != _MAGIC:
        raise EvidenceBroken("not a sealed value")
    return int(version)


def _bind(context: str) -> bytes:
    return _MAGIC + context.encode()


def _decrypt(key: bytes, nonce: bytes, data: bytes, bound: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(nonce, data, bound)
    except InvalidTag:
        raise EvidenceBroken("seal does not hold: changed, or kept under another context") from None
