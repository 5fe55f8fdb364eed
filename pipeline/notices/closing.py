"""How a try of a notice ends (送信の結果): one transaction for a page of outcomes, each with its leaf, its alarm and what follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row

from connectors.errors import ConnectorError, FinalError, TransientError
from pipeline.alarms import raise_alarm
from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.decision_tables import notice_outbox
from pipeline.notices.circuit import NO_ANSWER
from pipeline.notices.outbox import pass_on
from pipeline.notices.retry import declared, next_try
from pipeline.notices.states import NOTICES, move

STATE_OF_RESULT = {"accepted": "accepted", "not_registered": "undeliverable", "refused": "refused"}
STATE_OF_READ_BACK = {"accepted": "accepted", "not_registered": "undeliverable", "cancelled": "refused"}
ENDED_BADLY = {"refused": "NOTICE_REFUSED", "given_up": "NOTICE_GIVEN_UP"}
"""States in which nobody is told and no channel follows, with the alarm that makes a person do it."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A try of a row: the state that it comes to, the code, when it is tried again (ISO text), and its tries up to now where it failed."""

    row: Row[Any]
    state: str
    code: str | None = None
    next_try_at: str | None = None
    attempts: int | None = None

    @property
    def loud(self) -> bool:
        """Whether it waits for a person, with a code that no table knows."""
        return self.state in ("owed", "sending") and self.code is not None and self.next_try_at is None


def of_rows(ids: Sequence[int]) -> ColumnElement[bool]:
    """The rows of these ids."""
    return notice_outbox.c.id.in_(ids)


def failed(hub: Hub, row: Row[Any], attempts: int, error: ConnectorError, state: str) -> Ended:
    """What a failed try comes to. attempts: this one counted. state: owed where it surely never arrived, sending where that is unknown."""
    if isinstance(error, FinalError):
        return Ended(row, "refused", error.code, attempts=attempts)
    if not isinstance(error, TransientError) and error.code:
        return Ended(row, "sending", error.code, attempts=attempts)
    after = error.retry_after if isinstance(error, TransientError) else None
    when = next_try(declared(), attempts, hub.clock.now(), after)
    code = error.code or NO_ANSWER
    return Ended(row, state if when else "given_up", code, when, attempts)


def close(hub: Hub, ended: Sequence[Ended]) -> None:
    """Write down how the tries of a page ended; what a channel cannot deliver goes on to the next one."""
    if not ended:
        return
    with hub.journal.write() as write:
        alike: dict[tuple[str, str | None, str | None, int | None], list[int]] = {}
        for one in ended:
            alike.setdefault((one.state, one.code, one.next_try_at, one.attempts), []).append(one.row.id)
        for (state, code, when, attempts), ids in alike.items():
            kept: dict[str, Any] = {"file_id": None} if state == "owed" else {}
            tried = {} if attempts is None else {"attempts": attempts}
            move(hub, write, NOTICES, of_rows(ids), state, code=code, next_try_at=when, **kept, **tried)
        for one in ended:
            _tell(hub, write, one)


def _tell(hub: Hub, write: Write, one: Ended) -> None:
    row = one.row
    if one.state in ("owed", "sending") and not one.loud:
        write.leaf("notice_put_off", notice=row.id, kind=row.kind, code=one.code, next_try_at=one.next_try_at)
        return
    if one.loud:
        raise_alarm(hub, write, kind="NOTICE_CODE_UNKNOWN", subject=subject_of(row.id))
        write.leaf("notice_code_unknown", notice=row.id, kind=row.kind, code=one.code)
        return
    write.leaf("notice_closed", notice=row.id, kind=row.kind, state=one.state, code=one.code, reference=row.reference)
    if one.state in ENDED_BADLY:
        raise_alarm(hub, write, kind=ENDED_BADLY[one.state], subject=subject_of(row.id))
    if one.state == "undeliverable":
        pass_on(hub, write, row)


def subject_of(notice: int) -> str:
    """Under which a notice stands in alarms and acts."""
    return f"notice {notice}"
