"""Answer (結果の取込): receipts and result files of the receiving systems.

It only reads: what a row means is decided in ``pipeline.decisions``, and a row that does not fit is held for its section.
"""

import hashlib
import logging
from collections import Counter
from typing import Any

from sqlalchemy import Row, exists, select, update

from connectors.errors import PermanentError, TransientError
from connectors.result_files import ResultRow, result_profiles
from pipeline.alarms import OF_DESTINATION, cause_gone, raise_alarm
from pipeline.answer_files import UnreadableAnswerError, read_receipt, receipt_context
from pipeline.decided_applications import delivered_application, is_filed
from pipeline.decisions import DecisionInput, Early, Entered, Known, enter_decision
from pipeline.faults import fault_point
from pipeline.hub import Hub, Target
from pipeline.journal.database import Write
from pipeline.journal.decision_tables import result_files
from pipeline.journal.delivery_tables import LAST_GENERATION, batch_items, batches, obligations, receipts
from pipeline.journal.intake_tables import applications, findings
from pipeline.refused_decisions import Place, hold_refusal, is_settled, pass_refusal
from pipeline.steps.deliver import raise_stopped, stop_destination
from pipeline.steps.worklist import finding_row
from vocabulary.findings import Finding, Refused

log = logging.getLogger(__name__)



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
    known = select(result_files).where(result_files.c.municipality == hub.code, result_files.c.destination == destination)
    taken = {row.name: row.digest for row in hub.journal.rows(known)}
    counts = {"decisions": 0, "refused_rows": 0}
    for name in target.outbox("results"):
        data = target.fetch_outbox("results", name)
        if name in taken:
            _note_changed(hub, f"{destination}/{name}", same=hashlib.sha256(data).hexdigest() == taken[name])
            continue
        try:
            became = _take_results(hub, destination, name, data)
        except Refused:
            _put_off(hub, destination, name)
            continue
        counts["decisions"] += became["entered"]
        counts["refused_rows"] += became["refused"]
        fault_point("answer.results_taken")
    return counts


def _note_changed(hub: Hub, subject: str, *, same: bool) -> None:
    """Other content under a name that was read is not read: which of the two holds only its system can say."""
    if same:
        cause_gone(hub, ("RESULT_FILE_CHANGED",), subject)
        return
    with hub.journal.write() as write:
        raise_alarm(hub, write, kind="RESULT_FILE_CHANGED", subject=subject)
        write.leaf("result_file_changed", source=subject)


def _take_results(hub: Hub, destination: str, name: str, data: bytes) -> Counter[str]:
    """Enter a result file, whole, in one transaction: how many rows were entered, known, early or refused."""
    source = f"{destination}/{name}"
    rows = result_profiles()[hub.destination(destination).results].read(data, source)
    digest = hashlib.sha256(data).hexdigest()
    section = _section_of(hub, destination)
    with hub.journal.write() as write:
        places = [Place(source, number, section) for number, _ in enumerate(rows, start=1)]
        became = Counter(_decide(hub, write, destination, place, row) for place, row in zip(places, rows, strict=True))
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
            return became
        if became["refused"]:
            raise_alarm(hub, write, kind="RESULT_ROWS_REFUSED", subject=source)
        write.leaf("results_taken", destination=destination, name=name, digest=digest, rows=len(rows), refused=became["refused"])
    return became


def _section_of(hub: Hub, destination: str) -> str:
    """Whose work it is what nobody can place: the section of the first procedure that goes there."""
    enabled = hub.municipality.procedures.values()
    return next((one.section for one in enabled if destination in one.destinations), next(iter(hub.municipality.sections)))


def _decide(hub: Hub, write: Write, destination: str, place: Place, row: ResultRow) -> str:
    """Make the decision record of a row: entered, known (said again), early (still waits) or refused (held for a person)."""
    if is_settled(hub, write, place):
        return "known"
    application = delivered_application(hub, write, row.receipt, destination=destination)
    if application is None:
        code = "DECISION_FOREIGN" if is_filed(write, row.receipt) else "DECISION_UNKNOWN"
        hold_refusal(hub, write, place, code, None)
        return "refused"
    given = DecisionInput(
        outcome=row.outcome,
        decided_on=row.decided_on,
        decision_number=row.decision_number,
        document_number=row.document_number,
        letter=row.letter,
        grounds=row.grounds,
        source=place.source,
    )
    answer = enter_decision(hub, write, application, given)
    if isinstance(answer, Entered | Known):
        pass_refusal(hub, write, place)
        return "entered" if isinstance(answer, Entered) else "known"
    hold_refusal(hub, write, place, answer.code, application)
    return "early" if isinstance(answer, Early) else "refused"
