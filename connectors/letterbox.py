"""A resident's digital letter-box (民間送達サービス): documents go there after consent; consents and opening notices (開封通知) come back.

"accepted" means that the service took the document; that it was opened is told later and apart.
Assumptions about the interface stand in ``connectors/profiles/letterbox.yaml``.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from connectors.connections import HttpConnection
from connectors.errors import ConnectorError, PermanentError
from connectors.http_session import Answer, HttpSession
from connectors.lanes import Lanes
from connectors.notices import SendResult
from connectors.profile import read_profile
from vocabulary.clock import JST

_PROFILE = read_profile("letterbox")
RESULTS: frozenset[str] = frozenset(_PROFILE["results"])
STATES: frozenset[str] = frozenset(_PROFILE["states"])
ACTS: frozenset[str] = frozenset(_PROFILE["acts"])
LARGEST = int(_PROFILE["largest_documents"])
_PATH: dict[str, str] = {name: operation["path"] for name, operation in _PROFILE["operations"].items()}
_SEQUENCE = re.compile("[0-9]{1,9}")
_LONGEST_ID = 80


@dataclass(frozen=True, slots=True)
class Document:
    """One file of a delivery. media: ``application/xml`` or ``application/pdf``."""

    name: str
    media: str
    data: bytes = field(repr=False)

    def cells(self) -> dict[str, str]:
        """The keys and texts of the interface."""
        digest = hashlib.sha256(self.data).hexdigest()
        return {"name": self.name, "type": self.media, "sha256": digest, "content": b64encode(self.data).decode()}


@dataclass(frozen=True, slots=True)
class Delivery:
    """What goes to one resident. reference: the hub's own, used for this delivery only; atena: 宛名番号."""

    reference: str
    atena: str = field(repr=False)
    kind: str
    subject: str = field(repr=False)
    body: str = field(repr=False)
    documents: tuple[Document, ...]

    def cells(self) -> dict[str, object]:
        """The keys and texts of the interface."""
        texts = {"reference": self.reference, "atenabango": self.atena, "kind": self.kind, "subject": self.subject, "body": self.body}
        return {**texts, "documents": [one.cells() for one in self.documents]}


@dataclass(frozen=True, slots=True)
class ConsentEvent:
    """A resident consented or took a consent back. kinds: of notices, or ``all``; at: in Japan. sequence rises with every event."""

    sequence: int
    consent: str
    atena: str = field(repr=False)
    kinds: tuple[str, ...]
    act: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Opening:
    """An 開封通知: the resident opened the delivery of this reference first at this time in Japan."""

    sequence: int
    reference: str
    at: datetime


class LetterboxClient:
    """Client of one municipality. Logs in at the first call; keeps its connections open until ``close``."""

    def __init__(self, connection: HttpConnection) -> None:
        self._session = HttpSession(connection, login=_PATH["login"], codes=_PROFILE["errors"])
        self._lanes = Lanes(connection, login=_PATH["login"], codes=_PROFILE["errors"])

    def __enter__(self) -> "LetterboxClient":
        """The client itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self._session.close()
        self._lanes.close()

    def send_each(self, deliveries: Iterable[Delivery], lanes: int) -> Generator[SendResult | ConnectorError, None, None]:
        """Send over so many connections; one outcome for each, in their order. The same reference again has no second effect.

        After a TransientError a delivery may have been taken: ``states`` tells.
        """
        for answer in self._lanes.call_each("send", _PATH["send"], (one.cells() for one in deliveries), lanes):
            code = _known(answer, "result", RESULTS)
            yield code if isinstance(code, ConnectorError) else SendResult(code, "")

    def states(self, references: Iterable[str], lanes: int) -> Generator[str | ConnectorError, None, None]:
        """What the service knows of references, in their order; "unknown" means that it never arrived."""
        bodies = ({"reference": reference} for reference in references)
        for answer in self._lanes.call_each("state", _PATH["state"], bodies, lanes):
            yield _known(answer, "state", STATES)

    def state(self, reference: str) -> str:
        """As ``states``, of one reference. Raises ConnectorError."""
        found = _known(self._session.call("state", "POST", _PATH["state"], {"reference": reference}), "state", STATES)
        if isinstance(found, ConnectorError):
            raise found
        return found

    def consents(self, after: int) -> list[ConsentEvent]:
        """The next page of consents, by rising sequence; asking again gives the same. Empty at the end."""
        answer = self._page("consents", after)
        return [_consent(answer, item) for item in answer.items("consents")]

    def openings(self, after: int) -> list[Opening]:
        """The next page of opening notices, by rising sequence; asking again gives the same. Empty at the end."""
        answer = self._page("openings", after)
        return [
            Opening(_sequence(answer, item), _identity(answer, "reference", item), _moment(answer, "openedAt", item))
            for item in answer.items("openings")
        ]

    def _page(self, operation: str, after: int) -> Answer:
        return self._session.call(operation, "POST", _PATH[operation], {"after": str(after), "count": _PROFILE["rows_per_page"]})


def _known(answer: Answer | ConnectorError, key: str, allowed: frozenset[str]) -> str | ConnectorError:
    if isinstance(answer, ConnectorError):
        return answer
    try:
        code = answer.text(key)
    except ConnectorError as error:
        return error
    if code in allowed:
        return code
    return PermanentError(answer.system, f"{answer.operation}: a code that connectors/profiles/letterbox.yaml lacks; add it there")


def _consent(answer: Answer, item: dict[str, object]) -> ConsentEvent:
    atena, act = answer.text("atenabango", item), answer.text("act", item)
    kinds = tuple(kind for kind in answer.text("kinds", item).split(",") if kind)
    if act not in ACTS or not kinds or not (atena.isascii() and atena.isdigit() and len(atena) == 15):
        raise answer.unlike_profile("consents")
    return ConsentEvent(_sequence(answer, item), _identity(answer, "consentId", item), atena, kinds, act, _moment(answer, "at", item))


def _identity(answer: Answer, key: str, item: dict[str, object]) -> str:
    text = answer.text(key, item)
    if not text or len(text) > _LONGEST_ID:
        raise answer.unlike_profile(key)
    return text


def _sequence(answer: Answer, item: dict[str, object]) -> int:
    text = answer.text("sequence", item)
    if not _SEQUENCE.fullmatch(text):
        raise answer.unlike_profile("sequence")
    return int(text)


def _moment(answer: Answer, key: str, item: dict[str, object]) -> datetime:
    try:
        at = datetime.fromisoformat(answer.text(key, item))
    except ValueError:
        raise answer.unlike_profile(key) from None
    if at.tzinfo is None:
        raise answer.unlike_profile(key)
    # The journal compares moments as text, so all of them have one offset.
    return at.astimezone(JST)
