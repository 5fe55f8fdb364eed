"""A counter (窓口) of a stand-in: log-in, token, journal of calls, faults; the operations themselves come from the systems."""

import hmac
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sandbox.faults import WEB_ACTS, Fault, FaultDesk
from sandbox.journals import Journals
from sandbox.web import Answer, Cut, Request, Respond, error

_TOKEN_SECONDS = 3600
_HTML = "<html><body><h1>メンテナンス中</h1></body></html>".encode()


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: its HTTP method, path (a final slash means that the rest is an argument), and who carries it out."""

    name: str
    method: str
    path: str
    respond: Respond

    def fits(self, request: Request) -> bool:
        """Whether the request asks for this operation."""
        if self.path.endswith("/"):
            return request.method == self.method and request.path.startswith(self.path)
        return request.method == self.method and request.path == self.path


class Counter:
    """Answers the requests of one system, one at a time."""

    def __init__(
        self, system: str, *, client: tuple[str, str], operations: tuple[Operation, ...], journals: Journals, faults: FaultDesk
    ) -> None:
        """``client``: the client ID and secret that may log in."""
        self._system = system
        self._client = client
        self._operations = (Operation("login", "POST", "/login", self._log_in), *operations)
        self._journals = journals
        self._faults = faults
        self._tokens: set[str] = set()
        self._lock = threading.Lock()

    def respond(self, request: Request) -> Answer:
        """The answer, after playing the fault that this call meets. Raises Cut."""
        operation = next((found for found in self._operations if found.fits(request)), None)
        if operation is None:
            return error(404, "PATH")
        with self._lock:
            fault = self._faults.take(self._system, operation.name)
            outcome = self._carry_out(operation, request, fault)
            self._write_down(operation, request, fault, outcome)
        if outcome is None or (fault is not None and fault.act == "lose_answer"):
            raise Cut
        if fault is not None and fault.act == "drip":
            return replace(outcome, drip=float(fault.options.get("seconds", "2")))
        return outcome

    def _carry_out(self, operation: Operation, request: Request, fault: Fault | None) -> Answer | None:
        """The answer; None when the connection is cut before anything happens."""
        act = fault.act if fault else ""
        if act == "cut_before":
            return None
        if act == "token_expired":
            self._tokens.discard(request.token)
        if fault is not None and act == "too_many":
            return error(429, "TOO_MANY", Retry_After=fault.options.get("retry_after", "1"))
        if fault is not None and act == "refuse":
            return error(int(fault.options.get("status", "400")), fault.options["code"])
        if act == "unavailable":
            return Answer(503, _HTML, {"Content-Type": "text/html; charset=utf-8"})
        if operation.name != "login" and request.token not in self._tokens:
            return error(401, "TOKEN_EXPIRED")
        if fault is None or act in WEB_ACTS:
            return operation.respond(request)
        return operation.respond(replace(request, act=act, options=fault.options))

    def _write_down(self, operation: Operation, request: Request, fault: Fault | None, outcome: Answer | None) -> None:
        entry = {
            "system": self._system,
            "operation": operation.name,
            "key": _key(operation, request),
            "status": outcome.status if outcome else None,
            "fault": fault.act if fault else None,
        }
        self._journals.calls.append(entry)

    def _log_in(self, request: Request) -> Answer:
        given = (str(request.cells.get("clientId")), str(request.cells.get("secret")))
        if not all(hmac.compare_digest(one.encode(), other.encode()) for one, other in zip(given, self._client, strict=True)):
            return error(401, "AUTH")
        token = secrets.token_urlsafe(24)
        self._tokens.add(token)
        return Answer(200, {"token": token, "expiresIn": _TOKEN_SECONDS})


def _key(operation: Operation, request: Request) -> str:
    if operation.path.endswith("/"):
        return request.path.removeprefix(operation.path)
    cells: Mapping[str, object] = request.cells
    return str(next((cells[name] for name in ("reference", "fileName", "fileId", "requestId", "page") if name in cells), ""))
