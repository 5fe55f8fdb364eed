"""XML signatures of the application profile (電子署名): exclusive C14N, RSA-SHA256, one reference to the 申請内容, one certificate."""

from base64 import b64encode
from hashlib import sha256

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from sandbox.jpki import Signer

DS = "http://www.w3.org/2000/09/xmldsig#"
_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
_RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


def sign_content(package: etree._Element, *, reference: str, signer: Signer) -> etree._Element:
    """Append a ds:Signature over the child of ``package`` with Id ``reference`` and give it back. Raises ValueError without that child."""
    content = next((child for child in package if child.get("Id") == reference), None)
    if content is None:
        raise ValueError("the package has no content with that Id")
    signature = etree.SubElement(package, f"{{{DS}}}Signature", nsmap={"ds": DS})
    info = _signed_info(signature, reference, sha256(_canonical(content)).digest())
    value = signer.key.sign(_canonical(info), PKCS1v15(), hashes.SHA256())
    _text(signature, "SignatureValue", b64encode(value).decode())
    data = _node(_node(signature, "KeyInfo"), "X509Data")
    _text(data, "X509Certificate", b64encode(signer.certificate.public_bytes(Encoding.DER)).decode())
    return signature


def _canonical(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)


def _signed_info(signature: etree._Element, reference: str, digest: bytes) -> etree._Element:
    info = _node(signature, "SignedInfo")
    _node(info, "CanonicalizationMethod", Algorithm=_C14N)
    _node(info, "SignatureMethod", Algorithm=_RSA_SHA256)
    target = _node(info, "Reference", URI=f"#{reference}")
    _node(_node(target, "Transforms"), "Transform", Algorithm=_C14N)
    _node(target, "DigestMethod", Algorithm=_SHA256)
    _text(target, "DigestValue", b64encode(digest).decode())
    return info


def _node(parent: etree._Element, name: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{DS}}}{name}", attributes)


def _text(parent: etree._Element, name: str, text: str) -> None:
    _node(parent, name).text = text
