"""Applications (申請) of residents: filled in, signed, packed as the portal would deliver them."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from lxml import etree

from sandbox.form_pdf import Printer
from sandbox.forms import DEFAULT_PREFIX, NAMESPACE, Document, Form, Occasion, content
from sandbox.forms_catalogue import FORMS
from sandbox.jpki import Signer, issue
from sandbox.jpki_publication import Revocation
from sandbox.jpki_signature import sign_content
from sandbox.packages import Attachment, Manifest, pack, xml_bytes
from sandbox.packages_images import tiny_jpeg, tiny_png
from sandbox.town import Town
from sandbox.town_dice import dice
from sandbox.town_people import Household, Resident

USUAL_AUTHORITY = "signca03"
SIGN_FREELY = 0.4


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in the portal's list: receipt number (受付番号), when the resident sent it, when the portal had it."""

    receipt: str
    submitted: datetime
    arrived: datetime


@dataclass(frozen=True, slots=True)
class Application:
    """One application before it is packed.

    filled: 申請内容, not yet signed. signer: None leaves it unsigned. persons: everybody it names. later: documents still to come.
    """

    slot: Slot
    form: Form
    municipality: str
    filled: etree._Element
    signer: Signer | None
    auth_serial: str
    applicant: Resident
    persons: tuple[Resident, ...]
    attachments: tuple[Attachment, ...] = ()
    later: tuple[tuple[str, str], ...] = ()

    def signed_xml(self) -> etree._Element:
        """The 申請パッケージ: the content, and the signature when there is a signer."""
        package = etree.Element(f"{{{NAMESPACE}}}申請パッケージ", nsmap=DEFAULT_PREFIX)
        package.append(deepcopy(self.filled))
        if self.signer:
            sign_content(package, reference="shinsei", signer=self.signer)
        return package

    def members(self, printer: Printer) -> dict[str, bytes]:
        """The members of the ZIP, in their order."""
        slot, form = self.slot, self.form
        manifest = Manifest(
            receipt=slot.receipt, portal_id=form.portal_id, form_id=form.form_id, version=form.version, municipality=self.municipality,
            submitted=slot.submitted, arrived=slot.arrived, auth_serial=self.auth_serial, attachments=self.attachments, later=self.later,
        )  # fmt: skip
        pdf = printer.form(self.filled, title=form.title, receipt=slot.receipt, submitted=slot.submitted, arrived=slot.arrived)
        application = xml_bytes(self.signed_xml())
        files = {one.name: one.data for one in self.attachments}
        return {"manifest.xml": manifest.xml(), "application.xml": application, "form.pdf": pdf, **files}

    def packed(self, printer: Printer) -> bytes:
        """The 申請ZIP."""
        return pack(self.members(printer).items())


@dataclass(slots=True)
class Bureau:
    """Where residents file: gives each application a household that has not filed yet and its signer a certificate. Keeps revocations."""

    town: Town
    day: date
    municipality: str
    printer: Printer = field(default_factory=Printer)
    revocations: list[Revocation] = field(default_factory=list)
    _waiting: Mapping[str, Iterator[Household]] = field(init=False)
    _serial: int = field(init=False)

    def __post_init__(self) -> None:
        self._waiting = {kind: iter(group) for kind, group in self.town.households.items()}
        self._serial = 0x1000_0000_0000_0000 + self.town.seed * 1_000_000

    def household(self, kind: str) -> Household:
        """The next household of a kind. Raises LookupError when all have filed."""
        household = next(self._waiting[kind], None)
        if household is None:
            raise LookupError(f"no {kind} household is left in the town")
        return household

    def certificate(
        self, resident: Resident, slot: Slot, *, authority: str = USUAL_AUTHORITY, purpose: str = "signing", until: datetime | None = None
    ) -> Signer:
        """A certificate issued some months before filing. until: its end, by default five years later."""
        self._serial += 1
        start = slot.submitted.astimezone(UTC).replace(hour=0, minute=0, second=0) - timedelta(days=200)
        end = until or start + timedelta(days=5 * 365)
        return issue(resident, authority=authority, serial=self._serial, valid_from=start, valid_until=end, purpose=purpose)

    def revoke(self, signer: Signer, *, moment: datetime, reason: int) -> None:
        """Have a signing certificate of the usual authority revoked. reason: CRLReason number 1, 3 or 4."""
        self.revocations.append(Revocation(USUAL_AUTHORITY, signer.certificate.serial_number, moment, reason))

    def file(self, procedure: str, household: Household, slot: Slot) -> Application:
        """File one of the portal's procedures for a household."""
        return self.file_form(FORMS[procedure], household, slot)

    def file_form(self, form: Form, household: Household, slot: Slot) -> Application:
        """Fill in a form for a household, sign it where residents do, and attach what the form asks for."""
        occasion = Occasion(slot.submitted, self.town.day, dice(self.town.seed, slot.receipt))
        filled = form.fill(household, occasion)
        applicant = filled.applicant
        attachments = tuple(self._attach(place, one, applicant, slot) for place, one in enumerate(filled.documents, start=1))
        return Application(
            slot=slot,
            form=form,
            municipality=self.municipality,
            filled=content(form, filled, occasion, attached=[(one.name, one.digest) for one in attachments]),
            signer=self.certificate(applicant, slot) if form.signed or self._signs_freely(slot) else None,
            auth_serial=applicant.cards[-1].serial,
            applicant=applicant,
            persons=filled.persons,
            attachments=attachments,
        )

    def _signs_freely(self, slot: Slot) -> bool:
        """Some sign although the procedure does not ask for it."""
        return dice(self.town.seed, slot.receipt, "signs").random() < SIGN_FREELY

    def _attach(self, place: int, document: Document, owner: Resident, slot: Slot) -> Attachment:
        name, title = f"attachments/{place:02}.{document.kind}", f"{document.title}.{document.kind}"
        return Attachment(name, title, document.code, self._picture(document, owner, slot))

    def _picture(self, document: Document, owner: Resident, slot: Slot) -> bytes:
        if document.data:
            return document.data
        if document.kind == "pdf":
            return self.printer.attachment(title=document.title, owner=owner.name, made=slot.submitted)
        return (tiny_png if document.kind == "png" else tiny_jpeg)(f"{document.code} {slot.receipt}")
