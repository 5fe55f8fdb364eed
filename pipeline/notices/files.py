"""Notices by file (お知らせのファイル登録): many at once, under a name that their references make.

The same rows always make the same file, so that registering it again after a crash is a look-up and no second file.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from sqlalchemy import select, update

from connectors.errors import ConnectorError, PermanentError
from connectors.notices import ROWS_PER_FILE, NoticeClient
from pipeline.alarms import raise_alarm
from pipeline.faults import fault_point
from pipeline.journal.decision_tables import notice_outbox
from pipeline.notices.closing import Ended, failed, of_rows
from pipeline.notices.exclusions import reasons_not_to_send
from pipeline.notices.retry import next_try
from pipeline.notices.sending import Round, Rows, claim, notice_of, of_portal, read_back, rows_of
from pipeline.notices.states import NOTICES, move

NOT_IN_FILE = "NOT_IN_FILE"
"""Code of a notice whose file the other side does not know."""


def file_name(references: Sequence[str]) -> str:
    """The name of the file of these references: another name for other rows, the same whenever it is made."""
    return f"notices_{hashlib.sha256(chr(10).join(sorted(references)).encode()).hexdigest()[:24]}"


def send_files(run: Round[NoticeClient], ids: Sequence[int]) -> None:
    """Send rows that were never tried as files, until all are handed over or the channel is down."""
    for start in range(0, len(ids), ROWS_PER_FILE):
        if run.circuit.open:
            return
        rows = claim(run, rows_of(run.hub, ids[start : start + ROWS_PER_FILE]))
        if not rows:
            continue
        name = file_name([row.reference for row in rows])
        with run.hub.journal.write() as write:
            write.execute(update(notice_outbox).where(of_rows([row.id for row in rows])).values(file_id=name))
            write.leaf("notice_file_named", municipality=run.hub.code, file=name, notices=len(rows))
        _register(run, name, rows)


def resume_files(run: Round[NoticeClient]) -> None:
    """Files that were named and not certainly handed over: registered again as they were, or dissolved where they no longer are whole."""
    uncertain = (notice_outbox.c.state == "sending") & notice_outbox.c.file_id.is_not(None)
    mine = of_portal(run.hub) & uncertain & NOTICES.due(run.hub.clock.now().isoformat())
    found = run.hub.journal.rows(select(notice_outbox).where(mine).order_by(notice_outbox.c.file_id, notice_outbox.c.id))
    for name, group in groupby(found, key=lambda row: str(row.file_id)):
        if run.circuit.open:
            return
        rows = list(group)
        if file_name([row.reference for row in rows]) == name and not reasons_not_to_send(run.hub, rows):
            _register(run, name, _marked_again(run, name, rows))
        else:
            dissolve(run, name, rows)


def _marked_again(run: Round[NoticeClient], name: str, rows: Rows) -> Rows:
    ids = [row.id for row in rows]
    with run.hub.journal.write() as write:
        move(run.hub, write, NOTICES, of_rows(ids), "sending", attempts=notice_outbox.c.attempts + 1)
        write.leaf("notice_file_resumed", municipality=run.hub.code, file=name, notices=len(ids))
    return rows_of(run.hub, ids)


def _register(run: Round[NoticeClient], name: str, rows: Rows) -> None:
    # One order for one content, whoever asks.
    notices = [notice_of(run.hub, row) for row in sorted(rows, key=lambda row: row.id)]
    run.pace.wait()
    fault_point("notice_file.before_call")
    try:
        file_id = run.server.send_file(name, notices)
    except ConnectorError as error:
        _not_registered(run, name, rows, error)
        return
    fault_point("notice_file.after_call")
    run.circuit.worked()
    with run.hub.journal.write() as write:
        move(run.hub, write, NOTICES, of_rows([row.id for row in rows]), "sent", file_id=file_id, code=None, next_try_at=None)
        write.leaf("notice_file_sent", municipality=run.hub.code, file=name, notices=len(rows))
    run.counts["sent"] += len(rows)


def _not_registered(run: Round[NoticeClient], name: str, rows: Rows, error: ConnectorError) -> None:
    """A passing failure: the same file later. A refused file: an alarm, and its notices go one by one."""
    if not (isinstance(error, PermanentError) and error.code):
        run.circuit.failed(error)
        run.end([failed(run.hub, row, row.attempts, error, "sending") for row in rows])
        return
    with run.hub.journal.write() as write:
        raise_alarm(run.hub, write, kind="NOTICE_FILE_REFUSED", subject=name)
        write.leaf("notice_file_refused", municipality=run.hub.code, file=name, code=error.code)
    dissolve(run, name, rows)


def dissolve(run: Round[NoticeClient], name: str, rows: Rows) -> None:
    """Ask for each notice of a file by its reference: what is known is done, what is not is owed again, by itself."""
    ended, never = read_back(run, rows)
    run.end([*ended, *owed_again(run, never)])
    with run.hub.journal.write() as write:
        write.leaf("notice_file_dissolved", municipality=run.hub.code, file=name, known=len(ended), owed_again=len(never))


def owed_again(run: Round[NoticeClient], rows: Rows) -> list[Ended]:
    """Rows of a file that never arrived there: tried again after the first wait, each with what its tries allow."""
    when = next_try(run.schedule, 1, run.hub.clock.now())
    return [replace(Ended(row, "owed"), code=NOT_IN_FILE, next_try_at=when) for row in rows]
