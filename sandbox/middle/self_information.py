"""Self-information (自己情報提供, JTK): what the portal shows a resident of the copies, by the number of the resident's request."""

import hashlib
import sqlite3
from typing import Any

from sandbox.middle.copies import Copies
from sandbox.middle.kinds import PERSON
from sandbox.middle.persons import Persons
from sandbox.middle.requests import Body
from sandbox.middle.store import Store


class SelfInformation:
    """Requests of residents at the portal (自己情報開示請求) and their answers."""

    def __init__(self, store: Store, copies: Copies, persons: Persons) -> None:
        self._store = store
        self._copies = copies
        self._persons = persons

    def issue(self, number: str) -> str:
        """The request number (請求番号) that a resident carries to the counter; one for each person."""
        request_number = "J" + str(int(hashlib.sha256(f"request:{number}".encode()).hexdigest(), 16))[:11]
        with self._store.change() as link:
            link.execute("INSERT OR IGNORE INTO resident_requests VALUES (?, ?)", (request_number, number))
        return request_number

    def status(self, link: sqlite3.Connection, _request_id: str, body: Body) -> Body:
        """Work off a question for the state of a resident's request (JTK 10121)."""
        return _head(link, body["requestNumber"])

    def content(self, link: sqlite3.Connection, _request_id: str, body: Body) -> Body:
        """Work off a question for what the resident sees (JTK 10223): nothing while the person is not to be disclosed."""
        head = _head(link, body["requestNumber"])
        if head["status"] == "unknown":
            return {**head, "copies": []}
        hidden = self._persons.flags_of(link, head[PERSON])["nondisclosure"]
        copies = [] if hidden == "1" else self._copies.of_person(link, head[PERSON])
        return {**head, "nondisclosure": hidden, "copies": copies}


def _head(link: sqlite3.Connection, request_number: str) -> dict[str, Any]:
    row = link.execute("SELECT number FROM resident_requests WHERE request_number = ?", (request_number,)).fetchone()
    return {"requestNumber": request_number, "status": "prepared" if row else "unknown", PERSON: row["number"] if row else ""}
