"""A filing made again (再申請): the earlier application with what was wrong set right, signed anew, under its own 受付番号."""

import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from lxml import etree

from sandbox.addresses import Home
from sandbox.applications import USUAL_AUTHORITY
from sandbox.form_pdf import Printer
from sandbox.forms import NAMESPACE
from sandbox.forms_catalogue import FORMS
from sandbox.jpki import Signer, issue
from sandbox.jpki_signature import DS, sign_content
from sandbox.packages import MANIFEST_NAMESPACE, pack, xml_bytes
from sandbox.town_people import Card, Resident

_FIRST_SERIAL = 0x2000_0000_0000_0000


@dataclass(frozen=True, slots=True)
class Refiling:
    """What a resident files again. remedy: path of an element below 申請内容 → its right text. previous: the number that it names."""

    receipt: str
    previous: str
    moment: datetime
    remedy: Mapping[str, str]


def refiled(package: Path, wanted: Refiling, people: Mapping[str, Resident]) -> bytes:
    """The 申請ZIP of an application filed again. people: residents by the serial number of their card. Raises KeyError for a stranger."""
    with zipfile.ZipFile(package) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = etree.fromstring(members["manifest.xml"])
    applicant = people[_text(manifest, "利用者証明用電子証明書シリアル番号")]
    form = next(form for form in FORMS.values() if form.portal_id == _text(manifest, "手続ID"))
    filled = _set_right(etree.fromstring(members["application.xml"]), wanted.remedy)
    if form.signed:
        sign_content(filled, reference="shinsei", signer=signer_of(applicant, wanted.receipt, wanted.moment))
    moments = {"submitted": wanted.moment, "arrived": wanted.moment}
    members["manifest.xml"] = xml_bytes(_named(manifest, wanted))
    members["application.xml"] = xml_bytes(filled)
    members["form.pdf"] = Printer().form(filled[0], title=form.title, receipt=wanted.receipt, **moments)
    return pack(members.items())


def _named(manifest: etree._Element, wanted: Refiling) -> etree._Element:
    """The manifest under the new 受付番号, with the earlier one as 前回受付番号."""
    texts = {"受付番号": wanted.receipt, "申請日時": wanted.moment.isoformat(), "到達日時": wanted.moment.isoformat()}
    for name, text in texts.items():
        _part(manifest, name).text = text
    for old in manifest.findall(f"{{{MANIFEST_NAMESPACE}}}前回受付番号"):
        manifest.remove(old)
    previous = etree.Element(f"{{{MANIFEST_NAMESPACE}}}前回受付番号")
    previous.text = wanted.previous
    _part(manifest, "添付一覧").addprevious(previous)
    return manifest


def _set_right(package: etree._Element, remedy: Mapping[str, str]) -> etree._Element:
    """The 申請パッケージ with the right texts and without its old signature."""
    for signature in package.findall(f"{{{DS}}}Signature"):
        package.remove(signature)
    for path, text in remedy.items():
        found = package[0].find("/".join(f"{{{NAMESPACE}}}{name}" for name in path.split("/")))
        if found is None:
            raise KeyError(path)
        found.text = text
    return package


def signer_of(applicant: Resident, receipt: str, moment: datetime) -> Signer:
    """A certificate of the applicant that is valid at the moment of filing; each receipt number has its own."""
    start = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=100)
    serial = _FIRST_SERIAL + int(receipt.replace("-", ""))
    return issue(applicant, authority=USUAL_AUTHORITY, serial=serial, valid_from=start, valid_until=start + timedelta(days=1825))


def _part(root: etree._Element, name: str) -> etree._Element:
    found = root.find(f"{{{MANIFEST_NAMESPACE}}}{name}")
    if found is None:
        raise KeyError(name)
    return found


def _text(root: etree._Element, name: str) -> str:
    return _part(root, name).text or ""


def residents_by_card(file: Path) -> dict[str, Resident]:
    """The residents of ``people.jsonl`` by the serial numbers of their cards."""
    return by_card(residents(file))


def residents(file: Path) -> list[Resident]:
    """The residents of ``people.jsonl``."""
    return [_resident(json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]


def by_card(people: Iterable[Resident]) -> dict[str, Resident]:
    """Residents by the serial numbers of their cards."""
    return {card.serial: person for person in people for card in person.cards}


def _resident(cells: dict[str, Any]) -> Resident:
    days = {name: date.fromisoformat(cells[name]) if cells[name] else None for name in ("birth", "moved", "died")}
    cards = tuple(_card(card) for card in cells["cards"])
    return Resident(**{**cells, **days, "home": Home(**cells["home"]), "cards": cards})


def _card(cells: dict[str, Any]) -> Card:
    days = {name: date.fromisoformat(cells[name]) for name in ("valid_from", "valid_until")}
    return Card(**{**cells, **days})
