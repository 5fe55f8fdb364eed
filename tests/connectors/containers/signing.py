"""A signing CA of the tests' own, residents' certificates, revocation lists and signed applications in the profile's shape."""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from lxml import etree

SIGNED_AT = datetime(2026, 11, 22, 11, 15, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
SIGNING_POLICY = "1.2.392.200149.8.5.1.1.10"
LOGIN_POLICY = "1.2.392.200149.8.5.1.3.10"
ITEMS = {1: "那覇　花子", 2: "00000", 3: "2", 4: "419900401", 5: "沖縄県那覇市泉崎一丁目１番１号", 6: "0" * 15}
FORM = (
    '<申請内容 Id="shinsei" 様式ID="F27001" 様式版="2024-10"><申請日>2026-11-22</申請日><口座番号>1234567</口座番号>'
    '<添付書類><添付 ファイル名="attachments/01.txt" ダイジェスト="{digest}"/></添付書類></申請内容>'
).format(digest="ab" * 32)
DS = "http://www.w3.org/2000/09/xmldsig#"
C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


@cache
def make_key(label: str, bits: int = 2048, exponent: int = 65537) -> rsa.RSAPrivateKey:
    """One key for each label; making them is what takes the time."""
    return rsa.generate_private_key(exponent, bits)


@dataclass(frozen=True)
class Authority:
    """A CA of the tests."""

    label: str

    @property
    def name(self) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test JPKI"), x509.NameAttribute(NameOID.COMMON_NAME, self.label)])

    def certificate(self) -> x509.Certificate:
        key = make_key(self.label)
        builder = _builder(self.name, self.name, key.public_key(), serial=1)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        return builder.sign(key, hashes.SHA256())

    def issue(
        self,
        serial: int,
        *,
        policy: str = SIGNING_POLICY,
        items: dict[int, str] | None = None,
        key: rsa.RSAPrivateKey | None = None,
        digest: hashes.HashAlgorithm | None = None,
        begins: datetime = datetime(2024, 1, 1, tzinfo=UTC),
        ends: datetime = datetime(2029, 1, 1, tzinfo=UTC),
    ) -> x509.Certificate:
        names = [x509.OtherName(x509.ObjectIdentifier(f"1.2.392.200149.8.5.5.{n}"), _utf8(text)) for n, text in (items or ITEMS).items()]
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"T{serial:08d}")])
        public = (key or make_key("resident")).public_key()
        builder = (
            _builder(subject, self.name, public, serial=serial, begins=begins, ends=ends)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(policy), None)]), critical=True)
        )
        return builder.sign(make_key(self.label), digest or hashes.SHA256())

    def revoke(
        self,
        revoked: Iterable[tuple[int, datetime, x509.ReasonFlags | None]] = (),
        *,
        expires: datetime = NOW + timedelta(hours=20),
        signer: str = "",
    ) -> bytes:
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.name).last_update(NOW - timedelta(days=40)).next_update(expires)
        for serial, when, reason in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(when)
            if reason:
                entry = entry.add_extension(x509.CRLReason(reason), critical=False)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(make_key(signer or self.label), hashes.SHA256()).public_bytes(Encoding.DER)


def _utf8(text: str) -> bytes:
    raw = text.encode()
    return bytes([0x0C, len(raw)]) + raw if len(raw) < 128 else bytes([0x0C, 0x81, len(raw)]) + raw


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public: rsa.RSAPublicKey,
    *,
    serial: int,
    begins: datetime = datetime(2023, 1, 1, tzinfo=UTC),
    ends: datetime = datetime(2033, 1, 1, tzinfo=UTC),
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
    return builder.serial_number(serial).not_valid_before(begins).not_valid_after(ends)


def publish(folder: Path, authorities: dict[Authority, bytes | None]) -> Path:
    """Write the folder that a trust store reads: CAs and their lists."""
    for name in ("ca", "crl"):
        (folder / name).mkdir(parents=True)
    for authority, crl in authorities.items():
        (folder / "ca" / f"{authority.label}.pem").write_bytes(authority.certificate().public_bytes(Encoding.PEM))
        if crl is not None:
            (folder / "crl" / f"{authority.label}.crl").write_bytes(crl)
    return folder


def canonical_form(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True)


def wrap(*parts: str, attributes: str = "") -> bytes:
    """An application document around its parts."""
    return f'<申請パッケージ xmlns="urn:pittari-profile:application:1"{attributes}>{"".join(parts)}</申請パッケージ>'.encode()


def sign(certificate: x509.Certificate, *, form: str = FORM, key: rsa.RSAPrivateKey | None = None) -> str:
    """The text of a ds:Signature over ``form`` as a child of the package."""
    content = etree.fromstring(wrap(form))[0]
    digest = base64.b64encode(hashlib.sha256(canonical_form(content)).digest()).decode()
    info = (
        f'<ds:SignedInfo xmlns:ds="{DS}"><ds:CanonicalizationMethod Algorithm="{C14N}"/><ds:SignatureMethod Algorithm="{RSA_SHA256}"/>'
        f'<ds:Reference URI="#shinsei"><ds:Transforms><ds:Transform Algorithm="{C14N}"/></ds:Transforms>'
        f'<ds:DigestMethod Algorithm="{SHA256}"/><ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>'
    )
    return finish(info, certificate, key=key)


def finish(info: str, certificate: x509.Certificate, *, key: rsa.RSAPrivateKey | None = None) -> str:
    """Sign a SignedInfo and put the signature around it."""
    raw = (key or make_key("resident")).sign(canonical_form(etree.fromstring(info)), PKCS1v15(), hashes.SHA256())
    value, shown = base64.b64encode(raw).decode(), base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
    return (
        f'<ds:Signature xmlns:ds="{DS}">{info}<ds:SignatureValue>{value}</ds:SignatureValue>'
        f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{shown}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>"
    )
