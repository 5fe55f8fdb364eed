"""Verifier of the one kind of electronic signature (電子署名) that the profile allows on an application.

Each step stands on what the one before proved: the exact shape, the digest of the canonical form, the RSA signature, the certificate,
and last xmlsec's second opinion. Whoever reads values gets the canonical bytes that were verified, never the document around them.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass, field
from datetime import datetime

import xmlsec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate
from lxml import etree
from xmlsec import constants

from connectors.jpki import Signer, TrustStore, read_certificate, signing_key
from connectors.profile import read_profile
from connectors.xml_door import canonical, parse_xml
from vocabulary.findings import refuse

_FORM = read_profile("package")["application"]
_PROFILE = read_profile("jpki")["signature"]
_FORM_NAMESPACE = f"{{{_FORM['namespace']}}}"
_NAMESPACE = f"{{{_PROFILE['namespace']}}}"

# Every element of the signature in document order: depth, name, attributes. Nothing else may be there.
_SHAPE: tuple[tuple[int, str, dict[str, str]], ...] = (
    (0, "Signature", {}),
    (1, "SignedInfo", {}),
    (2, "CanonicalizationMethod", {"Algorithm": _PROFILE["canonicalization"]}),
    (2, "SignatureMethod", {"Algorithm": _PROFILE["method"]}),
    (2, "Reference", {"URI": f"#{_FORM['id']}"}),
    (3, "Transforms", {}),
    (4, "Transform", {"Algorithm": _PROFILE["canonicalization"]}),
    (3, "DigestMethod", {"Algorithm": _PROFILE["digest"]}),
    (3, "DigestValue", {}),
    (1, "SignatureValue", {}),
    (1, "KeyInfo", {}),
    (2, "X509Data", {}),
    (3, "X509Certificate", {}),
)
_TEXTS = ("DigestValue", "SignatureValue", "X509Certificate")


@dataclass(frozen=True, slots=True)
class Verified:
    """What may be read: the canonical bytes of 申請内容 (UTF-8), and who signed them; ``signer`` is None on an unsigned application."""

    content: bytes = field(repr=False)
    signer: Signer | None


def verify_application(application: bytes, *, trust: TrustStore, signed_at: datetime, now: datetime) -> Verified:
    """Verify ``application.xml``. An absent signature is no refusal here: the procedure's policy decides on it.

    signed_at: 申請日時, the instant at which the certificate must have been valid. now: the hub's clock, which ages revocation lists.
    Raises Refused SIG_SHAPE, SIG_INVALID, SIG_ENGINES_DISAGREE, CERT_*, CRL_STALE, and what ``parse_xml`` raises.
    """
    content, signature = _split(parse_xml(application))
    proved = canonical(content)
    if signature is None:
        return Verified(proved, None)
    texts = _read_signature(signature)
    certificate = read_certificate(texts["X509Certificate"])
    _check_signature(proved, signature, texts, certificate)
    signer = trust.judge_certificate(certificate, signed_at=signed_at, now=now)
    _ask_second_engine(application, certificate)
    return Verified(proved, signer)


def check_shape(application: bytes) -> bool:
    """Whether the application is signed, when its outline and its signature have the allowed shape; proves nothing about its content.

    Raises Refused SIG_SHAPE and what ``parse_xml`` raises.
    """
    _, signature = _split(parse_xml(application))
    if signature is not None:
        read_certificate(_read_signature(signature)["X509Certificate"])
    return signature is not None


def _split(root: etree._Element) -> tuple[etree._Element, etree._Element | None]:
    """申請内容 and the signature, which are all that the document holds."""
    children = list(root)
    expected = [_FORM_NAMESPACE + _FORM["content"], f"{_NAMESPACE}Signature"]
    tags = [child.tag for child in children]
    if root.tag != _FORM_NAMESPACE + _FORM["root"] or root.attrib or tags not in (expected[:1], expected):
        raise refuse("SIG_SHAPE", "document", "not one content followed by at most one signature")
    if any((text or "").strip() for text in (root.text, *(child.tail for child in children))):
        raise refuse("SIG_SHAPE", "document", "text beside the content")
    content = children[0]
    if sorted(content.keys()) != sorted(_FORM["attributes"]) or content.get("Id") != _FORM["id"]:
        raise refuse("SIG_SHAPE", "content", "other attributes")
    _check_identifiers(root, content)
    return content, children[1] if len(children) > 1 else None


def _check_identifiers(root: etree._Element, content: etree._Element) -> None:
    """One identifier in the whole document, and no signature within the content: nothing a second reader could take for the signed part."""
    for element in root.iter():
        names = {etree.QName(str(key)).localname.lower() for key in element.keys()}  # noqa: SIM118  an element iterates its children
        if "id" in names and element is not content:
            raise refuse("SIG_SHAPE", "document", "second identifier")
    if next(content.iter(f"{_NAMESPACE}*"), None) is not None:
        raise refuse("SIG_SHAPE", "content", "signature within the content")


def _read_signature(signature: etree._Element) -> dict[str, bytes]:
    """Decoded texts of the signature, once its outline equals the allowed one."""
    found = tuple(_outline(signature, 0))
    if found != tuple((depth, _NAMESPACE + name, attributes) for depth, name, attributes in _SHAPE):
        raise refuse("SIG_SHAPE", "signature", "other elements, order, attributes or algorithms")
    texts: dict[str, bytes] = {}
    for element in signature.iter():
        name = etree.QName(element).localname
        if name in _TEXTS:
            texts[name] = _decode(element.text or "")
        elif (element.text or "").strip():
            raise refuse("SIG_SHAPE", "signature", "text beside the values")
        if element is not signature and (element.tail or "").strip():
            raise refuse("SIG_SHAPE", "signature", "text beside the values")
    return texts


def _outline(element: etree._Element, depth: int) -> list[tuple[int, str, dict[str, str]]]:
    attributes = {str(key): str(value) for key, value in element.attrib.items()}
    return [(depth, str(element.tag), attributes), *(line for child in element for line in _outline(child, depth + 1))]


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise refuse("SIG_SHAPE", "signature", "not base64") from None


def _check_signature(proved: bytes, signature: etree._Element, texts: dict[str, bytes], certificate: Certificate) -> None:
    key = signing_key(certificate)
    if hashlib.sha256(proved).digest() != texts["DigestValue"]:
        raise refuse("SIG_INVALID", "content")
    try:
        key.verify(texts["SignatureValue"], canonical(signature[0]), PKCS1v15(), SHA256())
    except InvalidSignature:
        raise refuse("SIG_INVALID", "signature") from None


def _ask_second_engine(application: bytes, certificate: Certificate) -> None:
    """xmlsec judges its own parse of the same bytes with the same key; it gets identifiers and algorithms told, finds none itself."""
    root = parse_xml(application)
    xmlsec.tree.add_ids(root, ["Id"])
    context = xmlsec.SignatureContext()
    for transform in (constants.TransformExclC14N, constants.TransformRsaSha256, constants.TransformSha256):
        context.enable_signature_transform(transform)
    for transform in (constants.TransformExclC14N, constants.TransformSha256):
        context.enable_reference_transform(transform)
    try:
        context.key = xmlsec.Key.from_memory(certificate.public_bytes(Encoding.PEM), constants.KeyDataFormatCertPem)
        context.verify(root[1])
    except xmlsec.Error:
        raise refuse("SIG_ENGINES_DISAGREE", "signature") from None
