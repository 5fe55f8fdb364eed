"""Notices (お知らせ) to residents through the intermediate server: one by one over a few kept-open connections, or many in one file.

"accepted" means that the intermediate server took the notice, not that anyone has read it.
Assumptions about the interface stand in ``connectors/profiles/osr.yaml``.
"""

import re
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from connectors.connections import HttpConnection
from connectors.errors import ConnectorError, PermanentError
from connectors.http_session import Answer, HttpSession
from connectors.lanes import Lanes
from connectors.notice_answers import AnswerPage, read_page
from connectors.profile import read_profile

_PROFILE = read_profile("osr")
RESULTS: frozenset[str] = frozenset(_PROFILE["results"])
STATES: frozenset[str] = frozenset(_PROFILE["states"])
ROWS_PER_FILE = int(_PROFILE["rows_per_file"])
_PATH: dict[str, str] = {name: operation["path"] for name, operation in _PROFILE["operations"].items()}
Found = TypeVar("Found")
_WORD = re.compile(r"[A-Za-z0-9_-]{1,40}")


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice. ``reference``: the hub's own, used for this notice only; ``atena``: 宛名番号; ``business``: 業務ID; times with offset.

    extras: what comes with it as plain data (filing again, payment, questionnaire), as the profile assumes.
    """

    reference: str
    atena: str = field(repr=False)
    business: str
    kind: str
    subject: str = field(repr=False)
    body: str = field(repr=False)
    display_from: datetime
    display_until: datetime
    extras: Mapping[str, object] | None = field(default=None, repr=False)

    def cells(self) -> dict[str, object]:
        """The keys and texts of the interface; ``extras`` only where something comes with the notice."""
        return {
            **({"extras": self.extras} if self.extras else {}),
            "reference": self.reference,
            "atenabango": self.atena,
            "businessCode": self.business,
            "displayFrom": self.display_from.isoformat(),
            "displayUntil": self.display_until.isoformat(),
            "kind": self.kind,
            "subject": self.subject,
            "body": self.body,
        }


@dataclass(frozen=True, slots=True)
class SendResult:
    """``result``: accepted, not_registered (notify on paper) or refused; ``notice_id``: empty where none was given."""

    result: str
    notice_id: str


@dataclass(frozen=True, slots=True)
class FileResult:
    """``done`` is False while the server still works; ``results``: result by reference, without those that it answers in two ways."""

    done: bool
    results: dict[str, str]


class NoticeClient:
    """Client of one municipality. Logs in at the first call; keeps the connection open until ``close``."""

    def __init__(self, connection: HttpConnection) -> None:
        self._system = connection.name
        self._session = HttpSession(connection, login=_PATH["login"], codes=_PROFILE["errors"])
        self._lanes = Lanes(connection, login=_PATH["login"], codes=_PROFILE["errors"])

    def __enter__(self) -> "NoticeClient":
        """The client itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._session.close()
        self._lanes.close()

    def send_each(self, notices: Iterable[Notice], lanes: int) -> Generator[SendResult | ConnectorError, None, None]:
        """Send many notices over so many connections; one outcome for each, in their order. A notice is taken when its call begins.

        After a TransientError a notice may have been sent: ``states`` tells.
        """
        for answer in self._lanes.call_each("send", _PATH["send"], (notice.cells() for notice in notices), lanes):
            yield _outcome(answer, lambda one: SendResult(_known(one, one.text("result"), RESULTS), one.text("noticeId")))

    def states(self, references: Iterable[str], lanes: int) -> Generator[str | ConnectorError, None, None]:
        """As ``state``, of many references over so many connections, in their order."""
        bodies = ({"reference": reference} for reference in references)
        for answer in self._lanes.call_each("state", _PATH["state"], bodies, lanes):
            yield _outcome(answer, lambda one: _known(one, one.text("state"), STATES))

    def send(self, notice: Notice) -> SendResult:
        """Send one notice; the same reference again gives the same answer and no second notice.

        After a TransientError it may have been sent: ``state`` tells.
        """
        answer = self._call("send", notice.cells())
        return SendResult(_known(answer, answer.text("result"), RESULTS), answer.text("noticeId"))

    def state(self, reference: str) -> str:
        """What the server knows of a reference: a code of ``STATES``; "unknown" means that it never arrived."""
        answer = self._call("state", {"reference": reference})
        return _known(answer, answer.text("state"), STATES)

    def cancel(self, reference: str) -> str:
        """Take a notice back. Returns the state afterwards: cancelled, or unknown when there was none."""
        answer = self._call("cancel", {"reference": reference})
        return _known(answer, answer.text("state"), STATES)

    def send_file(self, name: str, notices: Sequence[Notice]) -> str:
        """Register up to 1,000 notices in one file; the same name with the same rows again gives the same file ID."""
        if len(notices) > ROWS_PER_FILE:
            raise PermanentError(self._system, f"file: more than {ROWS_PER_FILE} notices in one file")
        return self._call("file", {"fileName": name, "rows": [notice.cells() for notice in notices]}).text("fileId")

    def file_result(self, file_id: str) -> FileResult:
        """How far the server is with a registered file."""
        answer = self._call("file_result", {"fileId": file_id})
        state = _known(answer, answer.text("state"), frozenset({"processing", "done"}))
        if state == "processing":
            return FileResult(done=False, results={})
        said = {(answer.text("reference", item), _known(answer, answer.text("result", item), RESULTS)) for item in answer.items("results")}
        times = Counter(reference for reference, _ in said)
        return FileResult(True, {reference: result for reference, result in said if times[reference] == 1})

    def answers(self, after: int) -> AnswerPage:
        """The next page of what residents answered to questionnaires, by rising sequence; asking again gives the same."""
        return read_page(self._call("answers", {"after": str(after), "count": _PROFILE["answers_per_page"]}))

    def _call(self, operation: str, body: Mapping[str, object]) -> Answer:
        return self._session.call(operation, "POST", _PATH[operation], body)


def _outcome(answer: Answer | ConnectorError, read: Callable[[Answer], Found]) -> Found | ConnectorError:
    if isinstance(answer, ConnectorError):
        return answer
    try:
        return read(answer)
    except ConnectorError as error:
        return error


def _known(answer: Answer, code: str, allowed: frozenset[str]) -> str:
    if code not in allowed:
        # What does not look like a code is not repeated: it might be a value.
        said = code if _WORD.fullmatch(code) else "UNREADABLE"
        raise PermanentError(answer.system, f"{answer.operation}: connectors/profiles/osr.yaml lacks {said}; add it there", code=said)
    return code
