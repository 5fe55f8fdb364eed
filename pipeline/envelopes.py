"""Envelopes for named people (宛先限定の封緘): a text that any one of its recipients opens with their own key, and nobody else.

The text is encrypted once, with AES-256-GCM under a random key. For each recipient that key is wrapped with AES-256-GCM under a key that
HKDF-SHA256 makes of an X25519 agreement between a fresh key and the recipient's public one. The context is authenticated throughout.
"""

import base64
import json
import os
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pipeline.checkpoints import canonical_json
from pipeline.errors import EvidenceBroken, SettingError

FORMAT = "hub-envelope/1"
NONCE = 12


def new_key() -> tuple[str, str]:
    """A person's private and public key, 64 hex digits each."""
    private = X25519PrivateKey.generate()
    return private.private_bytes_raw().hex(), private.public_key().public_bytes_raw().hex()


def seal_for(recipients: Mapping[str, str], data: bytes, *, context: str) -> bytes:
    """Seal for these people (id → public key, hex). Sealing twice gives two different envelopes."""
    key, nonce = AESGCM.generate_key(bit_length=256), os.urandom(NONCE)
    body = AESGCM(key).encrypt(nonce, data, _bound(context, ""))
    wrapped = {who: _wrap(key, public, _bound(context, who)) for who, public in recipients.items()}
    return canonical_json({"format": FORMAT, "context": context, "recipients": wrapped, "nonce": _text(nonce), "data": _text(body)})


def open_as(who: str, private: str, envelope: bytes) -> bytes:
    """The sealed bytes. Raises SettingError for somebody it is not for or another key, EvidenceBroken when it was changed."""
    try:
        found: dict[str, Any] = json.loads(envelope)
        mine, context = found["recipients"].get(who), str(found["context"])
        nonce, body = _bytes(found["nonce"]), _bytes(found["data"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise EvidenceBroken("envelope: not as envelopes are written") from None
    if mine is None:
        raise SettingError(f"the values are not sealed for {who}", f"they are for {', '.join(sorted(found['recipients']))}")
    key = _unwrap(mine, private, _bound(context, who))
    try:
        return AESGCM(key).decrypt(nonce, body, _bound(context, ""))
    except InvalidTag:
        raise EvidenceBroken("envelope: changed after it was sealed") from None


def _wrap(key: bytes, public: str, bound: bytes) -> dict[str, str]:
    fresh, nonce = X25519PrivateKey.generate(), os.urandom(NONCE)
    shared = fresh.exchange(X25519PublicKey.from_public_bytes(bytes.fromhex(public)))
    sender = fresh.public_key().public_bytes_raw()
    wrapped = AESGCM(_derive(shared, sender, public, bound)).encrypt(nonce, key, bound)
    return {"key": public, "sender": sender.hex(), "nonce": _text(nonce), "wrapped": _text(wrapped)}


def _unwrap(mine: Mapping[str, str], private: str, bound: bytes) -> bytes:
    try:
        holder = X25519PrivateKey.from_private_bytes(bytes.fromhex(private))
        public = holder.public_key().public_bytes_raw().hex()
        sender = bytes.fromhex(mine["sender"])
        shared = holder.exchange(X25519PublicKey.from_public_bytes(sender))
        return AESGCM(_derive(shared, sender, public, bound)).decrypt(_bytes(mine["nonce"]), _bytes(mine["wrapped"]), bound)
    except (InvalidTag, ValueError, KeyError):
        raise SettingError("the key does not open the envelope", "use the key file of the person who is named with --actor") from None


def _derive(shared: bytes, sender: bytes, public: str, bound: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=sender + bytes.fromhex(public), info=bound).derive(shared)


def _bound(context: str, who: str) -> bytes:
    return f"{FORMAT}\n{context}\n{who}".encode()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
