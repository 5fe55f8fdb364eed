"""HTTPS on loopback for the stand-ins: one connection kept open, answers from a counter, faults played on the way."""

import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

_LARGEST_BODY = 32 * 1024 * 1024
_DRIPS = 20
_FORM = "application/x-www-form-urlencoded"


class Cut(Exception):  # noqa: N818  it is an outcome that a script asks for
    """The connection is to be dropped without an answer."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a stand-in is asked.

    cells: the JSON object of the body, or the fields of a form. token: the bearer's. act, options: a fault's.
    """

    method: str
    path: str
    cells: Mapping[str, Any] = field(default_factory=dict)
    token: str = ""
    act: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """A response. ``content``: a JSON object or bytes with their own Content-Type; ``drip``: seconds over which the body is sent."""

    status: int
    content: Mapping[str, Any] | bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    drip: float = 0.0


Respond = Callable[[Request], Answer]


class WebServer(ThreadingHTTPServer):
    """A TLS server on 127.0.0.1; ``routes``: path prefix → who answers, longest prefix first."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, tls: ssl.SSLContext, routes: Mapping[str, Respond]) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self._tls = tls
        self._routes = sorted(routes.items(), key=lambda route: -len(route[0]))

    @property
    def port(self) -> int:
        """The port in use."""
        return int(self.server_address[1])

    def run(self) -> None:
        """Serve in a thread of its own until ``shutdown``."""
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept; the handshake happens in the connection's own thread, where a slow client stops nobody else."""
        plain, address = super().get_request()
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._tls.wrap_socket(plain, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away, or refuses the certificate, is no event for a stand-in."""

    def respond(self, request: Request) -> Answer:
        """The answer of the counter in charge."""
        for prefix, respond in self._routes:
            if request.path.startswith(prefix + "/"):
                return respond(Request(request.method, request.path.removeprefix(prefix), request.cells, request.token))
        return error(404, "PATH")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    timeout = 60
    server: WebServer

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the base class's
        """The journal of calls is the log."""

    def _serve(self) -> None:
        request = self._request()
        if request is None:
            self._send(error(400, "REQUEST"))
            return
        try:
            self._send(self.server.respond(request))
        except Cut:
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    def _request(self) -> Request | None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > _LARGEST_BODY:
            self.close_connection = True
            return None
        body = self.rfile.read(int(length))
        try:
            cells = _form(body) if self.headers.get("Content-Type", "").startswith(_FORM) else json.loads(body) if body else {}
        except ValueError:
            return None
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        return Request(self.command, self.path, cells, token) if isinstance(cells, dict) else None

    def _send(self, answer: Answer) -> None:
        raw = isinstance(answer.content, bytes)
        body = answer.content if isinstance(answer.content, bytes) else json.dumps(answer.content, ensure_ascii=False).encode()
        self.send_response(answer.status)
        for name, value in ({} if raw else {"Content-Type": "application/json"}).items() | answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        size = max(1, len(body) // _DRIPS) if answer.drip else max(1, len(body))
        for start in range(0, len(body), size):
            self.wfile.write(body[start : start + size])
            if answer.drip:
                self.wfile.flush()
                threading.Event().wait(answer.drip / _DRIPS)
        self.wfile.flush()


def _form(body: bytes) -> dict[str, str]:
    """The fields of a form that a browser posted. Raises ValueError for what is no UTF-8."""
    return dict(parse_qsl(body.decode(), keep_blank_values=True, encoding="utf-8", errors="strict"))


def error(status: int, code: str, **headers: str) -> Answer:
    """An error answer in the form of the profiles."""
    return Answer(status, {"code": code, "message": code}, {name.replace("_", "-"): value for name, value in headers.items()})
