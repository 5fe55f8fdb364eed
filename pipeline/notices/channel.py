"""The notice channel of one run (お知らせの送信): results of files first, then what is owed, what is new before what had to wait."""

from typing import Any

from sqlalchemy import ColumnElement

from connectors.errors import ConnectorError, PermanentError
from connectors.notices import NoticeClient
from pipeline.hub import Hub
from pipeline.journal.decision_tables import notice_outbox
from pipeline.notices.circuit import Circuit, Pace
from pipeline.notices.file_results import fetch_results
from pipeline.notices.files import resume_files, send_files
from pipeline.notices.retry import Schedule, declared
from pipeline.notices.sending import Round, due, notice_of, of_portal, send_pages
from pipeline.notices.states import NOTICES

CHANNEL = "osr"


def send_owed(hub: Hub, server: NoticeClient, schedule: Schedule | None = None) -> dict[str, int]:
    """Send what is due. Raises PermanentError at the end for what needs a person."""
    schedule = schedule or declared()
    run = Round(hub, server, Circuit(hub, CHANNEL, schedule), schedule, Pace(schedule.calls_per_second), notice_of)
    _work(run)
    return finish(run, of_portal(hub))


def finish(run: Round[Any], mine: ColumnElement[bool]) -> dict[str, int]:
    """End a run of a channel: put off what a dead one left. mine: the channel's rows. Raises PermanentError for what needs a person."""
    if run.circuit.open:
        run.counts["postponed"] += run.circuit.put_off(NOTICES, mine)
    stopped = run.circuit.error if run.circuit.open and isinstance(run.circuit.error, PermanentError) else None
    for error in (stopped, *run.loud):
        if error is not None:
            raise PermanentError(error.system, error.problem, code=error.code)
    return dict(run.counts)


def _work(run: Round[NoticeClient]) -> None:
    if run.circuit.down and not is_up(run):
        return
    fetch_results(run)
    resume_files(run)
    fresh = due(run.hub, notice_outbox.c.attempts == 0)
    if len(fresh) >= run.schedule.file_from:
        send_files(run, fresh)
    send_pages(run, due(run.hub))


def is_up(run: Round[Any]) -> bool:
    """Ask something harmless, so that no notice loses a try to a channel that is still down."""
    try:
        run.server.state("")
    except ConnectorError as error:
        run.circuit.failed(error)
        return False
    run.circuit.worked()
    return True
