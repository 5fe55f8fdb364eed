"""How a failed try of a status ends (処理状況の送信の失敗): tried later, refused for good, given up, or left to a person."""

from typing import Any

from sqlalchemy import Row

from connectors.errors import ConnectorError, FinalError, TransientError
from pipeline.alarms import raise_alarm
from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.decision_tables import status_outbox
from pipeline.notices.circuit import NO_ANSWER
from pipeline.notices.retry import declared, next_try
from pipeline.notices.states import STATUSES, move


def note_failure(hub: Hub, row: Row[Any], attempts: int, error: ConnectorError, state: str) -> None:
    """Write down a failed try. state: owed where it surely did not arrive, sending where that is unknown."""
    to, code, when = _verdict(hub, attempts, error, state)
    with hub.journal.write() as write:
        same = (status_outbox.c.application == row.application) & (status_outbox.c.status == row.status)
        move(hub, write, STATUSES, same, to, code=code, next_try_at=when)
        if when is not None and isinstance(error, TransientError):
            write.leaf("status_put_off", application=row.application, status=row.status, code=code, next_try_at=when)
            return
        _raise(hub, write, f"{row.receipt}/{row.status}", to, loud=to == "sending" and when is None)
        write.leaf("status_refused", application=row.application, status=row.status, state=to, code=code)


def _raise(hub: Hub, write: Write, subject: str, to: str, *, loud: bool) -> None:
    if to == "given_up":
        raise_alarm(hub, write, kind="STATUS_GIVEN_UP", subject=subject)
    elif loud:
        raise_alarm(hub, write, kind="STATUS_CODE_UNKNOWN", subject=subject)
    else:
        raise_alarm(hub, write, kind="STATUS_REFUSED", subject=subject)


def _verdict(hub: Hub, attempts: int, error: ConnectorError, state: str) -> tuple[str, str, str | None]:
    """(state, code, next try)."""
    if isinstance(error, FinalError):
        return "refused", error.code, None
    if error.code and not isinstance(error, TransientError):
        return "sending", error.code, None
    after = error.retry_after if isinstance(error, TransientError) else None
    when = next_try(declared(), attempts, hub.clock.now(), after)
    return (state if when else "given_up"), error.code or NO_ANSWER, when
