"""Paired requests and results (要求と結果取得) of the intermediate server: taken at once, worked off later, answered as often as asked."""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sandbox.middle.store import Store
from sandbox.web import Answer, Request, error

Body = Mapping[str, Any]
Work = Callable[[sqlite3.Connection, str, Body], Body]
"""Works a request off: the transaction, its requestId, its body; returns what the result answers besides requestId and state."""
_ASKED_UNTIL_DONE = 2
_LATE_HOURS = "12"


@dataclass(frozen=True, slots=True)
class Function:
    """A request and its work. name: the published number of the request, e.g. ``dbm/80123``."""

    name: str
    work: Work


class RequestBook:
    """All requests of the server, worked off in the order in which they came."""

    def __init__(self, store: Store, functions: tuple[Function, ...], now: Callable[[], datetime]) -> None:
        self._store = store
        self._work = {function.name: function.work for function in functions}
        self._now = now

    def take(self, name: str, request: Request) -> Answer:
        """Take a request: the same once more changes nothing, other content under its requestId is a conflict."""
        request_id = request.cells.get("requestId")
        if not isinstance(request_id, str) or not request_id:
            return error(400, "REQUEST_ID")
        body = {key: value for key, value in request.cells.items() if key != "requestId"}
        with self._store.change() as link:
            known = self.known(link, name, request_id)
            if known is not None:
                return Answer(200, {"accepted": True}) if known["digest"] == digest_of(body) else error(409, "REQUEST_ID")
            self.enter(link, name, request_id, body=body, complete=True, held=self.late(request))
        return Answer(200, {"accepted": True})

    def known(self, link: sqlite3.Connection, name: str, request_id: str) -> sqlite3.Row | None:
        """The request of an id, when there is one."""
        found: sqlite3.Row | None = link.execute(
            "SELECT * FROM requests WHERE function = ? AND request_id = ?", (name, request_id)
        ).fetchone()
        return found

    def enter(self, link: sqlite3.Connection, name: str, request_id: str, *, body: Body, complete: bool, held: str) -> None:
        """Write a new request down. held: the instant before which it is not worked off, or empty."""
        link.execute(
            "INSERT INTO requests (function, request_id, digest, body, complete, held_until) VALUES (?, ?, ?, ?, ?, ?)",
            (name, request_id, digest_of(body), json.dumps(body, ensure_ascii=False), int(complete), held),
        )

    def late(self, request: Request) -> str:
        """Until when a script holds the work on a request; empty when it does not."""
        if request.act != "late":
            return ""
        return (self._now() + timedelta(hours=int(request.options.get("hours", _LATE_HOURS)))).isoformat()

    def result(self, name: str, request_id: str) -> Body:
        """State and, when done, result. The second question finds the work done, and with it all that came before."""
        with self._store.change() as link:
            known = self.known(link, name, request_id)
            if known is None:
                return {"state": "unknown"}
            if not known["complete"]:
                return {"state": "incomplete"}
            if known["answer"] is None:
                link.execute("UPDATE requests SET asked = asked + 1 WHERE place = ?", (known["place"],))
                if known["asked"] + 1 >= _ASKED_UNTIL_DONE:
                    self._work_off(link, until=known["place"])
            done = self.known(link, name, request_id)
            return {"state": "processing"} if done is None or done["answer"] is None else {"state": "done", **json.loads(done["answer"])}

    def settle(self) -> int:
        """Work off everything that is whole and not held back. Returns how many requests."""
        with self._store.change() as link:
            return self._work_off(link, until=None)

    def _work_off(self, link: sqlite3.Connection, *, until: int | None) -> int:
        rows = link.execute("SELECT * FROM requests WHERE complete AND answer IS NULL ORDER BY place").fetchall()
        due = [row for row in rows if (until is None or row["place"] <= until) and not self._is_held(row["held_until"])]
        for row in due:
            answer = self._work[row["function"]](link, row["request_id"], json.loads(row["body"]))
            link.execute("UPDATE requests SET answer = ? WHERE place = ?", (json.dumps(answer, ensure_ascii=False), row["place"]))
        return len(due)

    def _is_held(self, until: str) -> bool:
        return bool(until) and self._now() < datetime.fromisoformat(until)


def digest_of(body: Body) -> str:
    """A digest of a JSON object that does not depend on the order of its keys."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def answered(request: Request, result: Body) -> Answer:
    """The answer of a result operation, after what a script does to it."""
    body: dict[str, Any] = {"requestId": str(request.cells.get("requestId", "")), **result}
    lists = next((name for name in ("rows", "files", "copies") if name in body), "")
    if request.act == "lost":
        return Answer(200, {"requestId": body["requestId"], "state": "unknown"})
    if lists and request.act == "twice":
        body[lists] = [*body[lists], *body[lists]]
    if request.act == "other_request":
        body["requestId"] = hashlib.sha256(body["requestId"].encode()).hexdigest()[:12].upper()
    return Answer(200, body)
