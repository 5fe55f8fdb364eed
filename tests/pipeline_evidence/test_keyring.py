"""The keys folder: made whole, closed to others, missing keys named with a remedy."""

import hashlib
import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from pipeline.errors import SettingError
from pipeline.keyring import KeyRing


def test_a_new_ring_is_open_to_its_owner_only(tmp_path: Path) -> None:
    KeyRing.create(tmp_path)
    folder = tmp_path / "keys"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()} == {
        "kek-0001.key": 0o600,
        "index.key": 0o600,
        "checkpoint.key": 0o600,
    }
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]


def test_an_opened_ring_is_the_created_one_and_a_copied_root_keeps_its_keys(tmp_path: Path) -> None:
    created = KeyRing.create(tmp_path / "one")
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    copied = KeyRing.open(tmp_path / "two")
    assert copied.keks == created.keks
    assert copied.index("a", "p") == created.index("a", "p")
    assert copied.public_key == created.public_key


def test_keys_are_never_made_over_existing_ones(tmp_path: Path) -> None:
    before = KeyRing.create(tmp_path)
    with pytest.raises(SettingError, match="already exists"):
        KeyRing.create(tmp_path)
    assert KeyRing.open(tmp_path).keks == before.keks


def test_a_missing_folder_is_named_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="keys is missing") as caught:
        KeyRing.open(tmp_path)
    assert "hub setup" in caught.value.remedy


@pytest.mark.parametrize("name", ["kek-0001.key", "index.key", "checkpoint.key"])
def test_a_missing_short_or_exposed_key_is_named(tmp_path: Path, name: str) -> None:
    KeyRing.create(tmp_path)
    path = tmp_path / "keys" / name
    path.chmod(0o644)
    with pytest.raises(SettingError, match=f"{name} is open to other users"):
        KeyRing.open(tmp_path)
    path.chmod(0o600)
    path.write_bytes(b"short")
    with pytest.raises(SettingError, match=f"{name} has 5 bytes"):
        KeyRing.open(tmp_path)
    path.unlink()
    with pytest.raises(SettingError, match=name):
        KeyRing.open(tmp_path)


def test_a_keyed_hash_depends_on_key_purpose_and_text(tmp_path: Path) -> None:
    ring, other = KeyRing.create(tmp_path / "a"), KeyRing.create(tmp_path / "b")
    hashes = {ring.index("x", "p"), ring.index("y", "p"), ring.index("x", "q"), other.index("x", "p"), ring.index("px", "")}
    assert len(hashes) == 5
    assert ring.index("x", "p") == ring.index("x", "p")
    assert hashlib.sha256(b"x").hexdigest() not in hashes


def test_the_public_key_checks_what_the_ring_signs(tmp_path: Path) -> None:
    ring = KeyRing.create(tmp_path)
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(ring.public_key)).verify(ring.sign(b"m"), b"m")
    assert ring.key_id == hashlib.sha256(bytes.fromhex(ring.public_key)).hexdigest()[:16]


def test_no_key_shows_in_a_repr(tmp_path: Path) -> None:
    ring = KeyRing.create(tmp_path)
    shown = repr(ring)
    for key in (ring.kek(1), ring.index_key, ring.checkpoint_key):
        assert repr(key) not in shown
        assert key.hex() not in shown
