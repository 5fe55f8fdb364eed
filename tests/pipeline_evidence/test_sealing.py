"""Seals hold what they promise: round trip, place, every byte, rotation."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import EvidenceBroken, HubError, SettingError
from pipeline.keyring import KeyRing
from pipeline.sealing import Sealing, key_version


@pytest.fixture(scope="module")
def sealing(tmp_path_factory: pytest.TempPathFactory) -> Sealing:
    return Sealing(KeyRing.create(tmp_path_factory.mktemp("root")))


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=300), context=st.text(max_size=40))
def test_what_was_sealed_opens_to_the_same_bytes(sealing: Sealing, data: bytes, context: str) -> None:
    sealed = sealing.seal(data, context=context)
    assert sealing.unseal(sealed, context=context) == data
    assert len(data) < 8 or data not in sealed


@settings(max_examples=50, deadline=None)
@given(text=st.text(max_size=60))
def test_a_sealed_string_opens_to_the_same_string(sealing: Sealing, text: str) -> None:
    assert sealing.unseal_text(sealing.seal_text(text, context="t"), context="t") == text


@settings(max_examples=100, deadline=None)
@given(right=st.text(max_size=20), wrong=st.text(max_size=20))
def test_another_context_does_not_open(sealing: Sealing, right: str, wrong: str) -> None:
    sealed = sealing.seal(b"value", context=right)
    if right == wrong:
        assert sealing.unseal(sealed, context=wrong) == b"value"
        return
    with pytest.raises(EvidenceBroken):
        sealing.unseal(sealed, context=wrong)


def test_two_seals_of_one_value_share_nothing_after_the_header(sealing: Sealing) -> None:
    seals = {sealing.seal(b"same", context="c")[6:] for _ in range(2000)}
    assert len({seal[:12] for seal in seals}) == len({seal[60:72] for seal in seals}) == 2000


@pytest.mark.parametrize("mask", [0x01, 0x80, 0xFF])
def test_every_changed_byte_is_found(sealing: Sealing, mask: int) -> None:
    sealed = sealing.seal(b"0123456789", context="c")
    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= mask
        with pytest.raises(HubError):
            sealing.unseal(bytes(changed), context="c")


def test_every_shorter_or_longer_text_is_found(sealing: Sealing) -> None:
    sealed = sealing.seal(b"0123456789", context="c")
    for end in range(len(sealed)):
        with pytest.raises(EvidenceBroken):
            sealing.unseal(sealed[:end], context="c")
    with pytest.raises(EvidenceBroken):
        sealing.unseal(sealed + b"\0", context="c")


def test_two_rows_that_change_places_do_not_open(sealing: Sealing) -> None:
    rows = {name: sealing.seal(name.encode(), context=f"persons/{name}/number") for name in ("1", "2")}
    for own, other in (("1", "2"), ("2", "1")):
        with pytest.raises(EvidenceBroken):
            sealing.unseal(rows[other], context=f"persons/{own}/number")


def test_a_data_key_of_another_row_does_not_open(sealing: Sealing) -> None:
    first, second = sealing.seal(b"first", context="c"), sealing.seal(b"second", context="c")
    with pytest.raises(EvidenceBroken):
        sealing.unseal(first[:66] + second[66:], context="c")


def test_a_new_key_version_seals_and_the_old_one_still_opens(tmp_path: Path) -> None:
    old = Sealing(KeyRing.create(tmp_path))
    sealed = old.seal(b"value", context="c")
    new = Sealing(old.keyring.add_kek())
    assert new.unseal(sealed, context="c") == b"value"
    rewrapped = new.rewrap(sealed)
    assert (key_version(sealed), key_version(rewrapped), key_version(new.seal(b"", context="c"))) == (1, 2, 2)
    assert rewrapped[66:] == sealed[66:]
    (tmp_path / "keys" / "kek-0001.key").unlink()
    retired = Sealing(KeyRing.open(tmp_path))
    assert retired.unseal(rewrapped, context="c") == b"value"
    with pytest.raises(SettingError, match=r"kek-0001\.key is missing"):
        retired.unseal(sealed, context="c")


def test_rewrapping_refuses_a_changed_wrapping(tmp_path: Path) -> None:
    sealing = Sealing(KeyRing.create(tmp_path))
    sealed = bytearray(sealing.seal(b"value", context="c"))
    sealed[30] ^= 1
    with pytest.raises(EvidenceBroken):
        sealing.rewrap(bytes(sealed))


def test_a_key_of_another_root_does_not_open(sealing: Sealing, tmp_path: Path) -> None:
    stranger = Sealing(KeyRing.create(tmp_path))
    with pytest.raises(EvidenceBroken):
        stranger.unseal(sealing.seal(b"value", context="c"), context="c")
