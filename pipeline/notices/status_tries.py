"""How a failed try of a status ends (処理状況の送信の失敗): tried later, refused for good, given up, or left to a person."""

from typing import Any

from sqlalchemy import Row

from connectors.errors import ConnectorError, FinalError, TransientError
from pipeline.alarms import raise_alarm
from pipeline.hub import Hub
from pipeline.journal.decision_tables import status_outbox
from pipeline.notices.circuit import NO_ANSWER
from pipeline.notices.retry import declared, next_try
from pipeline.notices.states import STATUSES, move

REFUSED, GIVEN_UP, UNKNOWN_CODE = "STATUS_REFUSED", "STATUS_GIVEN_UP", "STATUS_CODE_UNKNOWN"


def note_failure(hub: Hub, row: Row[Any], attempts: int, error: ConnectorError, state: str) -> None:
    """Write down a failed try. state: owed where it surely did not arrive, sending where that is unknown."""
    to, code, when, alarm = _verdict(hub, attempts, error, state)
    with hub.journal.write() as write:
        same = (status_outbox.c.application == row.application) & (status_outbox.c.status == row.status)
        move(hub, write, STATUSES, same, to, code=code, next_try_at=when)
        if alarm:
            raise_alarm(hub, write, kind=alarm, subject=f"{row.receipt}/{row.status}")
            write.leaf("status_refused", application=row.application, status=row.status, state=to, code=code)
        else:
            write.leaf("status_put_off", application=row.application, status=row.status, code=code, next_try_at=when)


def _verdict(hub: Hub, attempts: int, error: ConnectorError, state: str) -> tuple[str, str, str | None, str]:
    """(state, code, next try, kind of alarm or nothing)."""
    if isinstance(error, FinalError):
        return "refused", error.code, None, REFUSED
    passing = isinstance(error, TransientError)
    if error.code and not passing:
        return "sending", error.code, None, UNKNOWN_CODE
    code = error.code or NO_ANSWER
    when = next_try(declared(), attempts, hub.clock.now(), error.retry_after if isinstance(error, TransientError) else None)
    if when is None:
        return "given_up", code, None, GIVEN_UP
    return state, code, when, "" if passing else REFUSED
