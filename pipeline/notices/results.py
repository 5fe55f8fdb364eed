"""Notices of results (結果のお知らせ): each with its decision record, to the one who filed; as a rule they only say so."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from mappings.decision_texts import decision_texts
from mappings.procedure import Outcome, Procedure
from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.decision_tables import decisions, notice_outbox
from pipeline.journal.intake_tables import persons
from pipeline.notices.facts import decision_facts, facts_of
from pipeline.notices.outbox import NoticeOrder, application_key, owe_notice
from pipeline.notices.states import NOTICES, move
from pipeline.records import load_tables

SUPERSEDED = "SUPERSEDED"


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision record (決定). key, values: as the journal has them. grounds: the reasons as the section gave them."""

    key: int
    application: Row[Any]
    procedure: Procedure
    outcome: Outcome
    values: dict[str, Any]
    grounds: str


def owe_result_notice(hub: Hub, write: Write, decision: Decision) -> None:
    """Owe the notice of a decision to the one who filed. A restricted case gets none: a person tells them."""
    application, procedure = decision.application, decision.procedure
    addressee = _addressee(write, application.id, procedure)
    if addressee is None:
        return
    subject, body = _text(hub, decision)
    first = decision.values["kind"] == "first"
    order = NoticeOrder(
        kind=f"{procedure.id}/result",
        sort="result",
        subject_key=application_key(application.id) if first else f"{application_key(application.id)}/decision {decision.key}",
        atena=addressee,
        business=procedure.business,
        subject=subject,
        body=body,
        application=application.id,
        decision=decision.key,
    )
    owe_notice(hub, write, order)


def give_up_superseded(hub: Hub, write: Write, earlier: int) -> None:
    """What nobody was told yet of a decision that no longer holds is told no more."""
    unsent = (notice_outbox.c.decision == earlier) & (notice_outbox.c.state == "owed")
    move(hub, write, NOTICES, unsent, "given_up", code=SUPERSEDED)


def superseded(hub: Hub, rows: Sequence[Row[Any]]) -> dict[int, str]:
    """Id → code of the notices of the outbox whose decision no longer holds: what had to wait may not follow the news."""
    told = {row.id: row.decision for row in rows if row.decision is not None}
    later = select(decisions.c.supersedes).where(decisions.c.supersedes.in_(set(told.values())))
    gone = {one.supersedes for one in hub.journal.rows(later)} if told else set()
    return {key: SUPERSEDED for key, decision in told.items() if decision in gone}


def _addressee(write: Write, application: int, procedure: Procedure) -> str | None:
    filer = select(persons.c.atena).where(persons.c.application == application, persons.c.role == procedure.filer, persons.c.ordinal == 1)
    return write.read(filer).scalar()


def _text(hub: Hub, decision: Decision) -> tuple[str, str]:
    kind = decision.values["kind"]
    if kind != "first":
        text = decision_texts().change if kind == "change" else decision_texts().revoke
        return text.fill(_facts(hub, decision))
    notice = next(one for one in decision.procedure.notices if one.id == decision.outcome.notice)
    serves = notice.serves_as_decision
    if serves is None or not _consents(hub, decision, serves.consent.item, serves.consent.values):
        return notice.fill(**_facts(hub, decision))
    subject, body = notice.fill(**_facts(hub, decision, letter="notice"))
    return subject, serves.complete(body, decision.grounds)


def _consents(hub: Hub, decision: Decision, item: str, values: tuple[str, ...]) -> bool:
    """Whether the application's own record says so; a record that is gone says nothing."""
    tables = load_tables(hub, [decision.application.id]).get(decision.application.id)
    own = next(iter(tables.values())).columns if tables else {}
    return any(value in values for value in own.get(item, ()))


def _facts(hub: Hub, decision: Decision, **changed: str) -> dict[str, str]:
    values = {**decision.values, **changed}
    return {**facts_of(hub, decision.application), **decision_facts(values, decision.grounds), "outcome": decision.outcome.title}
