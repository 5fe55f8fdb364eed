"""Answer (結果の取込): receipts and result files of the receiving systems.

Results become decision records; what does not fit is refused and said.
"""

import hashlib
import logging
from collections import Counter
from datetime import date
from typing import Any

from sqlalchemy import Row, exists, select, update

from connectors.errors import PermanentError, TransientError
from mappings.procedure import Outcome
from pipeline.alarms import OF_DESTINATION, cause_gone, raise_alarm
from pipeline.answer_files import UnreadableAnswerError, read_receipt, receipt_context, rows_of
from pipeline.faults import fault_point
from pipeline.hub import Hub, Target
from pipeline.journal.database import Write
from pipeline.journal.decision_tables import decisions, result_files
from pipeline.journal.delivery_tables import LAST_GENERATION, batch_items, batches, obligations, receipts
from pipeline.journal.intake_tables import applications, documents, findings
from pipeline.kinds import outcomes_of
from pipeline.steps.deliver import raise_stopped, stop_destination
from pipeline.steps.notices import Decision, owe_result_notice
from pipeline.steps.statuses import owe_status
from pipeline.steps.worklist import finding_row
from vocabulary.findings import Finding, Severity

log = logging.getLogger(__name__)

RESULT_COLUMNS = ["uketsukebango", "kekka", "kettei_nengappi", "kettei_bango", "bunsho_bango", "tsuchisho", "riyu"]
WIDTHS = {"kettei_bango": 60, "bunsho_bango": 60, "tsuchisho": 20}
"""What the decision record holds: one longer text would undo the whole file's transaction on PostgreSQL."""
EARLY = "DECISION_EARLY"
GIVES_REASONS = ("REJECTED", "CORRECTION")


def read_answers(hub: Hub) -> dict[str, int]:
    """Read what every receiving system left. A system out of reach is postponed; its alarm stands on the page of the day.

    Raises PermanentError at the end, when the others were read, for systems that a person must set right first.
    """
    counts = {"receipts": 0, "decisions": 0, "refused_rows": 0}
    stopped: list[PermanentError] = []
    for name in hub.municipality.destinations:
        with hub.journal.alone(f"answers/{hub.code}/{name}") as mine:
            try:
                for key, value in _read_all(hub, name).items() if mine else ():
                    counts[key] += value
            except PermanentError as error:
                stopped.append(stop_destination(hub, name, error))
    log.info("step_ended", extra={"step": "answer", "stopped": len(stopped), **counts})
    raise_stopped(stopped)
    return counts


def _read_all(hub: Hub, name: str) -> dict[str, int]:
    counts = {"receipts": 0, "decisions": 0, "refused_rows": 0}
    target = hub.target(name)
    try:
        counts["receipts"] = _read_receipts(hub, target, name)
        if hub.destination(name).decides:
            counts |= _read_results(hub, target, name)
        cause_gone(hub, OF_DESTINATION, name)
    except TransientError:
        with hub.journal.write() as write:
            raise_alarm(hub, write, kind="DESTINATION_UNREACHABLE", subject=name)
            write.leaf("answers_postponed", destination=name)
    finally:
        target.close()
    return counts


def _read_receipts(hub: Hub, target: Target, destination: str) -> int:
    open_files = select(batches).where(
        batches.c.municipality == hub.code, batches.c.destination == destination, batches.c.state == "delivered"
    )
    waiting = {f"{batch.name}.receipt.csv": batch for batch in hub.journal.rows(open_files)}
    taken = 0
    there = target.outbox("receipts") if waiting else []
    _note_strangers(hub, destination, [name for name in there if name not in waiting])
    for name in there:
        if name not in waiting:
            continue
        data = target.fetch_outbox("receipts", name)
        try:
            taken += _take_receipt(hub, waiting[name], name, data)
        except UnreadableAnswerError:
            _put_off(hub, destination, name)
    return taken


def _note_strangers(hub: Hub, destination: str, names: list[str]) -> None:
    """A receipt for a file that never went there may belong to another sender: a person must ask."""
    if not names:
        return
    gone_there = select(batches.c.name).where(batches.c.municipality == hub.code, batches.c.destination == destination)
    known = {f"{row.name}.receipt.csv" for row in hub.journal.rows(gone_there)}
    for name in names:
        if name not in known:
            with hub.journal.write() as write:
                raise_alarm(hub, write, kind="RECEIPT_UNKNOWN", subject=f"{destination}/{name}")
                write.leaf("receipt_unknown", destination=destination, name=name)


def _put_off(hub: Hub, destination: str, name: str) -> None:
    """The next run looks again at a file that cannot be read; the others do not wait for it."""
    with hub.journal.write() as write:
        raise_alarm(hub, write, kind="ANSWER_UNREADABLE", subject=f"{destination}/{name}")
        write.leaf("answer_unreadable", destination=destination, name=name)
    log.warning("answer_unreadable", extra={"destination": destination, "file": name})


def _take_receipt(hub: Hub, batch: Row[Any], name: str, data: bytes) -> int:
    receipt = read_receipt(data)
    accepted = not receipt.faults(name=batch.name, sha256=batch.digest, records=batch.records)
    stored = hub.store.put(data, context=receipt_context(hub.code, batch.destination, batch.name))
    fault_point("answer.receipt_stored")
    with hub.journal.write() as write:
        values = {
            "batch": batch.id,
            "name": name,
            "digest": stored.digest,
            "result": "OK" if accepted else "NG",
            "records": receipt.records,
            "at": hub.clock.now().isoformat(),
            "blob": stored.path,
            "size": stored.size,
        }
        if not write.insert_new(receipts, values):
            return 0
        write.execute(update(batches).where(batches.c.id == batch.id).values(state="receipted" if accepted else "refused"))
        if not accepted:
            raise_alarm(hub, write, kind="FILE_REFUSED", subject=f"{batch.destination}/{batch.name}")
            _hold_refused(hub, write, batch)
        write.leaf("receipt_taken", batch=batch.id, result=values["result"], digest=values["digest"])
    fault_point("answer.receipt_taken")
    return 1


def _hold_refused(hub: Hub, write: Write, batch: Row[Any]) -> None:
    """What the receiver did not take is not delivered, whatever was read back: its applications are held for a person."""
    finding = Finding("FILE_REFUSED", where=batch.destination)
    items = select(batch_items.c.application, batch_items.c.generation).where(batch_items.c.batch == batch.id).distinct()
    for item in write.read(items).all():
        owed = (obligations.c.application == item.application) & (obligations.c.generation == item.generation)
        refused = update(obligations).where(owed, obligations.c.destination == batch.destination)
        write.execute(refused.values(state="held", reason=finding.code))
        last = exists().where(owed, obligations.c.destination == batch.destination, LAST_GENERATION)
        said = (applications.c.id == item.application) & (applications.c.disposition == "delivered") & last
        held = {"disposition": "held", "reason": finding.code, "disposed_on": hub.clock.today().isoformat()}
        write.execute(update(applications).where(said).values(**held))
        write.insert_many(findings, [finding_row(item.application, "deliver", finding)])
        write.leaf("application_refused", application=item.application, destination=batch.destination)


def _read_results(hub: Hub, target: Target, destination: str) -> dict[str, int]:
    known = select(result_files.c.name).where(result_files.c.municipality == hub.code, result_files.c.destination == destination)
    taken = {row.name for row in hub.journal.rows(known)}
    counts = {"decisions": 0, "refused_rows": 0}
    for name in target.outbox("results"):
        if name in taken:
            continue
        data = target.fetch_outbox("results", name)
        try:
            entered, refused = _take_results(hub, destination, name, data)
        except UnreadableAnswerError:
            _put_off(hub, destination, name)
            continue
        counts["decisions"] += entered
        counts["refused_rows"] += refused
        fault_point("answer.results_taken")
    return counts


def _take_results(hub: Hub, destination: str, name: str, data: bytes) -> tuple[int, int]:
    """Enter a result file, whole, in one transaction: (decisions, rows refused)."""
    rows = rows_of(data, RESULT_COLUMNS)
    digest = hashlib.sha256(data).hexdigest()
    with hub.journal.write() as write:
        became = Counter(_decide(hub, write, destination, f"{destination}/{name}", row) for row in rows)
        file = {
            "municipality": hub.code,
            "destination": destination,
            "name": name,
            "digest": digest,
            "rows": len(rows),
            "refused_rows": became["refused"],
            "at": hub.clock.now().isoformat(),
        }
        # A file with a decision that came too early is read again until what the decision needs is there.
        if became["early"] or not write.insert_new(result_files, file):
            return became["entered"], 0
        if became["refused"]:
            raise_alarm(hub, write, kind="RESULT_ROWS_REFUSED", subject=f"{destination}/{name}")
        write.leaf("results_taken", destination=destination, name=name, digest=digest, rows=len(rows), refused=became["refused"])
    return became["entered"], became["refused"]


def _decide(hub: Hub, write: Write, destination: str, source: str, row: dict[str, str]) -> str:
    """Make the decision record of a row.

    entered, known (said again), early (a document or visit that it needs is still owed) or refused (unknown, foreign, contradicting).
    """
    application = _delivered_application(hub, write, destination, row["uketsukebango"])
    if application is None:
        return "refused"
    procedure = hub.procedure(application.procedure)
    outcome = next((one for one in outcomes_of(hub, procedure, application.id) if row["kekka"] in (one.id, one.title)), None)
    if outcome is None or not _is_complete(row, outcome):
        return "refused"
    known = write.read(select(decisions).where(decisions.c.application == application.id)).first()
    if known is not None:
        return "known" if (known.outcome, known.decision_number) == (outcome.id, row["kettei_bango"]) else "refused"
    if _is_early(hub, write, application, outcome):
        return "early"
    values = _decision_row(hub, application.id, outcome, row, source)
    decision = Decision(write.insert_row(decisions, values), application, procedure, outcome, values, grounds=row["riyu"])
    owe_status(hub, write, application.id, application.receipt, outcome.status)
    if outcome.notice:
        owe_result_notice(hub, write, decision)
    write.leaf("decision_entered", application=application.id, outcome=outcome.id, source=source)
    return "entered"


def _is_early(hub: Hub, write: Write, application: Row[Any], outcome: Outcome) -> bool:
    """Hold the application while a document or visit that the decision needs is owed (事前送信は来所で完結); let it go afterwards."""
    owed = (documents.c.application == application.id) & (documents.c.state == "owed") & documents.c.document.in_(outcome.needs)
    missing = write.read(select(documents.c.document).where(owed).order_by(documents.c.document)).scalars().all()
    of_it = applications.c.id == application.id
    today = hub.clock.today().isoformat()
    if missing and application.disposition == "delivered":
        found = [Finding(EARLY, where=document, severity=Severity.ALERT) for document in missing]
        write.execute(update(applications).where(of_it).values(disposition="held", reason=EARLY, disposed_on=today))
        write.insert_many(findings, [finding_row(application.id, "answer", finding) for finding in found])
        write.leaf("decision_early", application=application.id, outcome=outcome.id)
    if not missing and application.reason == EARLY:
        write.execute(update(applications).where(of_it).values(disposition="delivered", reason=None, disposed_on=today))
    return bool(missing)


def _delivered_application(hub: Hub, write: Write, destination: str, receipt: str) -> Row[Any] | None:
    """The application that this destination really got under the receipt number."""
    taken = batches.c.state.in_(("delivered", "receipted"))
    got = (
        select(batch_items.c.application)
        .join(batches, batches.c.id == batch_items.c.batch)
        .where(batches.c.destination == destination, taken)
    )
    statement = select(applications).where(
        applications.c.municipality == hub.code, applications.c.receipt == receipt, applications.c.id.in_(got)
    )
    return write.read(statement).first()


def _decision_row(hub: Hub, application: int, outcome: Outcome, row: dict[str, str], source: str) -> dict[str, Any]:
    return {
        "application": application,
        "outcome": outcome.id,
        "decided_on": row["kettei_nengappi"],
        "decision_number": row["kettei_bango"],
        "document_number": row["bunsho_bango"],
        "letter": row["tsuchisho"],
        "source": source,
        "at": hub.clock.now().isoformat(),
    }


def _is_complete(row: dict[str, str], outcome: Outcome) -> bool:
    """A decision has a day and a number, what is refused or sent back has reasons; nothing is longer than its field of the record."""
    if any(len(row[name]) > most for name, most in WIDTHS.items()):
        return False
    return _is_day(row["kettei_nengappi"]) and bool(row["kettei_bango"]) and (outcome.status not in GIVES_REASONS or bool(row["riyu"]))


def _is_day(text: str) -> bool:
    """Written YYYY-MM-DD: other ways that ISO 8601 allows would be told to the resident as they are."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
