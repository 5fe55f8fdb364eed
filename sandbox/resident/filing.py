"""Filing by hand (手作業の申請): a form filled in for a person, changed by the reader, signed with a test card, listed."""

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from lxml import etree

from sandbox.applications import Application, Bureau, Slot
from sandbox.correction_filings import Refiling, refiled, signer_of
from sandbox.forms import Form
from sandbox.forms_catalogue import FORMS
from sandbox.listing_lines import line_of
from sandbox.packages import MANIFEST_NAMESPACE
from sandbox.resident.fields import Field, fields_of, set_texts
from sandbox.resident.people import People
from sandbox.town import Town
from sandbox.town_people import Resident

_FIRST_NUMBER = 90_000_000


@dataclass(frozen=True, slots=True)
class Filed:
    """An application at the portal. previous: the 受付番号 that a filing made again names."""

    receipt: str
    atena: str
    form: Form
    arrived: datetime
    previous: str


class FilingDesk:
    """Lists what residents file by hand beside what the town's day brings. ``portal``: the stand-in's folder."""

    def __init__(self, portal: Path, people: People, municipality: str) -> None:
        self._portal = portal
        self._people = people
        self._bureau = Bureau(Town(people.seed, people.day, {}), people.day, municipality)
        self._filed: dict[str, Filed | None] = {}

    def fields(self, person: Resident, form: Form, now: datetime) -> list[Field]:
        """The fields of a form with what the portal knows of the person already."""
        return fields_of(self._draft(person, form, now).filled)

    def file(self, person: Resident, form: Form, texts: Mapping[str, str], now: datetime) -> str:
        """File a form with these texts. Gives the 受付番号."""
        draft, receipt = self._draft(person, form, now), self._next_number(now)
        set_texts(draft.filled, texts)
        signer = signer_of(person, receipt, now) if draft.signer else None
        application = replace(draft, slot=Slot(receipt, now, now), signer=signer)
        line = line_of(application, application.packed(self._bureau.printer))
        self._list(line.record(), line.package)
        return receipt

    def fields_again(self, previous: Filed) -> list[Field]:
        """The fields of an application as it was filed."""
        return fields_of(self._content(self._zip(previous.receipt)))

    def file_again(self, previous: Filed, texts: Mapping[str, str], now: datetime) -> str:
        """File an application again with these texts, naming the earlier one. Gives the new 受付番号."""
        package, receipt = self._zip(previous.receipt), self._next_number(now)
        content = self._content(package)
        known = {field.path: field.text for field in fields_of(content)}
        remedy = {path: text.strip() for path, text in texts.items() if path in known and text.strip() != known[path]}
        data = refiled(package, Refiling(receipt, previous.receipt, now, remedy), self._people.by_card)
        stamp = now.isoformat()
        line = {"receipt": receipt, "procedure": previous.form.portal_id, "version": 1, "arrived_at": stamp, "submitted_at": stamp}
        self._list({**line, "zip": f"zips/{receipt}.v1.zip", "defect": None, "appears": "start", "withdrawn": None}, data)
        return receipt

    def filed(self) -> list[Filed]:
        """Everything that residents of the town filed, the newest first."""
        for line in self._lines():
            if line["receipt"] not in self._filed:
                self._filed[line["receipt"]] = self._read(line)
        found = [one for one in self._filed.values() if one is not None]
        return sorted(found, key=lambda one: (one.arrived, one.receipt), reverse=True)

    def _draft(self, person: Resident, form: Form, now: datetime) -> Application:
        """The same draft whenever it is asked for, so that a posted form meets the fields that were shown."""
        return self._bureau.file_form(form, self._people.household(person), Slot(f"{person.atena}-{form.id}", now, now))

    def _lines(self) -> list[dict[str, Any]]:
        file = self._portal / "listings.jsonl"
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.is_file() else []

    def _next_number(self, now: datetime) -> str:
        taken = {line["receipt"] for line in self._lines()}
        number = _FIRST_NUMBER + 1
        while f"{now:%Y%m%d}-{number:08}" in taken:
            number += 1
        return f"{now:%Y%m%d}-{number:08}"

    def _list(self, line: Mapping[str, Any], package: bytes) -> None:
        file = self._portal / str(line["zip"])
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(package)
        with (self._portal / "listings.jsonl").open("a", encoding="utf-8") as listings:
            listings.write(json.dumps(line, ensure_ascii=False) + "\n")

    def _zip(self, receipt: str) -> Path:
        return self._portal / next(str(line["zip"]) for line in reversed(self._lines()) if line["receipt"] == receipt)

    @staticmethod
    def _content(package: Path) -> etree._Element:
        with zipfile.ZipFile(package) as archive:
            return etree.fromstring(archive.read("application.xml"))[0]

    def _read(self, line: Mapping[str, Any]) -> Filed | None:
        """None for what no resident of the town filed, or for what cannot be read: defects are planted on purpose."""
        try:
            with zipfile.ZipFile(self._portal / line["zip"]) as archive:
                manifest = etree.fromstring(archive.read("manifest.xml"))
        except (zipfile.BadZipFile, KeyError, OSError, etree.XMLSyntaxError, NotImplementedError, RuntimeError):
            return None
        person = self._people.by_card.get(_text(manifest, "利用者証明用電子証明書シリアル番号"))
        form = next((one for one in FORMS.values() if one.portal_id == line["procedure"]), None)
        if person is None or form is None:
            return None
        arrived = datetime.fromisoformat(line["arrived_at"])
        return Filed(line["receipt"], person.atena, form, arrived, _text(manifest, "前回受付番号"))


def _text(root: etree._Element, name: str) -> str:
    return root.findtext(f"{{{MANIFEST_NAMESPACE}}}{name}") or ""
