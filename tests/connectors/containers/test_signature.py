import base64
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ReasonFlags
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from connectors import signature
from connectors.errors import PermanentError
from connectors.jpki import TrustStore
from connectors.signature import check_shape, verify_application
from tests.connectors.containers.signing import (
    C14N,
    DS,
    FORM,
    ITEMS,
    LOGIN_POLICY,
    NOW,
    RSA_SHA256,
    SHA256,
    SIGNED_AT,
    Authority,
    finish,
    make_key,
    publish,
    sign,
    wrap,
)
from vocabulary.findings import Refused
from vocabulary.reasons import reasons

CA2, CA3 = Authority("signca02"), Authority("signca03")
CERTIFICATE = CA2.issue(77)
SIGNATURE = sign(CERTIFICATE)
SIGNED = wrap(FORM, SIGNATURE)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> TrustStore:
    return TrustStore.load(publish(tmp_path_factory.mktemp("jpki"), {CA2: CA2.revoke(), CA3: CA3.revoke()}))


def code_of(application: bytes, trust: TrustStore, signed_at: datetime = SIGNED_AT) -> str:
    try:
        verify_application(application, trust=trust, signed_at=signed_at, now=NOW)
    except Refused as refusal:
        assert refusal.finding.code in reasons()
        return refusal.finding.code
    return "verified"


def test_a_good_signature_yields_the_signer_and_the_signed_bytes(trust: TrustStore) -> None:
    verified = verify_application(SIGNED, trust=trust, signed_at=SIGNED_AT, now=NOW)
    assert verified.signer is not None
    assert (verified.signer.name, verified.signer.birth, verified.signer.address) == (ITEMS[1], ITEMS[4], ITEMS[5])
    assert verified.signer.name_substitutes == "00000"
    assert verified.signer.serial == "4d"
    assert etree.fromstring(verified.content)[1].text == "1234567"
    assert "那覇" not in repr(verified)


def test_white_space_between_the_parts_is_no_matter(trust: TrustStore) -> None:
    assert code_of(wrap("\n  ", FORM, "\r\n\t", SIGNATURE, "\n"), trust) == "verified"


def test_an_unsigned_application_yields_its_content_and_no_signer(trust: TrustStore) -> None:
    verified = verify_application(wrap(FORM), trust=trust, signed_at=SIGNED_AT, now=NOW)
    assert verified.signer is None
    assert etree.fromstring(verified.content)[1].text == "1234567"
    assert not check_shape(wrap(FORM))
    assert check_shape(SIGNED)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"1234567", b"7654321"),
        (b"2024-10", b"2024-11"),
        ("申請日>".encode(), "申請時>".encode()),
        (b"<ds:DigestValue>", b"<ds:DigestValue>AAAA"),
    ],
)
def test_a_change_after_signing_is_invalid(trust: TrustStore, old: bytes, new: bytes) -> None:
    assert code_of(SIGNED.replace(old, new), trust) == "SIG_INVALID"


def test_another_key_than_the_certificate_s_is_invalid(trust: TrustStore) -> None:
    assert code_of(wrap(FORM, sign(CERTIFICATE, key=make_key("thief"))), trust) == "SIG_INVALID"


def test_a_comment_within_the_signed_value_is_refused(trust: TrustStore) -> None:
    assert code_of(SIGNED.replace(b"1234567", b"123<!-- -->4567"), trust) == "XML_COMMENT_IN_VALUE"


EVIL = FORM.replace("1234567", "6666666")
WRAPPINGS = {
    "evil twin first": wrap(EVIL, FORM, SIGNATURE),
    "evil twin without identifier first": wrap(EVIL.replace(' Id="shinsei"', ""), FORM, SIGNATURE),
    "evil twin with another identifier first": wrap(EVIL.replace('"shinsei"', '"other"'), FORM, SIGNATURE),
    "signed part under a wrapper": wrap(EVIL.replace(' Id="shinsei"', ""), f"<包>{FORM}</包>", SIGNATURE),
    "signed part within the signature": wrap(EVIL, SIGNATURE.replace("</ds:Signature>", f"<ds:Object>{FORM}</ds:Object></ds:Signature>")),
    "signed part within the evil one": wrap(EVIL.replace("</申請内容>", f"{FORM}</申請内容>"), SIGNATURE),
    "signature first": wrap(SIGNATURE, FORM),
    "signature within the content": wrap(FORM.replace("</申請内容>", f"{SIGNATURE}</申請内容>")),
    "two signatures": wrap(FORM, SIGNATURE, SIGNATURE),
    "duplicate identifier deep inside": wrap(FORM.replace("<口座番号>", '<口座番号 Id="shinsei">'), SIGNATURE),
    "identifier by another name": wrap(FORM.replace("<口座番号>", '<口座番号 xml:id="shinsei">'), SIGNATURE),
    "identifier on the root": wrap(FORM, SIGNATURE, attributes=' Id="shinsei"'),
    "attribute on the root": wrap(FORM, SIGNATURE, attributes=' 版="1"'),
    "another root": wrap(FORM, SIGNATURE).replace("申請パッケージ".encode(), "申請".encode()),
    "another namespace": wrap(FORM, SIGNATURE).replace(b"application:1", b"application:2"),
    "text beside the content": wrap(FORM, "text", SIGNATURE),
    "nothing": wrap(),
    "only a signature": wrap(SIGNATURE),
}


@pytest.mark.parametrize("name", WRAPPINGS)
def test_a_moved_or_doubled_part_is_refused_by_shape(trust: TrustStore, name: str) -> None:
    assert code_of(WRAPPINGS[name], trust) == "SIG_SHAPE"


def test_attributes_of_the_content_are_exactly_the_declared_ones(trust: TrustStore) -> None:
    assert code_of(wrap(FORM.replace(' 様式版="2024-10"', "")), trust) == "SIG_SHAPE"
    assert code_of(wrap(FORM.replace(' 様式版="2024-10"', ' 様式版="2024-10" 追加="1"')), trust) == "SIG_SHAPE"


def resign(change: Callable[[str], str]) -> bytes:
    """A document whose SignedInfo was changed first and then signed correctly, so that only its shape is wrong."""
    found = re.search("<ds:SignedInfo.*</ds:SignedInfo>", SIGNATURE)
    assert found
    changed = change(found[0])
    assert changed != found[0]
    return wrap(FORM, finish(changed, CERTIFICATE))


REFERENCE = re.compile("<ds:Reference.*</ds:Reference>")
XPATH = '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>self::*</ds:XPath></ds:Transform>'
XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"
HMAC_LENGTH = "<ds:HMACOutputLength>8</ds:HMACOutputLength>"
PREFIXES = f'<e:InclusiveNamespaces xmlns:e="{C14N}" PrefixList="x"/>'
SHAPES: dict[str, Callable[[str], str]] = {
    "hmac": lambda info: info.replace(RSA_SHA256, "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"),
    "rsa-sha1": lambda info: info.replace(RSA_SHA256, f"{DS}rsa-sha1"),
    "sha1 digest": lambda info: info.replace(SHA256, f"{DS}sha1"),
    "inclusive c14n": lambda info: info.replace(C14N, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315", 1),
    "c14n with comments": lambda info: info.replace(C14N, f"{C14N}WithComments"),
    "xpath transform": lambda info: info.replace("</ds:Transforms>", f"{XPATH}</ds:Transforms>"),
    "xslt transform": lambda info: info.replace(f'Transform Algorithm="{C14N}"', f'Transform Algorithm="{XSLT}"'),
    "enveloped transform": lambda info: info.replace(f'Transform Algorithm="{C14N}"', f'Transform Algorithm="{DS}enveloped-signature"'),
    "no transforms": lambda info: re.sub("<ds:Transforms>.*</ds:Transforms>", "", info),
    "two references": lambda info: REFERENCE.sub(lambda found: found[0] * 2, info),
    "no reference": lambda info: REFERENCE.sub("", info),
    "whole document": lambda info: info.replace("#shinsei", ""),
    "reference to nothing": lambda info: info.replace("#shinsei", "#other"),
    "reference without uri": lambda info: info.replace(' URI="#shinsei"', ""),
    "reference with type": lambda info: info.replace(' URI="#shinsei"', ' URI="#shinsei" Type="x"'),
    "truncated hmac": lambda info: info.replace(f'{RSA_SHA256}"/>', f'{RSA_SHA256}">{HMAC_LENGTH}</ds:SignatureMethod>'),
    "inclusive prefixes": lambda info: info.replace(
        f'Transform Algorithm="{C14N}"/>', f'Transform Algorithm="{C14N}">{PREFIXES}</ds:Transform>'
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_other_algorithms_and_references_are_refused_by_shape(trust: TrustStore, name: str) -> None:
    assert code_of(resign(SHAPES[name]), trust) == "SIG_SHAPE"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<ds:KeyInfo>", "<ds:KeyInfo><ds:KeyName>x</ds:KeyName>"),
        ("</ds:X509Data>", "<ds:X509Certificate>AAAA</ds:X509Certificate></ds:X509Data>"),
        ("<ds:X509Certificate>", "<ds:X509Certificate>!!"),
        ("<ds:X509Certificate>M", "<ds:X509Certificate>AAAAM"),
        ("<ds:SignatureValue>", "text<ds:SignatureValue>"),
        ("<ds:SignatureValue>", '<ds:SignatureValue Id="x">'),
        (f'<ds:Signature xmlns:ds="{DS}">', f'<ds:Signature xmlns:ds="{DS}" Id="s">'),
        ("</ds:Signature>", "<ds:Object/></ds:Signature>"),
    ],
)
def test_additions_to_the_signature_are_refused_by_shape(trust: TrustStore, old: str, new: str) -> None:
    changed = SIGNATURE.replace(old, new, 1)
    assert changed != SIGNATURE
    assert code_of(wrap(FORM, changed), trust) == "SIG_SHAPE"


def test_a_second_engine_that_says_no_stops_the_application(trust: TrustStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signature.xmlsec.tree, "add_ids", lambda *_: None)
    assert code_of(SIGNED, trust) == "SIG_ENGINES_DISAGREE"


@given(st.integers(0, len(SIGNED) - 1), st.integers(1, 255))
@settings(max_examples=100, deadline=None)
@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_a_flipped_byte_never_changes_what_is_read(place: int, flip: int) -> None:
    trust = store()
    spoiled = bytearray(SIGNED)
    spoiled[place] ^= flip
    try:
        verified = verify_application(bytes(spoiled), trust=trust, signed_at=SIGNED_AT, now=NOW)
    except Refused:
        return
    assert verified.signer is not None
    assert verified.content == verify_application(SIGNED, trust=trust, signed_at=SIGNED_AT, now=NOW).content


@given(st.integers(0, len(CERTIFICATE.tbs_certificate_bytes) - 1), st.integers(1, 255))
@settings(max_examples=100, deadline=None)
@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_a_spoiled_certificate_is_refused_never_an_error(place: int, flip: int) -> None:
    der = bytearray(CERTIFICATE.public_bytes(Encoding.DER))
    der[der.index(CERTIFICATE.tbs_certificate_bytes) + place] ^= flip
    shown = re.search("<ds:X509Certificate>(.*)</ds:X509Certificate>", SIGNATURE)
    assert shown
    code = code_of(wrap(FORM, SIGNATURE.replace(shown[1], base64.b64encode(der).decode())), store())
    assert code.startswith(("SIG_", "CERT_"))


def store(folder: Path | None = None, **lists: bytes | None) -> TrustStore:
    """A trust store of both CAs; a keyword replaces the list of one."""
    with TemporaryDirectory() as made:
        crls = {authority: lists.get(authority.label, authority.revoke()) for authority in (CA2, CA3)}
        return TrustStore.load(publish((folder or Path(made)) / "jpki", crls))


CERTIFICATES = {
    "CERT_PURPOSE": CA2.issue(1, policy=LOGIN_POLICY),
    "CERT_ISSUER": Authority("stranger").issue(2),
    "CERT_EXPIRED": CA2.issue(3, ends=SIGNED_AT - DAY),
    "CERT_NOT_YET_VALID": CA2.issue(4, begins=SIGNED_AT + DAY),
    "verified": CA2.issue(5, ends=SIGNED_AT + DAY / 24),
}


@pytest.mark.parametrize("code", CERTIFICATES)
def test_a_certificate_is_judged_at_the_moment_of_signing(trust: TrustStore, code: str) -> None:
    assert code_of(wrap(FORM, sign(CERTIFICATES[code])), trust) == code


def test_a_certificate_without_the_basic_items_is_no_signing_certificate(trust: TrustStore) -> None:
    assert code_of(wrap(FORM, sign(CA2.issue(6, items={1: "那覇　花子"}))), trust) == "CERT_PURPOSE"


def test_absent_substitutes_are_empty(trust: TrustStore) -> None:
    application = wrap(FORM, sign(CA2.issue(8, items={n: ITEMS[n] for n in (1, 3, 4, 5)})))
    signer = verify_application(application, trust=trust, signed_at=SIGNED_AT, now=NOW).signer
    assert signer is not None
    assert (signer.name_substitutes, signer.address_substitutes) == ("", "")


@pytest.mark.parametrize(("bits", "exponent", "digest"), [(1024, 65537, None), (2048, 3, None), (2048, 65537, hashes.SHA512())])
def test_a_weak_certificate_is_refused(trust: TrustStore, bits: int, exponent: int, digest: hashes.HashAlgorithm | None) -> None:
    key = make_key(f"{bits} {exponent}", bits, exponent)
    assert code_of(wrap(FORM, sign(CA2.issue(7, key=key, digest=digest), key=key)), trust) == "CERT_WEAK"


BEFORE, AFTER = SIGNED_AT - DAY, SIGNED_AT + DAY
HARMLESS = (ReasonFlags.affiliation_changed, ReasonFlags.superseded, ReasonFlags.cessation_of_operation)
COMPROMISED = (ReasonFlags.key_compromise, ReasonFlags.ca_compromise)


@pytest.mark.parametrize("reason", [*HARMLESS, *COMPROMISED, ReasonFlags.certificate_hold, None])
def test_a_certificate_revoked_before_signing_is_refused(tmp_path: Path, reason: ReasonFlags | None) -> None:
    assert code_of(SIGNED, store(tmp_path, signca02=CA2.revoke([(77, BEFORE, reason)]))) == "CERT_REVOKED"
    assert code_of(SIGNED, store(tmp_path / "same", signca02=CA2.revoke([(77, SIGNED_AT, reason)]))) == "CERT_REVOKED"


@pytest.mark.parametrize("reason", [*HARMLESS, *COMPROMISED, ReasonFlags.certificate_hold, None])
def test_moving_or_renewing_after_signing_takes_nothing_back(tmp_path: Path, reason: ReasonFlags | None) -> None:
    expected = "verified" if reason in HARMLESS else "CERT_REVOKED"
    assert code_of(SIGNED, store(tmp_path, signca02=CA2.revoke([(77, AFTER, reason), (78, BEFORE, None)]))) == expected


@pytest.mark.parametrize("crl", [CA2.revoke(expires=NOW - DAY), None, CA2.revoke(signer="thief"), CA3.revoke()])
def test_a_list_that_says_nothing_any_more_makes_only_its_ca_wait(tmp_path: Path, crl: bytes | None) -> None:
    trust = store(tmp_path, signca02=crl)
    assert code_of(SIGNED, trust) == "CRL_STALE"
    assert code_of(wrap(FORM, sign(CA3.issue(9))), trust) == "verified"


def test_a_folder_without_authorities_is_a_settings_error(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match="no signing CA"):
        TrustStore.load(tmp_path)
    (tmp_path / "ca").mkdir()
    (tmp_path / "ca" / "x.pem").write_bytes(b"x")
    with pytest.raises(PermanentError, match=r"x\.pem"):
        TrustStore.load(tmp_path)
