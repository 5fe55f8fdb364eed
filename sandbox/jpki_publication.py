"""What the test JPKI publishes (公開領域): the signing authorities' certificates and their revocation lists (失効情報, CRL)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from sandbox.jpki import Authority, authorities
from vocabulary.clock import JST

SIGNING_AUTHORITIES = ("signca02", "signca03")
_LIFE = timedelta(days=2)
REASONS = {1: x509.ReasonFlags.key_compromise, 3: x509.ReasonFlags.affiliation_changed, 4: x509.ReasonFlags.superseded}
"""CRLReason number of RFC 5280 → what the library calls it."""


@dataclass(frozen=True, slots=True)
class Revocation:
    """A revoked certificate. reason: CRLReason number 1, 3 or 4."""

    authority: str
    serial: int
    moment: datetime
    reason: int


def publish(folder: Path, *, day: date, revocations: Iterable[Revocation] = (), stale: frozenset[str] = frozenset()) -> None:
    """Write ``ca/<id>.pem`` and ``crl/<id>.crl`` (DER) for both signing authorities.

    A list is made at 05:00 JST of ``day`` and lives two days; those of ``stale`` authorities are four days older and out of date.
    """
    revoked = tuple(revocations)
    for name in ("ca", "crl"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for id_ in SIGNING_AUTHORITIES:
        authority = authorities()[id_]
        made = datetime.combine(day, time(5), JST) - (timedelta(days=4) if id_ in stale else timedelta())
        (folder / "ca" / f"{id_}.pem").write_bytes(authority.certificate.public_bytes(Encoding.PEM))
        (folder / "crl" / f"{id_}.crl").write_bytes(_revocation_list(authority, made, [one for one in revoked if one.authority == id_]))


def renew(folder: Path, *, day: date) -> None:
    """Publish both revocation lists of ``folder`` anew for ``day``, with the entries that they have: what a stale one was waiting for."""
    publish(folder, day=day, revocations=[entry for id_ in SIGNING_AUTHORITIES for entry in _entries(folder, id_)])


def _entries(folder: Path, authority: str) -> Iterable[Revocation]:
    listed = x509.load_der_x509_crl((folder / "crl" / f"{authority}.crl").read_bytes())
    numbers = {flag: number for number, flag in REASONS.items()}
    for entry in listed:
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
        yield Revocation(authority, entry.serial_number, entry.revocation_date_utc, numbers[reason])


def _revocation_list(authority: Authority, made: datetime, revoked: list[Revocation]) -> bytes:
    builder = (
        x509.CertificateRevocationListBuilder(authority.certificate.subject, made, made + _LIFE)
        .add_extension(x509.CRLNumber(int(made.timestamp())), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False)
    )
    for one in revoked:
        entry = x509.RevokedCertificateBuilder(one.serial, one.moment)
        entry = entry.add_extension(x509.CRLReason(REASONS[one.reason]), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(authority.key, hashes.SHA256()).public_bytes(Encoding.DER)
