"""Lanes (並行する接続): a few kept-open TLS connections to one system for many small calls, with as little work for each as HTTP allows.

The same pinned CA, token, deadlines, limits and errors as ``http_session``; only JSON objects are sent. A call whose connection breaks is
never repeated here: its effect is unknown, and the caller looks it up.
"""

import json
import ssl
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from connectors.connections import HttpConnection
from connectors.errors import ConnectorError, PermanentError
from connectors.http_session import NO_CODES, Answer, Codes, Patience, broken, failure_of, pinned
from connectors.http_wire import Wire

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_SAME = "User-Agent: municipal-hub\r\nAccept-Encoding: identity\r\nContent-Type: application/json\r\n"


class Lanes:
    """One token for all connections; each connection is opened when it is first needed. Not for use by several threads at a time."""

    def __init__(
        self, connection: HttpConnection, *, login: str = "/login", patience: Patience | None = None, codes: Codes = NO_CODES
    ) -> None:
        self._connection = connection
        self._login = login
        self._patience = patience or Patience()
        self._codes = codes
        self._token = ""
        self._url = urlsplit(connection.url)
        self._context: ssl.SSLContext | None = None
        self._wires: dict[int, Wire] = {}

    def close(self) -> None:
        """Close all connections."""
        for wire in self._wires.values():
            wire.close()
        self._wires.clear()

    def call_each(
        self, operation: str, path: str, bodies: Iterable[Mapping[str, object]], lanes: int
    ) -> Iterator[Answer | ConnectorError]:
        """POST each body; one outcome for each, in their order.

        So many calls are under way at a time; a body is taken when its call begins.
        """
        under_way: deque[tuple[int, bytes, ConnectorError | None]] = deque()
        try:
            for number, body in enumerate(bodies):
                if len(under_way) == lanes:
                    yield self._end(operation, path, *under_way.popleft())
                content = _JSON(body).encode()
                under_way.append((number % lanes, content, self._begin(number % lanes, operation, path, content)))
            while under_way:
                yield self._end(operation, path, *under_way.popleft())
        finally:
            # Whoever stops early leaves answers behind that belong to no later call.
            for lane, _, _ in under_way:
                self._drop(lane)

    def _begin(self, lane: int, operation: str, path: str, content: bytes) -> ConnectorError | None:
        try:
            if not self._token:
                self._log_in()
            self._wire(lane).send(self._request(path, content))
        except ConnectorError as error:
            return error
        except OSError as error:
            return self._broken(lane, operation, error)
        return None

    def _end(self, operation: str, path: str, lane: int, content: bytes, error: ConnectorError | None) -> Answer | ConnectorError:
        if error is not None:
            return error
        try:
            answer = self._receive(lane, operation)
            if answer.status == 401:
                self._log_in()
                self._wire(lane).send(self._request(path, content))
                answer = self._receive(lane, operation)
        except ConnectorError as problem:
            return problem
        except OSError as problem:
            return self._broken(lane, operation, problem)
        return answer if answer.status == 200 else failure_of(answer, self._codes)

    def _log_in(self) -> None:
        """Get a token over a connection of its own, since answers may be under way on all others."""
        self._token = ""
        credentials = {"clientId": self._connection.client_id, "secret": self._connection.secret()}
        wire = self._open()
        try:
            wire.send(self._request(self._login, _JSON(credentials).encode()))
            answer = self._answer(wire, "login")
        except OSError as error:
            raise broken(self._connection.name, "login", error) from None
        finally:
            wire.close()
        if answer.status == 401:
            raise PermanentError(self._connection.name, "login: refused; correct client_id and secret_file of the connection")
        if answer.status != 200:
            raise failure_of(answer, self._codes)
        self._token = answer.text("token")

    def _receive(self, lane: int, operation: str) -> Answer:
        answer = self._answer(self._wires[lane], operation)
        if answer.headers.get("connection", "").lower() == "close":
            self._drop(lane)
        return answer

    def _answer(self, wire: Wire, operation: str) -> Answer:
        status, headers, body = wire.receive()
        if "content-encoding" in headers:
            raise PermanentError(self._connection.name, f"{operation}: compressed answers are not accepted")
        return Answer(self._connection.name, operation, status, headers, body)

    def _request(self, path: str, content: bytes) -> bytes:
        first = f"POST {self._url.path}{path} HTTP/1.1\r\nHost: {self._url.netloc}\r\n"
        token = f"Authorization: Bearer {self._token}\r\n" if self._token else ""
        rest = f"{_SAME}Content-Length: {len(content)}\r\n\r\n"
        return f"{first}{token}{rest}".encode("ascii") + content

    def _wire(self, lane: int) -> Wire:
        if lane not in self._wires:
            self._wires[lane] = self._open()
        return self._wires[lane]

    def _open(self) -> Wire:
        self._context = self._context or pinned(self._connection)
        try:
            return Wire(self._url.hostname or "", self._url.port or 443, self._context, self._patience)
        except OSError as error:
            raise broken(self._connection.name, "connect", error) from None

    def _broken(self, lane: int, operation: str, error: OSError) -> ConnectorError:
        self._drop(lane)
        return broken(self._connection.name, operation, error)

    def _drop(self, lane: int) -> None:
        wire = self._wires.pop(lane, None)
        if wire is not None:
            wire.close()
