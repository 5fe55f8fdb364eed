"""Signatures hold for an engine that is not ours, certificates follow the published profile, revocation lists are signed."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from sandbox.forms_catalogue import FORMS
from sandbox.jpki import POLICIES, authorities
from sandbox.jpki_names import replaced
from sandbox.jpki_publication import renew

NOON = datetime(2026, 11, 24, 3, tzinfo=UTC)


def certificate_of(package: etree._Element) -> x509.Certificate:
    text = package.findtext(".//{*}X509Certificate")
    assert text
    return x509.load_pem_x509_certificate(f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n".encode())


def check(package: etree._Element) -> None:
    """Raises xmlsec.Error where the signature does not hold under the certificate's key."""
    xmlsec.tree.add_ids(package, ["Id"])
    context = xmlsec.SignatureContext()
    pem = certificate_of(package).public_bytes(Encoding.PEM)
    context.key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatCertPem)
    signature = package.find("{*}Signature")
    assert signature is not None
    context.verify(signature)


def test_every_signature_of_a_good_application_holds(world: Any) -> None:
    signed = [package for package in map(world.application, world.good()) if package.find("{*}Signature") is not None]
    assert len(signed) > 30
    for package in signed:
        check(package)
        certificate_of(package).verify_directly_issued_by(authorities()["signca03"].certificate)


def test_signing_is_asked_of_all_but_nursery_applications(world: Any) -> None:
    unsigned = {line["procedure"] for line in world.good() if len(world.application(line)) == 1}
    assert unsigned == {form.portal_id for form in FORMS.values() if not form.signed} == {"PT28001", "PT28002", "PT28003", "PT28004"}
    assert any(len(world.application(line)) == 2 for line in world.good() if line["procedure"] == "PT28002")


@pytest.mark.parametrize(
    ("defect", "holds"), [("changed-after-signing", False), ("comment-in-signed-value", True), ("certificate-expired", True)]
)
def test_a_defect_breaks_the_signature_only_where_it_says_so(world: Any, defect: str, holds: bool) -> None:
    [line] = world.defective(defect)
    package = world.application(line)
    if holds:
        check(package)
    else:
        with pytest.raises(xmlsec.Error):
            check(package)


def test_the_certificate_carries_the_signers_basic_items(world: Any) -> None:
    [line] = world.defective("signer-not-claimant")
    package = world.application(line)
    certificate = certificate_of(package)
    names = certificate.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME).value
    assert isinstance(names, x509.SubjectAlternativeName)
    others = [name for name in names if isinstance(name, x509.OtherName)]
    items = {name.type_id.dotted_string.rsplit(".", 1)[1]: name.value[2:].decode(errors="replace") for name in others}
    assert set(items) == {"1", "2", "3", "4", "5", "6"}
    assert items["1"] == replaced(world.value(package[0], "配偶者/氏名"))[0]
    assert len(items["4"]) == 9
    policies = certificate.extensions.get_extension_for_oid(ExtensionOID.CERTIFICATE_POLICIES).value
    assert isinstance(policies, x509.CertificatePolicies)
    assert [policy.policy_identifier.dotted_string for policy in policies] == [POLICIES["signing"]]


def test_signing_with_the_authentication_certificate_shows_its_policy_and_no_personal_items(world: Any) -> None:
    [line] = world.defective("authentication-certificate-signed")
    certificate = certificate_of(world.application(line))
    certificate.verify_directly_issued_by(authorities()["authca"].certificate)
    with pytest.raises(x509.ExtensionNotFound):
        certificate.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME)


def test_revocation_lists_are_signed_and_only_one_is_out_of_date(world: Any) -> None:
    published = world.home / "jpki" / "published"
    assert sorted(path.name for path in (published / "ca").iterdir()) == ["signca02.pem", "signca03.pem"]
    for name, fresh in (("signca02", False), ("signca03", True)):
        revoked = x509.load_der_x509_crl((published / "crl" / f"{name}.crl").read_bytes())
        assert revoked.is_signature_valid(authorities()[name].key.public_key())
        assert revoked.next_update_utc is not None
        assert (revoked.next_update_utc > NOON) is fresh


def test_renewing_brings_the_stale_list_up_to_date_and_keeps_what_was_revoked(world: Any, tmp_path: Path) -> None:
    published = tmp_path / "published"
    shutil.copytree(world.home / "jpki" / "published", published)
    before = x509.load_der_x509_crl((published / "crl" / "signca03.crl").read_bytes())
    renew(published, day=date(2026, 11, 25))
    for name in ("signca02", "signca03"):
        after = x509.load_der_x509_crl((published / "crl" / f"{name}.crl").read_bytes())
        assert after.last_update_utc == datetime(2026, 11, 24, 20, tzinfo=UTC)
    assert [(one.serial_number, one.revocation_date_utc) for one in after] == [
        (one.serial_number, one.revocation_date_utc) for one in before
    ]
    assert len(list(after)) == 3


@pytest.mark.parametrize(
    ("defect", "reason", "before"),
    [
        ("revoked-before-signing", x509.ReasonFlags.key_compromise, True),
        ("revoked-after-signing-moved", x509.ReasonFlags.affiliation_changed, False),
        ("revoked-after-signing-renewed", x509.ReasonFlags.superseded, False),
    ],
)
def test_a_revoked_certificate_is_listed_with_reason_and_moment(world: Any, defect: str, reason: x509.ReasonFlags, before: bool) -> None:
    [line] = world.defective(defect)
    serial = certificate_of(world.application(line)).serial_number
    listed = x509.load_der_x509_crl((world.home / "jpki" / "published" / "crl" / "signca03.crl").read_bytes())
    entry = listed.get_revoked_certificate_by_serial_number(serial)
    assert entry is not None
    assert entry.extensions.get_extension_for_class(x509.CRLReason).value.reason is reason
    assert (entry.revocation_date_utc < datetime.fromisoformat(line["submitted_at"])) is before


@settings(max_examples=100, deadline=None)
@given(text=st.text(st.sampled_from("山田太郎葛辻髙﨑𠮷濵邉　Ａ"), max_size=12))
def test_replacing_characters_keeps_one_flag_for_each_and_stays_in_the_repertoire(text: str) -> None:
    name, flags = replaced(text)
    assert len(name) == len(flags) == len(text)
    name.encode("euc_jp")
    assert [before == after for before, after in zip(text, name, strict=True)] == [flag == "0" for flag in flags]


def test_a_variation_sequence_is_one_character_with_a_flag() -> None:
    assert replaced("葛\U000e0100城　髙") == ("葛城　高", "1001")
