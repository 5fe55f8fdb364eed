"""Results of files of notices (登録結果の取得): fetched in later runs; what a result leaves open is asked for by its reference."""

from datetime import datetime

from sqlalchemy import select

from connectors.errors import ConnectorError, FinalError, PermanentError
from connectors.notices import NoticeClient
from pipeline.alarms import raise_alarm
from pipeline.journal.decision_tables import notice_outbox
from pipeline.notices.closing import STATE_OF_RESULT, Ended
from pipeline.notices.files import dissolve
from pipeline.notices.sending import Round, Rows, of_portal


def fetch_results(run: Round[NoticeClient]) -> None:
    """Fetch the results of all files that were handed over, as long as the other side answers."""
    mine = of_portal(run.hub) & (notice_outbox.c.state == "sent") & notice_outbox.c.file_id.is_not(None)
    files = run.hub.journal.rows(select(notice_outbox.c.file_id).where(mine).distinct().order_by(notice_outbox.c.file_id))
    for file in files:
        if run.circuit.open:
            return
        rows = run.hub.journal.rows(select(notice_outbox).where(mine, notice_outbox.c.file_id == file.file_id))
        _fetch(run, file.file_id, rows)


def _fetch(run: Round[NoticeClient], file_id: str, rows: Rows) -> None:
    run.pace.wait()
    try:
        found = run.server.file_result(file_id)
    except FinalError:
        # The other side no longer has the file, or its result was lost: each notice is asked for.
        dissolve(run, file_id, rows)
        return
    except ConnectorError as error:
        if isinstance(error, PermanentError) and error.code:
            run.loud.append(error)
        else:
            run.circuit.failed(error)
        return
    run.circuit.worked()
    if not found.done:
        _wait_longer(run, file_id, rows)
        return
    _note_foreign(run, file_id, set(found.results))
    said = [row for row in rows if row.reference in found.results]
    run.end([Ended(row, STATE_OF_RESULT[found.results[row.reference]]) for row in said])
    silent = [row for row in rows if row.reference not in found.results]
    if silent:
        dissolve(run, file_id, silent)


def _wait_longer(run: Round[NoticeClient], file_id: str, rows: Rows) -> None:
    """Still at work there. After as long as a notice is tried, an alarm, and each notice is asked for."""
    handed_over = min(datetime.fromisoformat(row.sent_at) for row in rows)
    if run.hub.clock.now() - handed_over <= run.schedule.longest:
        return
    with run.hub.journal.write() as write:
        raise_alarm(run.hub, write, kind="NOTICE_RESULT_LATE", subject=file_id)
        write.leaf("notice_result_late", municipality=run.hub.code, file=file_id)
    dissolve(run, file_id, rows)


def _note_foreign(run: Round[NoticeClient], file_id: str, references: set[str]) -> None:
    """A result that names a notice of nobody, or of another file, changes nothing and is said."""
    of_file = of_portal(run.hub) & (notice_outbox.c.file_id == file_id)
    own = {row.reference for row in run.hub.journal.rows(select(notice_outbox.c.reference).where(of_file))}
    foreign = references - own
    if not foreign:
        return
    with run.hub.journal.write() as write:
        raise_alarm(run.hub, write, kind="NOTICE_RESULT_FOREIGN", subject=file_id)
        write.leaf("notice_result_foreign", municipality=run.hub.code, file=file_id, rows=len(foreign))
