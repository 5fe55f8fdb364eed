"""Stand-in of the portal's municipal interface (マイナポータル申請管理)."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sandbox.counter import Counter, Operation
from sandbox.faults import FaultDesk
from sandbox.journals import Journals
from sandbox.portal_listings import Listings
from sandbox.web import Answer, Request, error

PAGE = 50
STATUSES = frozenset({"RECEIVED", "EXAMINING", "CORRECTION", "WITHDRAWN", "REJECTED", "COMPLETED"})


class Portal:
    """The applications of one municipality and their statuses, rebuilt from the listings and the journal of effects."""

    def __init__(self, municipality: str, *, listings: Listings, journals: Journals, now: Callable[[], str]) -> None:
        """``now``: the stand-ins' time as ISO text."""
        self._municipality = municipality
        self._listings = listings
        self._journals = journals
        self._now = now
        self._fetched = {entry["receipt"] for entry in journals.earlier("portal", "fetched")}
        self._versions = {entry["key"] for entry in journals.earlier("portal", "fetched")}
        self._withdrawn = {entry["key"] for entry in journals.earlier("portal", "withdrawn")}
        self._updates: dict[str, dict[str, Any]] = {entry["key"]: entry for entry in journals.earlier("portal", "status")}
        self._statuses: dict[str, dict[str, Any]] = {entry["receipt"]: entry for entry in journals.earlier("portal", "status")}

    def counter(self, secret: str, faults: FaultDesk) -> Counter:
        """The counter that serves this portal."""
        operations = (
            Operation("list", "POST", "/applications/list", self._list),
            Operation("fetch", "GET", "/applications/", self._fetch),
            Operation("status_list", "POST", "/status/list", self._status_list),
            Operation("status_update", "POST", "/status/update", self._status_update),
        )
        client = (self._municipality, secret)
        return Counter("portal", client=client, operations=operations, journals=self._journals, faults=faults)

    def _list(self, request: Request) -> Answer:
        page = request.cells.get("page")
        if request.cells.get("municipalityCode") != self._municipality:
            return error(403, "MUNICIPALITY")
        if type(page) is not int or page < 1:
            return error(400, "PAGE")
        rows = self._listings.seen(self._fetched, self._withdrawn)
        if request.act == "shift" and len(rows) > PAGE:
            # The newest row arrives just after this answer and pushes the others over the border of the next page.
            rows = rows[1:]
        start = (page - 1) * PAGE
        if request.act == "repeat_row" and page > 1:
            start -= 1
        items = [{**row.item(), "state": self._state(row.receipt)} for row in rows[start : page * PAGE]]
        return Answer(200, {"total": len(rows), "page": page, "pages": max(1, -(-len(rows) // PAGE)), "items": items})

    def _state(self, receipt: str) -> str:
        return "WITHDRAWN" if receipt in self._withdrawn else "ACTIVE"

    def corrections(self) -> dict[str, datetime]:
        """受付番号 → when it was shown as 補正依頼中, of those that are shown so and not withdrawn."""
        shown = {receipt: entry for receipt, entry in self._statuses.items() if entry["status"] == "CORRECTION"}
        return {key: datetime.fromisoformat(entry["at"]) for key, entry in shown.items() if key not in self._withdrawn}

    def withdraw(self, receipt: str) -> None:
        """A resident takes an application back."""
        self._withdrawn.add(receipt)
        self._journals.effect("portal", "withdrawn", receipt)

    def _fetch(self, request: Request) -> Answer:
        receipt = request.path.removeprefix("/applications/")
        rows = {row.receipt: row for row in self._listings.seen(self._fetched, self._withdrawn)}
        row = rows.get(receipt)
        if row is None:
            return error(410, "WITHDRAWN") if receipt in self._withdrawn else error(404, "UNKNOWN")
        if receipt in self._withdrawn:
            return error(410, "WITHDRAWN")
        if row.withdrawn or request.act == "withdrawn":
            self.withdraw(receipt)
            return error(410, "WITHDRAWN")
        data = row.zip.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        key = f"{receipt}.v{row.version}"
        if key not in self._versions:
            self._versions.add(key)
            self._fetched.add(receipt)
            self._journals.effect("portal", "fetched", key, receipt=receipt, sha256=digest)
        headers = {"Content-Type": "application/zip", "X-Content-SHA256": digest, "X-Version": str(row.version)}
        return Answer(200, data, headers)

    def _status_list(self, request: Request) -> Answer:
        wanted = request.cells.get("receiptNumbers")
        if request.cells.get("municipalityCode") != self._municipality:
            return error(403, "MUNICIPALITY")
        if not isinstance(wanted, list):
            return error(400, "RECEIPTS")
        return Answer(200, {"items": [self._status(receipt) for receipt in wanted if self._listings.knows(receipt)]})

    def status_of(self, receipt: str) -> str:
        """The code of the 処理状況 that a resident sees."""
        return "WITHDRAWN" if receipt in self._withdrawn else self._status(receipt)["status"]

    def _status(self, receipt: str) -> dict[str, str]:
        known = self._statuses.get(receipt, {})
        return {
            "receiptNumber": receipt,
            "status": known.get("status", "ARRIVED"),
            "reference": known.get("reference", ""),
            "updatedAt": known.get("at", ""),
        }

    def _status_update(self, request: Request) -> Answer:
        receipt, status, reference = (str(request.cells.get(key, "")) for key in ("receiptNumber", "status", "reference"))
        if status not in STATUSES or not reference:
            return error(400, "STATUS")
        if not self._listings.knows(receipt):
            return error(404, "UNKNOWN")
        earlier = self._updates.get(reference)
        if earlier and (earlier["receipt"], earlier["status"]) != (receipt, status):
            return error(409, "REFERENCE")
        if not earlier:
            entry = {"receipt": receipt, "status": status, "reference": reference, "at": self._now()}
            self._updates[reference] = self._statuses[receipt] = entry
            self._journals.effect("portal", "status", reference, **entry)
        return Answer(200, {"result": "updated"})
