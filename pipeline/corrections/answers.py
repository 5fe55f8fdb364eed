"""Answers to corrections (補正の回答): a new filing that names the earlier 受付番号, of the same person and procedure; and lapses."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update

from pipeline.corrections.cases import ANSWERED, LAPSED, RUNNING, UNANSWERED, Correction, corrections_of, locked, say, unanswered
from pipeline.corrections.cases import open_corrections as open_requests
from pipeline.filing_day import corrected_filings
from pipeline.hub import Hub
from pipeline.journal.correction_tables import corrections
from pipeline.journal.intake_tables import STAGES, applications
from vocabulary.clock import JST
from vocabulary.findings import Finding, Severity

LATE, OTHER_PERSON, OTHER_PROCEDURE = "CORRECTION_LATE", "CORRECTION_PERSON", "CORRECTION_PROCEDURE"
IDENTIFIED = STAGES[STAGES.index("identified") :]


def take_answers(hub: Hub) -> int:
    """Note which requests were answered by a filing, in time or late. Returns how many."""
    return sum(_take_answer(hub, one) for one in unanswered(hub))


def _take_answer(hub: Hub, correction: Correction) -> bool:
    answer = _answer_to(hub, correction)
    if answer is None:
        return False
    day = arrival_day(answer)
    with hub.journal.write() as write:
        now = locked(write, correction, UNANSWERED)
        if now is None:
            return False
        said = {"state": "late" if day > now.due_on else "answered", "answered_on": day, "answer": answer.id}
        write.execute(update(corrections).where(corrections.c.id == now.id).values(**said))
        say(hub, write, now.application, ANSWERED, now.number)
        write.leaf("correction_answered", application=now.application, correction=now.id, answer=answer.id, state=said["state"])
    return True


def _answer_to(hub: Hub, correction: Correction) -> Row[Any] | None:
    """The first filing that corrects the application and came after the request."""
    (row,) = hub.journal.rows(select(applications).where(applications.c.id == correction.application))
    naming = (applications.c.municipality == hub.code) & (applications.c.previous_receipt == row.receipt)
    standing = applications.c.stage.in_(IDENTIFIED) & (applications.c.disposition != "withdrawn")
    for one in hub.journal.rows(select(applications).where(naming, standing).order_by(applications.c.arrived_at, applications.c.id)):
        if arrival_day(one) >= correction.requested_on and row.id in {filing.id for filing in corrected_filings(hub, one)}:
            found: Row[Any] = one
            return found
    return None


def arrival_day(row: Row[Any]) -> str:
    """The day, in Japan, on which the portal had a filing; ISO."""
    return datetime.fromisoformat(row.arrived_at).astimezone(JST).date().isoformat()


def note_lapses(hub: Hub) -> int:
    """Requests whose due day has passed without an answer become work for a person: nothing ends by itself. Returns how many."""
    today = hub.clock.today().isoformat()
    return sum(_lapse(hub, one) for one in open_requests(hub) if one.state in RUNNING and one.due_on < today)


def _lapse(hub: Hub, correction: Correction) -> bool:
    with hub.journal.write() as write:
        now = locked(write, correction, RUNNING)
        if now is None or now.due_on != correction.due_on:
            return False
        write.execute(update(corrections).where(corrections.c.id == now.id).values(state="lapsed"))
        say(hub, write, now.application, LAPSED, now.number)
        write.leaf("correction_lapsed", application=now.application, correction=now.id)
    return True


def correction_findings(hub: Hub, row: Row[Any]) -> Iterator[Finding]:
    """What is to be said of a filing that names an earlier 受付番号: of another procedure or person, or after the due day.

    A number that the hub does not know stops nothing: the filing counts as one of its own.
    """
    named = _named(hub, row)
    if not named:
        return
    place = f"receipt {row.previous_receipt}"
    if all(one.procedure != row.procedure for one in named):
        yield Finding(OTHER_PROCEDURE, where=place, severity=Severity.ALERT)
        return
    chain = corrected_filings(hub, row)
    if not chain and any(one.procedure == row.procedure and one.arrived_at < row.arrived_at for one in named):
        yield Finding(OTHER_PERSON, where=place, severity=Severity.ALERT)
    if chain and _is_late(hub, row, chain[0]):
        yield Finding(LATE, where=place, severity=Severity.ALERT)


def _named(hub: Hub, row: Row[Any]) -> list[Row[Any]]:
    if not row.previous_receipt:
        return []
    same = (applications.c.municipality == hub.code) & (applications.c.receipt == row.previous_receipt)
    others = (applications.c.id != row.id) & (applications.c.disposition != "withdrawn")
    return hub.journal.rows(select(applications).where(same, others))


def _is_late(hub: Hub, row: Row[Any], earlier: Row[Any]) -> bool:
    """Whether the last request of the earlier filing before this arrival had run out by then."""
    day = arrival_day(row)
    before = [one for one in corrections_of(hub, earlier.id) if one.requested_on <= day and one.answer in (None, row.id)]
    return bool(before) and before[-1].state != "withdrawn" and day > before[-1].due_on
