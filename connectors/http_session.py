"""One HTTPS session with an outside system: pinned CA, log-in token, deadlines, and every outcome as an answer or a ConnectorError.

Texts of errors name system, operation and status; bodies, which may carry residents' values, never get into them.
"""

import json
import logging
import re
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Any

import httpx

from connectors.connections import HttpConnection
from connectors.deadline import Deadline
from connectors.errors import ConnectorError, FinalError, PermanentError, TransientError

_LOG = logging.getLogger(__name__)
_RETRY_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})
_LONGEST_WAIT = 3600.0
_CHUNK = 65_536
_CODE = re.compile(r"[A-Z0-9_-]{1,40}")
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
"""What JSON can say and no journal and no path can hold."""

Codes = Mapping[str, Mapping[str, str]]
"""Table ``errors`` of a profile: code → {"class": passing or final, "title"}."""
NO_CODES: Codes = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Patience:
    """What one call may cost: seconds until connected, seconds without a byte, seconds in all, bytes of the body."""

    connect: float = 5.0
    idle: float = 15.0
    total: float = 60.0
    body: int = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """A response that the caller asked for. ``status`` is one of the wanted ones; the body stays out of ``repr``."""

    system: str
    operation: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """The body as a JSON object without repeated keys. Raises TransientError (an error page instead of an answer)."""
        if self.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            raise TransientError(self.system, f"{self.operation}: status {self.status} without a JSON body")
        try:
            value = json.loads(self.body.decode("utf-8"), object_pairs_hook=_unrepeated)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise TransientError(self.system, f"{self.operation}: status {self.status} with a malformed JSON body")
        return value

    def text(self, key: str, within: Mapping[str, Any] | None = None) -> str:
        """The string at ``key`` of the JSON object, or of an object ``within`` it. Raises PermanentError when the profile is not kept."""
        value = (self.json() if within is None else within).get(key)
        if not isinstance(value, str) or _NO_TEXT.search(value):
            raise self.unlike_profile(key)
        return value

    def items(self, key: str) -> list[dict[str, Any]]:
        """The list of objects at ``key``. Raises PermanentError when the profile is not kept."""
        value = self.json().get(key)
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.unlike_profile(key)
        return value

    def unlike_profile(self, key: str) -> PermanentError:
        """The error to raise when ``key`` is not as the profile says."""
        return PermanentError(self.system, f"{self.operation}: key {key} is not as the profile says; compare connectors/profiles")


class HttpSession:
    """Keeps one connection open and one token. Not for use by several threads at a time.

    ``login`` names the log-in path below the connection's URL; ``codes`` tells passing error codes from final ones.
    """

    def __init__(
        self, connection: HttpConnection, *, login: str = "/login", patience: Patience | None = None, codes: Codes = NO_CODES
    ) -> None:
        self._connection = connection
        self._login = login
        self._patience = patience or Patience()
        self._codes = codes
        self._token: str | None = None
        self._deadline = Deadline(self._patience.total)
        self._client = httpx.Client(
            verify=pinned(connection),
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(self._patience.idle, connect=self._patience.connect),
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
            headers={"Accept-Encoding": "identity", "User-Agent": "municipal-hub"},
        )

    def close(self) -> None:
        """Close the connection."""
        self._deadline.close()
        self._client.close()

    def call(self, operation: str, method: str, path: str, body: object = None, *, wanted: Collection[int] = (200,)) -> Answer:
        """One call with the token, after logging in where needed; an expired token is replaced once.

        Raises TransientError (the same call may work later; it may also have had its effect) or PermanentError.
        """
        if self._token is None:
            self._log_in()
        answer = self._send(operation, method, path, body)
        if answer.status == 401:
            _LOG.info("token_replaced", extra={"system": self._connection.name, "operation": operation})
            self._log_in()
            answer = self._send(operation, method, path, body)
        if answer.status not in wanted:
            raise failure_of(answer, self._codes)
        return answer

    def _log_in(self) -> None:
        self._token = None
        credentials = {"clientId": self._connection.client_id, "secret": self._connection.secret()}
        answer = self._send("login", "POST", self._login, credentials)
        if answer.status == 401:
            raise PermanentError(self._connection.name, "login: refused; correct client_id and secret_file of the connection")
        if answer.status != 200:
            raise failure_of(answer, self._codes)
        self._token = answer.text("token")

    def _send(self, operation: str, method: str, path: str, body: object) -> Answer:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        watch = {"trace": self._watch}
        try:
            url = self._connection.url + path
            with self._deadline, self._client.stream(method, url, json=body, headers=headers, extensions=watch) as response:
                content = self._read(operation, response)
        except (httpx.HTTPError, ssl.SSLError) as error:
            raise self._broken(operation, error) from None
        return Answer(self._connection.name, operation, response.status_code, response.headers, content)

    def _watch(self, event: str, info: Mapping[str, Any]) -> None:
        if event == "connection.start_tls.complete":
            self._deadline.watch(info["return_value"].get_extra_info("socket"))

    def _read(self, operation: str, response: httpx.Response) -> bytes:
        if "content-encoding" in response.headers:
            raise PermanentError(self._connection.name, f"{operation}: compressed answers are not accepted")
        parts: list[bytes] = []
        size = 0
        for part in response.iter_raw(_CHUNK):
            size += len(part)
            if size > self._patience.body:
                raise PermanentError(self._connection.name, f"{operation}: answer is larger than {self._patience.body} bytes")
            parts.append(part)
        return b"".join(parts)

    def _broken(self, operation: str, error: Exception) -> ConnectorError:
        if self._deadline.passed:
            return TransientError(self._connection.name, f"{operation}: answer took longer than {self._patience.total:g} s")
        return broken(self._connection.name, operation, error)


def broken(system: str, operation: str, error: Exception) -> ConnectorError:
    """What a broken connection comes to: a wrong certificate or an old TLS needs a person, all else passes."""
    for link in _causes(error):
        if isinstance(link, ssl.SSLCertVerificationError):
            return PermanentError(system, f"{operation}: server certificate refused ({link.verify_message}); correct ca of the connection")
        if isinstance(link, ssl.SSLError) and "VERSION" in (link.reason or ""):
            return PermanentError(system, f"{operation}: server offers no TLS 1.2 or newer")
    return TransientError(system, f"{operation}: no answer ({type(error).__name__})")


def failure_of(answer: Answer, codes: Codes) -> ConnectorError:
    """What an error answer comes to: by its code where the profile has a table of codes, else by its HTTP status.

    A code that the table lacks needs a person, whatever the status: nobody knows yet whether trying again is harmless.
    """
    code = _code_of(answer) if codes else ""
    problem = f"{answer.operation}: status {answer.status} {code}".rstrip()
    kind = codes[code]["class"] if code in codes else ""
    if kind == "final":
        return FinalError(answer.system, problem, code=code)
    if code and not kind:
        return PermanentError(answer.system, f"{problem} is not in the table of the profile; add it to connectors/profiles", code=code)
    if kind == "passing" or answer.status in _RETRY_LATER or answer.status >= 500:
        return TransientError(answer.system, problem, retry_after=_wait(answer.headers), code=code)
    return PermanentError(answer.system, problem)


def _code_of(answer: Answer) -> str:
    """The code of an error answer; empty when there is none. What does not look like a code is not repeated: it might be a value."""
    try:
        code = answer.json().get("code", "")
    except TransientError:
        return ""
    if not code:
        return ""
    return code if isinstance(code, str) and _CODE.fullmatch(code) else "UNREADABLE"


def pinned(connection: HttpConnection) -> ssl.SSLContext:
    """TLS 1.2 or newer, with the CA of the connection and no other. Raises PermanentError when it is not there."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(cafile=connection.ca)
    except (OSError, ssl.SSLError):
        raise PermanentError(connection.name, f"{connection.ca}: no CA certificate there; correct ca of the connection") from None
    return context


def _causes(error: BaseException | None) -> list[BaseException]:
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    return chain


def _wait(headers: Mapping[str, str]) -> float | None:
    """Seconds of Retry-After, as number or date (against the server's own Date), at most an hour; None when absent or unreadable."""
    text = headers.get("retry-after", "").strip()
    try:
        if text.isascii() and text.isdigit():
            return min(float(text), _LONGEST_WAIT)
        seconds = (parsedate_to_datetime(text) - parsedate_to_datetime(headers.get("date", ""))).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(seconds, 0.0), _LONGEST_WAIT)


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("repeated key")
    return found
