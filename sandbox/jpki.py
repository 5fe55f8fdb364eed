"""Test JPKI (公的個人認証の試験用認証局): two signing authorities, one authentication authority, certificates in the published profile.

Keys are public test data (``data/keys``); residents share a few of them, every certificate is distinct.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import resources

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import NameOID

from sandbox.jpki_names import basic_four_items
from sandbox.town_people import Resident

POLICIES = {"signing": "1.2.392.200149.8.5.1.1.10", "authentication": "1.2.392.200149.8.5.1.3.10"}
AUTHORITIES = {
    "signca02": "Test Digital Signature CA 02",
    "signca03": "Test Digital Signature CA 03",
    "authca": "Test User Authentication CA 01",
}
RESIDENT_KEYS = 8
_FOUNDED = datetime(2023, 1, 1, tzinfo=UTC)
_CLOSES = datetime(2043, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Authority:
    """A certification authority. id: file name without ending."""

    id: str
    key: RSAPrivateKey
    certificate: x509.Certificate


@dataclass(frozen=True, slots=True)
class Signer:
    """What a resident signs with: a key and its certificate."""

    key: RSAPrivateKey
    certificate: x509.Certificate


@cache
def test_key(name: str) -> RSAPrivateKey:
    """A published test key of ``data/keys``. Raises FileNotFoundError for an unknown name."""
    pem = resources.files("sandbox").joinpath("data", "keys", f"{name}.pem").read_bytes()
    key = load_pem_private_key(pem, password=None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError(f"sandbox/data/keys/{name}.pem holds no RSA key")
    return key


def _distinguished(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test JPKI of the sandbox"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


@cache
def authorities() -> Mapping[str, Authority]:
    """All authorities with their self-signed certificates, by id."""
    return {id_: _found(id_, name, serial) for serial, (id_, name) in enumerate(AUTHORITIES.items(), start=1)}


def _found(id_: str, name: str, serial: int) -> Authority:
    key, subject = test_key(id_), _distinguished(name)
    builder = (
        x509.CertificateBuilder(subject, subject, key.public_key(), serial, _FOUNDED, _CLOSES)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return Authority(id_, key, builder.sign(key, hashes.SHA256()))


def _usage(*, authority: bool = False, signing: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority, content_commitment=signing, key_cert_sign=authority, crl_sign=authority,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def issue(
    resident: Resident, *, authority: str, serial: int, valid_from: datetime, valid_until: datetime, purpose: str = "signing"
) -> Signer:
    """Issue a certificate of ``purpose`` (signing or authentication) to a resident; only signing ones carry 基本4情報."""
    issuer = authorities()[authority]
    key = test_key(f"resident{serial % RESIDENT_KEYS + 1}")
    public = key.public_key()
    builder = (
        x509.CertificateBuilder(issuer.certificate.subject, _distinguished(f"{serial:016x}"), public, serial, valid_from, valid_until)
        .add_extension(_usage(signing=purpose == "signing"), critical=True)
        .add_extension(x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(POLICIES[purpose]), None)]), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
    )
    if purpose == "signing":
        builder = builder.add_extension(x509.SubjectAlternativeName(basic_four_items(resident)), critical=False)
    return Signer(key, builder.sign(issuer.key, hashes.SHA256()))
