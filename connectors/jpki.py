"""Signing certificates of residents (署名用電子証明書, JPKI): who signed, and did the certificate count at that time.

Nothing is asked over the network: the signing CAs and their revocation lists (失効情報, CRL) are files that the municipality is given.
An answer that the files cannot give is never "good": a list that is missing or out of date means waiting.
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import ExtensionOID

from connectors.errors import PermanentError
from connectors.profile import read_profile
from vocabulary.findings import refuse

_LOG = logging.getLogger(__name__)
_PROFILE = read_profile("jpki")
_ITEM_OIDS: Mapping[str, str] = _PROFILE["items"]
_UTF8_STRING = 0x0C
# Extensions that this module judges or that cannot change its answer; any other one marked critical is refused, as RFC 5280 asks.
_UNDERSTOOD = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.CERTIFICATE_POLICIES,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
        ExtensionOID.CRL_NUMBER,
        ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
    }
)


@dataclass(frozen=True, slots=True)
class Signer:
    """The signer as their certificate names them (基本4情報). Values stay out of the representation.

    birth: era digit and Western YYYYMMDD, possibly with zeros (不詳), so never parsed as a date here. sex: 1 男, 2 女, 3 その他.
    …_substitutes: one digit for each character of the value, not 0 where the card shows a replacement (代替文字); empty when none.
    serial: the signing certificate's serial number in lower-case hex. issuer: distinguished name of the CA (RFC 4514).
    """

    name: str = field(repr=False)
    name_substitutes: str = field(repr=False)
    sex: str = field(repr=False)
    birth: str = field(repr=False)
    address: str = field(repr=False)
    address_substitutes: str = field(repr=False)
    serial: str
    issuer: str


@dataclass(frozen=True, slots=True)
class RevocationList:
    """One verified list: reasons and dates by serial number, and the instant after which it says nothing any more."""

    issued: datetime
    expires: datetime
    revoked: Mapping[int, tuple[datetime, str]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class TrustStore:
    """The signing CAs (署名用認証局) that the municipality trusts, each with its newest revocation list, None when it has none."""

    authorities: tuple[tuple[x509.Certificate, RevocationList | None], ...]

    @classmethod
    def load(cls, folder: Path) -> "TrustStore":
        """Read ``ca/*.pem`` and ``crl/*.crl`` (DER). A list that no CA signed counts as absent.

        Raises PermanentError when there is no CA or a file is not what its place says.
        """
        authorities = [_read_authority(path) for path in sorted((folder / "ca").glob("*.pem"))]
        if not authorities:
            raise PermanentError("jpki", f"no signing CA in {folder / 'ca'}: put one PEM file for each signing CA there")
        lists = [_read_list(path) for path in sorted((folder / "crl").glob("*.crl"))]
        return cls(tuple((authority, _find_newest(authority, lists)) for authority in authorities))

    def judge_certificate(self, certificate: x509.Certificate, *, signed_at: datetime, now: datetime) -> Signer:
        """The signer, when the certificate was a valid signing certificate at ``signed_at`` (申請日時), as far as known ``now``.

        Raises Refused CERT_PURPOSE, CERT_WEAK, CERT_ISSUER, CERT_NOT_YET_VALID, CERT_EXPIRED, CERT_REVOKED, CRL_STALE.
        """
        extensions = _read_extensions(certificate)
        _check_purpose(extensions)
        signing_key(certificate)
        authority, revocations = self._find_issuer(certificate, signed_at)
        _check_period(certificate, signed_at)
        if revocations is None or not revocations.issued <= now <= revocations.expires:
            raise refuse("CRL_STALE", authority.subject.rfc4514_string())
        _check_revocation(revocations.revoked.get(certificate.serial_number), signed_at)
        return _read_signer(certificate, extensions)

    def _find_issuer(self, certificate: x509.Certificate, signed_at: datetime) -> tuple[x509.Certificate, RevocationList | None]:
        for authority, revocations in self.authorities:
            if _is_signed_by(certificate, authority):
                if not authority.not_valid_before_utc <= signed_at <= authority.not_valid_after_utc:
                    raise refuse("CERT_ISSUER", "certificate", "the CA itself was not valid at signing")
                return authority, revocations
        raise refuse("CERT_ISSUER", "certificate")


def read_certificate(der: bytes) -> x509.Certificate:
    """Parse a certificate. Raises Refused SIG_SHAPE when the bytes are none."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        certificate.extensions  # noqa: B018  parsing is lazy, a broken part must be found here
    except (ValueError, x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, UnsupportedAlgorithm):
        raise refuse("SIG_SHAPE", "X509Certificate", "not a certificate") from None
    return certificate


def signing_key(certificate: x509.Certificate) -> RSAPublicKey:
    """The certificate's key. Raises Refused CERT_WEAK unless key and certificate are as strong as the profile asks."""
    try:
        key = certificate.public_key()
        algorithm = certificate.signature_hash_algorithm
    except (ValueError, UnsupportedAlgorithm):
        raise refuse("CERT_WEAK", "certificate", "unreadable key or algorithm") from None
    least, most = int(_PROFILE["key_bits"]["least"]), int(_PROFILE["key_bits"]["most"])
    if not isinstance(key, RSAPublicKey) or not least <= key.key_size <= most or key.public_numbers().e < 65537:
        raise refuse("CERT_WEAK", "certificate", "not an RSA key of the profile's size")
    if algorithm is None or algorithm.name != _PROFILE["hash"]:
        raise refuse("CERT_WEAK", "certificate", "signed with another hash")
    return key


def _read_authority(path: Path) -> x509.Certificate:
    try:
        authority = x509.load_pem_x509_certificate(path.read_bytes())
        constraints = authority.extensions.get_extension_for_class(x509.BasicConstraints)
    except (ValueError, x509.ExtensionNotFound):
        raise PermanentError("jpki", f"{path} is not the certificate of a CA in PEM") from None
    if not constraints.value.ca:
        raise PermanentError("jpki", f"{path} is not the certificate of a CA")
    return authority


def _read_list(path: Path) -> x509.CertificateRevocationList:
    try:
        return x509.load_der_x509_crl(path.read_bytes())
    except ValueError:
        raise PermanentError("jpki", f"{path} is not a revocation list in DER") from None


def _find_newest(authority: x509.Certificate, lists: list[x509.CertificateRevocationList]) -> RevocationList | None:
    """The authority's complete list that was issued last; partial and delta lists mark themselves as critical and are left out."""
    key = authority.public_key()
    own = [
        crl
        for crl in lists
        if isinstance(key, RSAPublicKey)
        and crl.issuer == authority.subject
        and crl.is_signature_valid(key)
        and crl.next_update_utc is not None
        and all(extension.oid in _UNDERSTOOD for extension in crl.extensions if extension.critical)
    ]
    if not own:
        _LOG.warning("jpki_list_missing", extra={"authority": authority.subject.rfc4514_string()})
        return None
    newest = max(own, key=lambda crl: crl.last_update_utc)
    expires = newest.next_update_utc or newest.last_update_utc
    return RevocationList(newest.last_update_utc, expires, {entry.serial_number: _read_entry(entry) for entry in newest})


def _read_entry(entry: x509.RevokedCertificate) -> tuple[datetime, str]:
    try:
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.value
    except x509.ExtensionNotFound:
        reason = x509.ReasonFlags.unspecified.value
    return entry.revocation_date_utc, reason


def _is_signed_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True


def _read_extensions(certificate: x509.Certificate) -> x509.Extensions:
    extensions = certificate.extensions
    if any(extension.critical and extension.oid not in _UNDERSTOOD for extension in extensions):
        raise refuse("CERT_PURPOSE", "certificate", "unknown critical extension")
    return extensions


def _check_purpose(extensions: x509.Extensions) -> None:
    """A certificate of the signing class (署名用), not one for log-in (利用者証明用), nor a CA."""
    found = {extension.oid: extension.value for extension in extensions}
    policies = found.get(ExtensionOID.CERTIFICATE_POLICIES)
    names = {policy.policy_identifier.dotted_string for policy in policies} if isinstance(policies, x509.CertificatePolicies) else set()
    if names != {_PROFILE["signing_policy"]}:
        raise refuse("CERT_PURPOSE", "certificate", "policy is not the signing class")
    usage = found.get(ExtensionOID.KEY_USAGE)
    if isinstance(usage, x509.KeyUsage) and not (usage.digital_signature or usage.content_commitment):
        raise refuse("CERT_PURPOSE", "certificate", "key usage excludes signing")
    constraints = found.get(ExtensionOID.BASIC_CONSTRAINTS)
    if isinstance(constraints, x509.BasicConstraints) and constraints.ca:
        raise refuse("CERT_PURPOSE", "certificate", "certificate of a CA")


def _check_period(certificate: x509.Certificate, signed_at: datetime) -> None:
    if signed_at < certificate.not_valid_before_utc:
        raise refuse("CERT_NOT_YET_VALID", "certificate")
    if signed_at > certificate.not_valid_after_utc:
        raise refuse("CERT_EXPIRED", "certificate")


def _check_revocation(entry: tuple[datetime, str] | None, signed_at: datetime) -> None:
    """Moving away or renewing a card after filing takes nothing back; a reason for suspicion takes back everything."""
    if entry is None:
        return
    revoked_at, reason = entry
    if revoked_at <= signed_at or reason not in _PROFILE["harmless_afterwards"]:
        raise refuse("CERT_REVOKED", "certificate", reason)


def _read_signer(certificate: x509.Certificate, extensions: x509.Extensions) -> Signer:
    texts = dict(_read_other_names(extensions))
    values = {item: texts.get(oid, "") for item, oid in _ITEM_OIDS.items()}
    if any(not value for item, value in values.items() if item not in _PROFILE["optional_items"]):
        raise refuse("CERT_PURPOSE", "certificate", "basic items are missing")
    return Signer(**values, serial=f"{certificate.serial_number:x}", issuer=certificate.issuer.rfc4514_string())


def _read_other_names(extensions: x509.Extensions) -> Iterator[tuple[str, str]]:
    for extension in extensions:
        if isinstance(extension.value, x509.SubjectAlternativeName):
            for name in extension.value.get_values_for_type(x509.OtherName):
                yield name.type_id.dotted_string, _read_utf8_string(name.value)


def _read_utf8_string(der: bytes) -> str:
    """Text of a DER UTF8String, empty when the bytes are anything else."""
    if len(der) < 2 or der[0] != _UTF8_STRING:
        return ""
    width = der[1] - 0x80 if der[1] > 0x80 else 0
    length = int.from_bytes(der[2 : 2 + width], "big") if width else der[1]
    content = der[2 + width :]
    try:
        return content.decode("utf-8") if len(content) == length else ""
    except UnicodeDecodeError:
        return ""
