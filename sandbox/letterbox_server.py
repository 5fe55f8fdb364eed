"""Stand-in of a digital letter-box service (民間送達サービス): members consent, documents are kept for them, openings are told."""

import hashlib
import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.counter import Counter, Operation
from sandbox.faults import FaultDesk
from sandbox.journals import Journals
from sandbox.resident.mailbox import Mailbox
from sandbox.web import Answer, Request, error

_TEXTS = ("reference", "atenabango", "kind", "subject", "body")
_LARGEST = 5_242_880
SYSTEM = "letterbox"


class LetterboxDesk:
    """The letter-boxes of one municipality's residents, rebuilt from the journal of effects."""

    def __init__(self, client_id: str, *, journals: Journals, boxes: Mailbox, now: Callable[[], str]) -> None:
        self._client_id = client_id
        self._journals = journals
        self._boxes = boxes
        self._now = now
        self._deliveries: dict[str, dict[str, Any]] = {one["key"]: one for one in journals.earlier(SYSTEM, "delivery")}
        self._consents: list[dict[str, Any]] = list(journals.earlier(SYSTEM, "consent"))
        self._openings: list[dict[str, Any]] = list(journals.earlier(SYSTEM, "opening"))

    def counter(self, secret: str, faults: FaultDesk) -> Counter:
        """The counter that serves this desk."""
        operations = (
            Operation("send", "POST", "/deliveries", self._send),
            Operation("state", "POST", "/deliveries/state", self._state),
            Operation("consents", "POST", "/consents", self._consents_after),
            Operation("openings", "POST", "/openings", self._openings_after),
        )
        return Counter(SYSTEM, client=(self._client_id, secret), operations=operations, journals=self._journals, faults=faults)

    def consent(self, atena: str, kinds: str, act: str, at: str) -> str:
        """A resident consents (given) or takes it back (withdrawn); gives the consent's id. kinds: separated by commas, or all."""
        if act not in ("given", "withdrawn"):
            raise ValueError("act is given or withdrawn")
        consent = "C" + hashlib.sha256(f"consent:{atena}".encode()).hexdigest()[:12]
        entry = {"sequence": len(self._consents) + 1, "atena": atena, "kinds": kinds, "act": act, "at": at}
        self._journals.effect(SYSTEM, "consent", consent, **entry)
        self._consents.append({"key": consent, **entry})
        return consent

    def open(self, reference: str, at: str) -> list[dict[str, str]]:
        """A resident opens a delivery; only the first time is told. Gives its documents. Raises KeyError for an unknown reference."""
        delivery = self._boxes.one(reference)
        if not self.opened_at(reference):
            entry = {"sequence": len(self._openings) + 1, "at": at}
            self._journals.effect(SYSTEM, "opening", reference, **entry)
            self._openings.append({"key": reference, **entry})
        documents: list[dict[str, str]] = delivery["documents"]
        return documents

    def opened_at(self, reference: str) -> str:
        """When a delivery was opened first; empty for one that is still closed."""
        return next((str(one["at"]) for one in self._openings if one["key"] == reference), "")

    def deliveries(self, atena: str) -> list[dict[str, Any]]:
        """What lies in a resident's box, the newest first."""
        return self._boxes.of(atena)

    def agreed_at(self, atena: str) -> str:
        """Since when a resident consents to deliveries of any kind; empty without a consent."""
        last = self._last_said(atena)
        return str(last["at"]) if last and last["act"] == "given" else ""

    def tasks(self) -> dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]]:
        """What tests and the demo may do as residents: path below /control → task."""

        def consent(cells: Mapping[str, Any]) -> dict[str, Any]:
            return {"consent": self.consent(cells["atenabango"], cells["kinds"], cells["act"], cells["at"])}

        def open_delivery(cells: Mapping[str, Any]) -> dict[str, Any]:
            return {"documents": self.open(cells["reference"], cells["at"])}

        return {"/letterbox_consent": consent, "/letterbox_open": open_delivery}

    def _send(self, request: Request) -> Answer:
        cells = request.cells
        documents = cells.get("documents")
        if any(not isinstance(cells.get(key), str) or not cells[key] for key in _TEXTS) or not isinstance(documents, list):
            return error(400, "DELIVERY")
        reference, digest = cells["reference"], hashlib.sha256(json.dumps(cells, sort_keys=True).encode()).hexdigest()
        if known := self._deliveries.get(reference):
            return Answer(200, {"result": "accepted"}) if known["digest"] == digest else error(409, "REFERENCE")
        if not self._agreed(cells["atenabango"], cells["kind"]):
            return Answer(200, {"result": "not_registered"})
        if not _whole(documents):
            return error(400, "DOCUMENT")
        entry = {"digest": digest, "kind": cells["kind"], "documents": [one["sha256"] for one in documents]}
        self._deliveries[reference] = entry
        self._boxes.put({**cells, "deliveredAt": self._now()})
        self._journals.effect(SYSTEM, "delivery", reference, **entry)
        return Answer(200, {"result": "accepted"})

    def _agreed(self, atena: str, kind: str) -> bool:
        last = self._last_said(atena)
        return last is not None and last["act"] == "given" and (last["kinds"] == "all" or kind in last["kinds"].split(","))

    def _last_said(self, atena: str) -> dict[str, Any] | None:
        return next((one for one in reversed(self._consents) if one["atena"] == atena), None)

    def _state(self, request: Request) -> Answer:
        known = str(request.cells.get("reference", "")) in self._deliveries
        return Answer(200, {"state": "accepted" if known else "unknown"})

    def _consents_after(self, request: Request) -> Answer:
        rows = _page(self._consents, request)
        keys = {"consentId": "key", "atenabango": "atena", "kinds": "kinds", "act": "act", "at": "at", "sequence": "sequence"}
        return Answer(200, {"consents": [{name: str(one[key]) for name, key in keys.items()} for one in rows]})

    def _openings_after(self, request: Request) -> Answer:
        rows = _page(self._openings, request)
        keys = {"reference": "key", "openedAt": "at", "sequence": "sequence"}
        return Answer(200, {"openings": [{name: str(one[key]) for name, key in keys.items()} for one in rows]})


def _page(entries: list[dict[str, Any]], request: Request) -> list[dict[str, Any]]:
    after, count = int(request.cells["after"]), int(request.cells["count"])
    return [one for one in entries if one["sequence"] > after][:count]


def _whole(documents: list[Mapping[str, str]]) -> bool:
    contents = [(b64decode(one["content"]), one["sha256"]) for one in documents]
    return sum(len(data) for data, _ in contents) <= _LARGEST and all(hashlib.sha256(data).hexdigest() == said for data, said in contents)
