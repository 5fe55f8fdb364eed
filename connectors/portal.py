"""The portal's municipal interface (マイナポータル申請管理): list, fetch, list of processing statuses, status update.

Assumptions about the interface stand in ``connectors/profiles/portal.yaml``.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from connectors.connections import HttpConnection
from connectors.errors import PermanentError, TransientError
from connectors.http_session import Answer, HttpSession, Patience
from connectors.profile import read_profile

_PROFILE = read_profile("portal")
STATUSES: Mapping[str, str] = _PROFILE["statuses"]
"""申請処理状況: code → the word that residents see."""
_PATH: Mapping[str, str] = {name: operation["path"] for name, operation in _PROFILE["operations"].items()}
_LISTING_ATTEMPTS = 5
_VERSION = re.compile("[0-9]{1,9}")


class Withdrawn(Exception):  # noqa: N818  it names what the resident did, not a defect
    """The resident withdrew (取下げ) the application between list and fetch."""

    def __init__(self, receipt: str) -> None:
        super().__init__(receipt)
        self.receipt = receipt


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of the portal's list. ``procedure``: 手続ID; ``version``: the portal's version of the application at listing.

    withdrawn: the resident took it back (取下げ), before or after it was fetched.
    """

    receipt: str
    procedure: str
    version: int
    arrived_at: datetime
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of the list with the portal's figures at that moment."""

    total: int
    pages: int
    items: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class Fetched:
    """The ZIP of an application, digest checked; ``version`` may be newer than the listed one."""

    data: bytes = field(repr=False)
    version: int


@dataclass(frozen=True, slots=True)
class PortalStatus:
    """What the portal shows for an application, and under which reference it was set (empty: by nobody yet)."""

    status: str
    reference: str


class PortalClient:
    """Client of one municipality. Logs in at the first call; keeps the connection open until ``close``."""

    def __init__(self, connection: HttpConnection) -> None:
        self._system = connection.name
        self._municipality = connection.client_id
        patience = Patience(body=int(_PROFILE["largest_package_bytes"]))
        self._session = HttpSession(connection, login=_PATH["login"], patience=patience, codes=_PROFILE["errors"])

    def __enter__(self) -> "PortalClient":
        """The client itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def list_page(self, page: int) -> ListPage:
        """One page of the list, counted from 1. Rows may repeat on other pages and shift while being read."""
        answer = self._session.call("list", "POST", _PATH["list"], {"municipalityCode": self._municipality, "page": page})
        cells = answer.json()
        for key in ("total", "pages"):
            if type(cells.get(key)) is not int:
                raise answer.unlike_profile(key)
        items = tuple(_listed(answer, item) for item in answer.items("items"))
        return ListPage(cells["total"], cells["pages"], items)

    def listing(self) -> tuple[Listed, ...]:
        """Every row of the list, each (receipt, version) once, in order of first sight.

        Reads all pages again as long as the portal's total changes meanwhile, because rows that arrive push others over page borders.
        Raises TransientError when the list never stands still.
        """
        found: dict[tuple[str, int], Listed] = {}
        for _ in range(_LISTING_ATTEMPTS):
            first = self.list_page(1)
            pages = [first, *(self.list_page(number) for number in range(2, first.pages + 1))]
            for row in (row for page in pages for row in page.items):
                found.setdefault((row.receipt, row.version), row)
            if {page.total for page in pages} == {first.total}:
                return tuple(found.values())
        raise TransientError(self._system, f"list: total changed in each of {_LISTING_ATTEMPTS} readings")

    def fetch(self, receipt: str) -> Fetched:
        """The application's ZIP. Raises Withdrawn when the resident took it back meanwhile, TransientError when bytes do not match."""
        answer = self._session.call("fetch", "GET", _PATH["fetch"] + quote(receipt, safe=""), wanted=(200, 410))
        if answer.status == 410:
            if answer.text("code") != "WITHDRAWN":
                raise answer.unlike_profile("code")
            raise Withdrawn(receipt)
        if answer.headers.get("content-type") != "application/zip":
            raise TransientError(self._system, "fetch: status 200 without a ZIP")
        if hashlib.sha256(answer.body).hexdigest() != answer.headers.get("x-content-sha256", "").lower():
            raise TransientError(self._system, "fetch: bytes differ from the digest in the header")
        version = answer.headers.get("x-version", "")
        if not _VERSION.fullmatch(version):
            raise answer.unlike_profile("X-Version")
        return Fetched(answer.body, int(version))

    def statuses(self, receipts: Iterable[str]) -> dict[str, PortalStatus]:
        """What the portal shows now, by receipt number; receipts unknown there are absent. For looking after an uncertain update."""
        found: dict[str, PortalStatus] = {}
        wanted, size = list(receipts), int(_PROFILE["receipts_per_status_list"])
        for start in range(0, len(wanted), size):
            body = {"municipalityCode": self._municipality, "receiptNumbers": wanted[start : start + size]}
            answer = self._session.call("status_list", "POST", _PATH["status_list"], body)
            for item in answer.items("items"):
                status = PortalStatus(self._known(item.get("status")), answer.text("reference", item))
                found[answer.text("receiptNumber", item)] = status
        return found

    def update_status(self, receipt: str, status: str, reference: str, comment: str = "") -> None:
        """Set the status (a code of ``STATUSES``) under the hub's own reference; the same reference again has no second effect.

        After a TransientError the update may have happened: ``statuses`` tells by the reference.
        """
        if status not in STATUSES:
            raise PermanentError(self._system, f"status_update: status {status} is not one of {', '.join(STATUSES)}")
        body = {"receiptNumber": receipt, "status": status, "reference": reference, "comment": comment}
        answer = self._session.call("status_update", "POST", _PATH["status_update"], body)
        if answer.text("result") != "updated":
            raise answer.unlike_profile("result")

    def _known(self, status: object) -> str:
        if isinstance(status, str) and (status in STATUSES or status == _PROFILE["untouched"]):
            return status
        raise PermanentError(self._system, "status_list: a status code that connectors/profiles/portal.yaml lacks; add it there")


def _listed(answer: Answer, item: Mapping[str, Any]) -> Listed:
    if type(item.get("version")) is not int or not _VERSION.fullmatch(str(item["version"])):
        raise answer.unlike_profile("version")
    try:
        arrived = datetime.fromisoformat(answer.text("arrivedAt", item))
    except ValueError:
        raise answer.unlike_profile("arrivedAt") from None
    if arrived.tzinfo is None:
        raise answer.unlike_profile("arrivedAt")
    state = item.get("state", "ACTIVE")
    if state not in _PROFILE["listing_states"]:
        raise answer.unlike_profile("state")
    return Listed(answer.text("receiptNumber", item), answer.text("procedureId", item), item["version"], arrived, state == "WITHDRAWN")
