"""The session against a TLS server that answers whatever a test puts in its mouth."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.connections import HttpConnection
from connectors.errors import PermanentError, TransientError
from connectors.http_session import HttpSession, Patience
from sandbox.tls import ensure_certificates


def answer(body: bytes, *headers: str, status: str = "200 OK", kind: str = "application/json", length: int | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Mouth:
    """Answers a log-in properly and everything else with ``says``, then hangs up."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        self.says = b""
        self.heard: list[bytes] = []
        self.breath, self.pause = 1_000_000, 0.0
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            plain, _ = self._listener.accept()
            try:
                with self._tls.wrap_socket(plain, server_side=True) as link:
                    head = _whole_request(link)
                    self.heard.append(head)
                    body = answer(json.dumps({"token": "abc"}).encode(), "Connection: close")
                    said = body if head.startswith(b"POST /login") else self.says
                    # Log-in is never slow.
                    breath = len(body) if said is body else self.breath
                    for start in range(0, len(said), breath):
                        link.sendall(said[start : start + breath])
                        time.sleep(self.pause if said is self.says else 0)
            except OSError:
                continue


def _whole_request(link: ssl.SSLSocket) -> bytes:
    """Read all of it: hanging up on unread bytes would reset the connection before the answer arrives."""
    head, _, body = link.recv(65536).partition(b"\r\n\r\n")
    size = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0)
    while len(body) < size:
        body += link.recv(65536)
    return head


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(scope="module")
def mouth(authority: Path) -> Mouth:
    return Mouth(ensure_certificates(authority))


@pytest.fixture
def session(mouth: Mouth, authority: Path, tmp_path: Path) -> Iterator[HttpSession]:
    secret = tmp_path / "secret"
    secret.touch(mode=0o600)
    secret.write_text("swordfish")
    connection = HttpConnection("portal", "portal", f"https://127.0.0.1:{mouth.port}", authority / "ca.pem", "472018", secret)
    opened = HttpSession(connection, patience=Patience(connect=2, idle=1, total=2, body=10_000))
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("says", "problem"),
    [
        (answer(b"<html>maintenance</html>", kind="text/html"), "without a JSON body"),
        (answer(b""), "malformed JSON body"),
        (answer(b"[1]"), "malformed JSON body"),
        (answer(b'{"state": "a", "state": "b"}'), "malformed JSON body"),
        (answer(b'{"state": "\xff"}'), "malformed JSON body"),
    ],
)
def test_a_body_that_is_no_json_object_is_transient(session: HttpSession, mouth: Mouth, says: bytes, problem: str) -> None:
    mouth.says = says
    with pytest.raises(TransientError, match=problem):
        session.call("state", "POST", "/x").text("state")


@pytest.mark.parametrize(
    "says",
    [
        answer(b'{"state":', length=500),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"",
        b"SSH-2.0-OpenSSH\r\n",
    ],
    ids=["short body", "cut chunk", "silence", "not HTTP"],
)
def test_an_answer_that_breaks_off_is_transient(session: HttpSession, mouth: Mouth, says: bytes) -> None:
    mouth.says = says
    with pytest.raises(TransientError, match="state: no answer"):
        session.call("state", "POST", "/x")


@pytest.mark.parametrize(
    ("says", "problem"),
    [
        (answer(b"", "Location: http://127.0.0.1/", status="302 Found"), "status 302"),
        (answer(b"\x1f\x8b", "Content-Encoding: gzip"), "compressed answers"),
        (answer(b"x" * 10_001), "larger than 10000 bytes"),
        (answer(b'{"code": "X"}', status="400 Bad Request"), "status 400"),
    ],
    ids=["redirect", "compressed", "too large", "refused"],
)
def test_an_answer_outside_the_profile_is_permanent(session: HttpSession, mouth: Mouth, says: bytes, problem: str) -> None:
    mouth.says = says
    with pytest.raises(PermanentError, match=problem):
        session.call("state", "POST", "/x")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        (["Retry-After: 30"], 30),
        (["Retry-After: 315360000"], 3600),
        (["Retry-After: Tue, 24 Nov 2026 00:01:40 GMT", "Date: Tue, 24 Nov 2026 00:00:00 GMT"], 100),
        (["Retry-After: Tue, 24 Nov 2026 00:01:40 GMT"], None),
        (["Retry-After: -5"], None),
        (["Retry-After: soon"], None),
        ([], None),
    ],
)
def test_the_wait_asked_for_is_kept_within_an_hour(session: HttpSession, mouth: Mouth, headers: list[str], seconds: float | None) -> None:
    mouth.says = answer(b"{}", *headers, status="429 Too Many Requests")
    with pytest.raises(TransientError) as busy:
        session.call("state", "POST", "/x")
    assert busy.value.retry_after == seconds


@pytest.mark.parametrize("says", [answer(b'{"state": "done"}'), answer(b"x" * 5_000)], ids=["slow headers", "slow body"])
def test_a_server_that_never_stops_dripping_is_cut_off(mouth: Mouth, authority: Path, tmp_path: Path, says: bytes) -> None:
    (tmp_path / "secret").touch(mode=0o600)
    connection = HttpConnection("portal", "portal", f"https://127.0.0.1:{mouth.port}", authority / "ca.pem", "472018", tmp_path / "secret")
    session = HttpSession(connection, patience=Patience(idle=5, total=0.6))
    mouth.says, mouth.pause = says, 0.02
    mouth.breath = 1 if len(says) < 1000 else 100
    started = time.monotonic()
    with pytest.raises(TransientError, match=r"state: answer took longer than 0\.6 s"):
        session.call("state", "POST", "/x")
    assert time.monotonic() - started < 2
    mouth.breath, mouth.pause = 1_000_000, 0.0
    session.close()


def test_errors_repeat_neither_body_nor_secret(session: HttpSession, mouth: Mouth) -> None:
    mouth.says = answer('{"message": "那覇太郎 123456789018"}'.encode(), status="422 Unprocessable")
    with pytest.raises(PermanentError) as refused:
        session.call("state", "POST", "/x", {"name": "那覇太郎"})
    assert str(refused.value) == "portal: state: status 422"


def test_a_token_that_is_never_accepted_ends_in_an_error(session: HttpSession, mouth: Mouth) -> None:
    mouth.says = answer(b"{}", status="401 Unauthorized")
    mouth.heard.clear()
    with pytest.raises(PermanentError, match="status 401"):
        session.call("state", "POST", "/x")
    assert [head.split(b" ")[1] for head in mouth.heard] == [b"/login", b"/x", b"/login", b"/x"]


def test_a_profile_key_of_another_type_is_named(session: HttpSession, mouth: Mouth) -> None:
    mouth.says = answer(b'{"state": 3, "items": {}}')
    found = session.call("state", "POST", "/x")
    with pytest.raises(PermanentError, match="key state is not as the profile says"):
        found.text("state")
    with pytest.raises(PermanentError, match="key items is not as the profile says"):
        found.items("items")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_tls_older_than_1_2_is_refused(authority: Path, tmp_path: Path) -> None:
    context = ensure_certificates(authority)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    secret = tmp_path / "secret"
    secret.touch(mode=0o600)
    old = Mouth(context)
    session = HttpSession(HttpConnection("portal", "portal", f"https://127.0.0.1:{old.port}", authority / "ca.pem", "472018", secret))
    with pytest.raises(PermanentError, match=r"no TLS 1\.2 or newer"):
        session.call("state", "POST", "/x")
    assert old.heard == []
    session.close()
