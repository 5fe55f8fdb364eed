"""HTTP/1.1 over one TLS socket, as far as calls with small JSON bodies need it: a request out, an answer with length or chunks in."""

import contextlib
import socket
import ssl
import time

from connectors.http_session import Patience

_CHUNK = 65_536
_LONGEST_HEAD = 65_536
_BODYLESS = frozenset({204, 304})


class WireError(OSError):
    """The other side hung up, took too long, or did not speak HTTP/1.1."""


class Wire:
    """A connected socket. Every error is an OSError; after one the wire is of no more use."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext, patience: Patience) -> None:
        self._patience = patience
        self._rest = b""
        self._due = 0.0
        plain = socket.create_connection((host, port), timeout=patience.connect)
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket = context.wrap_socket(plain, server_hostname=host)
        except OSError:
            plain.close()
            raise

    def close(self) -> None:
        """Hang up."""
        with contextlib.suppress(OSError):
            self._socket.close()

    def send(self, request: bytes) -> None:
        """Write a request; its total time begins now."""
        self._due = time.monotonic() + self._patience.total
        self._socket.settimeout(self._patience.idle)
        self._socket.sendall(request)

    def receive(self) -> tuple[int, dict[str, str], bytes]:
        """(status, headers in small letters, body) of the next answer."""
        head = self._until(b"\r\n\r\n", _LONGEST_HEAD).decode("iso-8859-1")
        first, *lines = head.split("\r\n")
        version, _, status = first.partition(" ")
        if not version.startswith("HTTP/1.") or not status[:3].isdecimal():
            raise WireError("no HTTP/1.1 answer")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        return int(status[:3]), headers, self._body(int(status[:3]), headers)

    def _body(self, status: int, headers: dict[str, str]) -> bytes:
        if status in _BODYLESS:
            return b""
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return b"".join(self._chunks())
        length = headers.get("content-length", "")
        if not (length.isascii() and length.isdecimal()):
            raise WireError("answer without its length")
        return self._exactly(int(length))

    def _chunks(self) -> list[bytes]:
        parts: list[bytes] = []
        while True:
            text = self._until(b"\r\n", _LONGEST_HEAD).partition(b";")[0].strip()
            try:
                size = int(text, 16)
            except ValueError:
                raise WireError("malformed chunk") from None
            if size == 0:
                break
            if sum(map(len, parts)) + size > self._patience.body:
                raise WireError("answer too large")
            parts.append(self._exactly(size))
            self._until(b"\r\n", _LONGEST_HEAD)
        while self._until(b"\r\n", _LONGEST_HEAD):
            pass
        return parts

    def _exactly(self, size: int) -> bytes:
        if not 0 <= size <= self._patience.body:
            raise WireError("answer too large")
        while len(self._rest) < size:
            self._more()
        body, self._rest = self._rest[:size], self._rest[size:]
        return body

    def _until(self, mark: bytes, longest: int) -> bytes:
        while mark not in self._rest:
            if len(self._rest) > longest:
                raise WireError("answer without end of its head")
            self._more()
        found, _, self._rest = self._rest.partition(mark)
        return found

    def _more(self) -> None:
        left = self._due - time.monotonic()
        if left <= 0:
            raise WireError("answer took too long")
        self._socket.settimeout(min(left, self._patience.idle))
        part = self._socket.recv(_CHUNK)
        if not part:
            raise WireError("hung up")
        self._rest += part
