"""Defects of signatures and certificates (電子署名・証明書)."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, timedelta

from lxml import etree

from sandbox.applications import Application, Bureau, Slot
from sandbox.forms import NAMESPACE
from sandbox.jpki import Signer
from sandbox.listing_lines import Line, line_of
from sandbox.packages import pack, xml_bytes

NINTEI = "jidoteate-nintei"
HOLDER = "振込口座/口座名義カナ"
"""Every account has a holder; at ゆうちょ it has 記号 and 番号 instead of the other items."""


def usual(bureau: Bureau, slot: Slot, *, kind: str = "complete") -> Application:
    """A sound 認定請求 of a household of ``kind``, to work a defect into."""
    return bureau.file(NINTEI, bureau.household(kind), slot)


def part(root: etree._Element, path: str) -> etree._Element:
    """The element at a path of Japanese names. Raises LookupError when the form lacks it."""
    found = root.find("/".join(f"{{{NAMESPACE}}}{name}" for name in path.split("/")))
    if found is None:
        raise LookupError(f"the form has no {path}")
    return found


def sent(bureau: Bureau, application: Application) -> list[Line]:
    """The one line of an application packed as it is."""
    return [line_of(application, application.packed(bureau.printer))]


def sent_with(bureau: Bureau, application: Application, package: etree._Element) -> list[Line]:
    """The one line of an application whose application.xml is replaced by ``package``."""
    members = application.members(bureau.printer) | {"application.xml": xml_bytes(package)}
    return [line_of(application, pack(members.items()))]


def changed_after_signing(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """Somebody writes another account holder into the signed form."""
    application = usual(bureau, slots[0])
    package = application.signed_xml()
    part(package, f"申請内容/{HOLDER}").text = "ﾎｶﾉ ﾋﾄ"
    return sent_with(bureau, application, package)


def evil_twin(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """A forged 申請内容 stands before the signed one and bears the same Id."""
    application = usual(bureau, slots[0])
    package = application.signed_xml()
    twin = deepcopy(package[0])
    part(twin, HOLDER).text = "ﾎｶﾉ ﾋﾄ"
    package.insert(0, twin)
    return sent_with(bureau, application, package)


def comment_in_value(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """A comment splits the account holder's name; the canonical form leaves comments out, so that the signature still fits."""
    application = usual(bureau, slots[0])
    package = application.signed_xml()
    holder = part(package, f"申請内容/{HOLDER}")
    comment = etree.Comment("x")
    holder.text, comment.tail = (holder.text or "")[:3], (holder.text or "")[3:]
    holder.append(comment)
    return sent_with(bureau, application, package)


def unsigned_required(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """A 認定請求 without a signature."""
    return sent(bureau, replace(usual(bureau, slots[0]), signer=None))


def unsigned_allowed(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """A 保育 application without a signature, which the procedure does not ask for."""
    return sent(bureau, replace(bureau.file("hoiku-riyo", bureau.household("nursery"), slots[0]), signer=None))


def signer_not_claimant(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """The spouse signs the claim."""
    application = usual(bureau, slots[0])
    return _signed_by(bureau, application, bureau.certificate(application.persons[1], slots[0]))


def signer_is_relative(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """Children claim what was not paid, the surviving parent files and signs."""
    return sent(bureau, bureau.file("jidoteate-mishiharai", bureau.household("bereaved"), slots[0]))


def certificate_expired(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """The certificate ended three days before it signed."""
    application = usual(bureau, slots[0])
    until = slots[0].submitted.astimezone(UTC).replace(microsecond=0) - timedelta(days=3)
    return _signed_by(bureau, application, bureau.certificate(application.applicant, slots[0], until=until))


def revoked_before_signing(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """The certificate was revoked a day before it signed (key compromise)."""
    return _revoked(bureau, slots[0], after=timedelta(days=-1), reason=1)


def revoked_after_signing_moved(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """The certificate was revoked after it signed because its holder moved (reason 3)."""
    return _revoked(bureau, slots[0], after=timedelta(minutes=3), reason=3)


def revoked_after_signing_renewed(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """The certificate was revoked after it signed because it was renewed (reason 4)."""
    return _revoked(bureau, slots[0], after=timedelta(minutes=3), reason=4)


def authentication_certificate(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """The claimant signs with the certificate for logging in."""
    application = usual(bureau, slots[0])
    signer = bureau.certificate(application.applicant, slots[0], authority="authca", purpose="authentication")
    return _signed_by(bureau, application, signer)


def stale_crl(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """The certificate comes from the authority whose revocation list is out of date."""
    application = usual(bureau, slots[0])
    return _signed_by(bureau, application, bureau.certificate(application.applicant, slots[0], authority="signca02"))


def _signed_by(bureau: Bureau, application: Application, signer: Signer) -> list[Line]:
    return sent(bureau, replace(application, signer=signer))


def _revoked(bureau: Bureau, slot: Slot, *, after: timedelta, reason: int) -> list[Line]:
    application = usual(bureau, slot)
    if application.signer is None:
        raise LookupError("the application is not signed")
    bureau.revoke(application.signer, moment=slot.submitted.astimezone(UTC) + after, reason=reason)
    return sent(bureau, application)
