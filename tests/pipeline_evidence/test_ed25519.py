"""The verifier's own Ed25519 against RFC 8032 and against another implementation."""

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.log_verifier import verify_ed25519

# RFC 8032 section 7.1: TEST 1, TEST 2, TEST 3, TEST SHA(abc): public key, message, signature.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
]
ORDER = 2**252 + 27742317777372353535851937790883648493


@pytest.mark.parametrize(("key", "message", "signature"), VECTORS)
def test_the_vectors_of_the_rfc_verify_and_no_longer_with_one_bit_changed(key: str, message: str, signature: str) -> None:
    parts = [bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature)]
    assert verify_ed25519(parts[0], message=parts[1], signature=parts[2])
    Ed25519PublicKey.from_public_bytes(parts[0]).verify(parts[2], parts[1])
    assert not verify_ed25519(parts[0], message=parts[1] + b"\0", signature=parts[2])
    for bit in range(0, 512, 7):
        changed = (int.from_bytes(parts[2], "little") ^ 1 << bit).to_bytes(64, "little")
        assert not verify_ed25519(parts[0], message=parts[1], signature=changed)


def other_verdict(key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


@settings(max_examples=40, deadline=None)
@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=80), bit=st.integers(0, 767))
def test_both_implementations_agree_on_good_and_changed_signatures(seed: bytes, message: bytes, bit: int) -> None:
    holder = Ed25519PrivateKey.from_private_bytes(seed)
    key, signature = holder.public_key().public_bytes_raw(), holder.sign(message)
    assert verify_ed25519(key, message=message, signature=signature)
    changed = (int.from_bytes(key + signature, "little") ^ 1 << bit).to_bytes(96, "little")
    assert verify_ed25519(changed[:32], message=message, signature=changed[32:]) is other_verdict(changed[:32], message, changed[32:])


def test_a_second_form_of_a_signature_and_wrong_lengths_are_refused() -> None:
    key, _, signature = (bytes.fromhex(part) for part in VECTORS[0])
    shifted = signature[:32] + (int.from_bytes(signature[32:], "little") + ORDER).to_bytes(32, "little")
    for wrong in (shifted, signature[:-1], signature + b"\0", b""):
        assert not verify_ed25519(key, message=b"", signature=wrong)
    neutral = b"\1" + bytes(31)
    assert verify_ed25519(neutral, message=b"", signature=neutral + bytes(32))
    assert not verify_ed25519(neutral[:-1] + b"\x80", message=b"", signature=neutral + bytes(32))
    for wrong in (key[:-1], key + b"\0", b"", b"\xff" * 32):
        assert not verify_ed25519(wrong, message=b"", signature=signature)
