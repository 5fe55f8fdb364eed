"""Telling the resident (補正の連絡): after the portal shows 補正依頼中, a notice with the list, the due day and the way to file again."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, select, update

from mappings.notices import Notice
from mappings.procedure import Procedure
from pipeline.act_cases import Case
from pipeline.corrections.cases import BY_PERSON, RUNNING, STEP, Correction, locked
from pipeline.corrections.places import Item, list_of
from pipeline.hub import Hub
from pipeline.journal.correction_tables import correction_items, corrections
from pipeline.journal.database import Write
from pipeline.journal.intake_tables import applications, findings, persons
from pipeline.notices.facts import due_words, facts_of
from pipeline.notices.outbox import NoticeOrder, application_key, is_withheld, owe_notice
from pipeline.steps.worklist import finding_row
from vocabulary.findings import Finding, Severity

SORT = "correction"
OVER = "CORRECTION_OVER"
"""Code of a notice that was given up because its request had been answered or taken back meanwhile."""


def request_key(correction: Correction) -> str:
    """The subject of the first notice of a request."""
    return f"{application_key(correction.application)}/correction {correction.number}"


def reminder_key(correction: Correction) -> str:
    """The subject of its only reminder."""
    return f"{request_key(correction)}/reminder"


def extension_key(correction: Correction, due: date) -> str:
    """The subject of the notice of a later due day."""
    return f"{request_key(correction)}/until {due}"


def told_by_person(hub: Hub, write: Write, row: Case) -> bool:
    """Whether a person has to tell: nobody is known to tell, nobody may be told automatically, or there is no text."""
    procedure = hub.procedure(row.procedure)
    atena = filer_of(write, row.id, procedure)
    return atena is None or text_of(procedure) is None or is_withheld(hub, write, row.id, atena)


def filer_of(write: Write, application: int, procedure: Procedure) -> str | None:
    """宛名番号 of the person who filed; None while nobody is identified."""
    filer = (persons.c.application == application) & (persons.c.role == procedure.filer) & (persons.c.ordinal == 1)
    return write.read(select(persons.c.atena).where(filer)).scalar()


def text_of(procedure: Procedure) -> Notice | None:
    """The procedure's text for a request."""
    return next((one for one in procedure.notices if one.kind == SORT), None)


def items_of(hub: Hub, correction: Correction) -> list[Item]:
    """What was asked for, by place."""
    asked = select(correction_items).where(correction_items.c.correction == correction.id).order_by(correction_items.c.place)
    return [Item(one.place, one.says) for one in hub.journal.rows(asked)]


def owe_text(hub: Hub, write: Write, row: Case, correction: Correction, *, due: date, key: str) -> bool:
    """Owe the notice of a request under a subject. False when a person has to tell."""
    procedure = hub.procedure(row.procedure)
    text, atena = text_of(procedure), filer_of(write, row.id, procedure)
    if text is None or atena is None or is_withheld(hub, write, row.id, atena):
        return False
    section = hub.municipality.sections[row.section]
    subject, body = text.fill(**_facts(hub, row, items_of(hub, correction), due))
    order = NoticeOrder(
        kind=f"{procedure.id}/{SORT}",
        sort=SORT,
        subject_key=key,
        atena=atena,
        business=procedure.business,
        subject=subject,
        body=body,
        application=row.id,
        extras={"reapply": procedure.portal_id, "previous_receipt": row.receipt, "contact": f"{section.name} {section.phone}"},
    )
    return owe_notice(hub, write, order) is not None


def _facts(hub: Hub, row: Case, items: Sequence[Item], due: date) -> dict[str, str]:
    return {**facts_of(hub, row), "items": list_of(hub, hub.procedure(row.procedure), items), "due_on": due_words(due)}


def tell(hub: Hub, correction: Correction) -> bool:
    """Owe the first notice of a request; where a person has to tell, say so on the case. False when another worker was there first."""
    with hub.journal.write() as write:
        now = locked(write, correction, RUNNING)
        if now is None or now.telling != "waiting":
            return False
        row = _application(write, now)
        told = owe_text(hub, write, row, now, due=date.fromisoformat(now.due_on), key=request_key(now))
        if not told:
            say_by_person(write, now.application, now.number)
        write.execute(update(corrections).where(corrections.c.id == now.id).values(telling="notice" if told else "person"))
        write.leaf("correction_told", application=now.application, correction=now.id, automatically=told)
    return True


def say_by_person(write: Write, application: int, number: int) -> None:
    """Write on the case that a person tells the resident of the how-manieth request."""
    finding = Finding(BY_PERSON, where=f"correction {number}", severity=Severity.ALERT)
    write.insert_many(findings, [finding_row(application, STEP, finding)])


def remind(hub: Hub, correction: Correction) -> bool:
    """Owe the only reminder of a request; where none may go out, a person tells. False where none is owed."""
    with hub.journal.write() as write:
        now = locked(write, correction, RUNNING)
        if now is None or now.reminded_on is not None:
            return False
        told = owe_text(hub, write, _application(write, now), now, due=date.fromisoformat(now.due_on), key=reminder_key(now))
        if not told:
            say_by_person(write, now.application, now.number)
        said = {"reminded_on": hub.clock.today().isoformat()} if told else {"telling": "person"}
        write.execute(update(corrections).where(corrections.c.id == now.id).values(**said))
        write.leaf("correction_reminded", application=now.application, correction=now.id, automatically=told)
    return told


def _application(write: Write, correction: Correction) -> Case:
    found: Case = write.read(select(applications).where(applications.c.id == correction.application)).one()
    return found


def outdated(hub: Hub, rows: Sequence[Row[Any]]) -> dict[int, str]:
    """Id → code of the notices of the outbox whose request waits for nobody any more, or was asked anew."""
    ours = {row.id: row for row in rows if row.sort == SORT}
    running = corrections.c.application.in_({row.application for row in ours.values()}) & corrections.c.state.in_(RUNNING)
    waiting = {request_key(one) for one in hub.journal.rows(select(corrections).where(running))} if ours else set()
    return {key: OVER for key, row in ours.items() if "/".join(row.subject_key.split("/")[:2]) not in waiting}
