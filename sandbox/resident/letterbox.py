"""A resident's digital letter-box (民間送達サービス) at ``/resident/<宛名番号>/letterbox``: consent, what was delivered, opening it."""

from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from sandbox.letterbox_server import LetterboxDesk
from sandbox.resident.pages import button, form, go, html, link, moment, page, way_up
from sandbox.town_people import Resident
from sandbox.web import Answer

Delivery = Mapping[str, Any]
TITLE = "民間送達サービスの受信箱"


class LetterboxPages:
    """The pages over the service's desk. now: the stand-ins' time as ISO 8601."""

    def __init__(self, desk: LetterboxDesk, now: Callable[[], str]) -> None:
        self._desk = desk
        self._now = now

    def summary(self, person: Resident) -> str:
        """What a resident's own page says of the box."""
        found = self._desk.deliveries(person.atena)
        closed = sum(not self._desk.opened_at(one["reference"]) for one in found)
        agreed = "同意しています" if self._desk.agreed_at(person.atena) else "同意していません"
        return f"{TITLE}（{agreed}。届いた文書 {len(found)}件、未開封 {closed}件）"

    def respond(self, person: Resident, steps: Sequence[str], posted: Mapping[str, str] | None) -> Answer:
        """The page of a path below the box. Raises KeyError or ValueError where there is none."""
        match steps:
            case [] if posted is None:
                return html(page(TITLE, self._box(person), above=way_up(person.atena)))
            case [] if posted is not None:
                self._desk.consent(person.atena, "all", posted["act"], self._now())
            case [reference] if posted is not None:
                self._desk.open(self._own(person, reference)["reference"], self._now())
            case [reference, name]:
                return self._document(self._own(person, reference), name)
            case _:
                raise KeyError(*steps)
        return go(f"/{person.atena}/letterbox")

    def _own(self, person: Resident, reference: str) -> Delivery:
        return next(one for one in self._desk.deliveries(person.atena) if one["reference"] == reference)

    def _document(self, delivery: Delivery, name: str) -> Answer:
        if not self._desk.opened_at(delivery["reference"]):
            raise KeyError(name)
        one = next(one for one in delivery["documents"] if one["name"] == name)
        return Answer(200, b64decode(one["content"]), {"Content-Type": one["type"]})

    def _box(self, person: Resident) -> str:
        shown = "".join(self._shown(person, one) for one in self._desk.deliveries(person.atena)) or "<p>届いた文書はありません。</p>"
        return f"<h2>受け取りの同意</h2>{self._consent(person)}<h2>届いた文書</h2>{shown}"

    def _consent(self, person: Resident) -> str:
        since = self._desk.agreed_at(person.atena)
        said = f"{moment(datetime.fromisoformat(since))}から同意しています。" if since else "同意していません。文書は紙で届きます。"
        act, label = ("withdrawn", "同意をやめる") if since else ("given", "受け取りに同意する")
        return f"<article><p>{said}</p>{form(f'/{person.atena}/letterbox', button(label, name='act', value=act, style='second'))}</article>"

    def _shown(self, person: Resident, one: Delivery) -> str:
        opened = self._desk.opened_at(one["reference"])
        path = f"/{person.atena}/letterbox/{one['reference']}"
        head = f"<h3>{escape(one['subject'])}</h3>"
        arrived = f'<p class="note">{moment(datetime.fromisoformat(one["deliveredAt"]))}に届きました。'
        if not opened:
            return f"<article>{head}{arrived}まだ開封していません。</p>{form(path, button('開封する'))}</article>"
        names = [file["name"] for file in one["documents"]]
        files = "".join(f"<li>{link(f'{path}/{name}', name)}</li>" for name in names)
        told = f"{arrived}{moment(datetime.fromisoformat(opened))}に開封しました。</p>"
        return f'<article>{head}{told}<p class="text">{escape(one["body"])}</p><ul>{files}</ul></article>'
