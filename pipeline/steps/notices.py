"""The notice channel (お知らせ): what residents are told through the intermediate server, each once, and only with its decision record."""

import logging
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from connectors.notices import NoticeClient
from mappings.procedure import Outcome, Procedure
from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.intake_tables import persons
from pipeline.notices.channel import send_owed
from pipeline.notices.circuit import waiting
from pipeline.notices.outbox import NoticeOrder, application_key, owe_notice
from pipeline.notices.sending import of_portal
from pipeline.notices.states import NOTICES

log = logging.getLogger(__name__)

COUNTED = ("accepted", "sent", "undeliverable", "refused", "given_up", "postponed")


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision record (決定). key, values: as the journal has them. grounds: the reasons as the section wrote them."""

    key: int
    application: Row[Any]
    procedure: Procedure
    outcome: Outcome
    values: dict[str, Any]
    grounds: str


def owe_result_notice(hub: Hub, write: Write, decision: Decision) -> None:
    """Owe the result notice of a decision to the one who filed. A restricted case gets none: a person tells them."""
    application = decision.application
    addressee = _addressee(write, application.id, decision.procedure)
    if addressee is None:
        return
    text = next(notice for notice in decision.procedure.notices if notice.id == decision.outcome.notice)
    subject, body = text.fill(**_facts(hub, decision))
    order = NoticeOrder(
        kind=f"{decision.procedure.id}/{text.kind}",
        sort=text.kind,
        subject_key=application_key(application.id),
        atena=addressee,
        business=decision.procedure.business,
        subject=subject,
        body=body,
        application=application.id,
        decision=decision.key,
    )
    owe_notice(hub, write, order)


def _addressee(write: Write, application: int, procedure: Procedure) -> str | None:
    filer = select(persons.c.atena).where(persons.c.application == application, persons.c.role == procedure.filer, persons.c.ordinal == 1)
    return write.read(filer).scalar()


def _facts(hub: Hub, decision: Decision) -> dict[str, str]:
    section = hub.municipality.sections[decision.application.section]
    return {
        "municipality": hub.municipality.name,
        "section": f"{section.name}（{section.phone}）",
        "procedure": decision.procedure.title,
        "receipt": decision.application.receipt,
        "received_on": decision.application.filed_on,
        "decided_on": decision.values["decided_on"],
        "decision_number": decision.values["decision_number"],
        "document_number": decision.values["document_number"],
        "reason": decision.grounds,
    }


def send_notices(hub: Hub) -> dict[str, int]:
    """Send what is owed to the portal, in the hours of opening days only.

    Raises PermanentError at the end for what needs a person: a code that no table knows, or settings that the other side refuses.
    """
    now = hub.clock.now()
    counts = dict.fromkeys(COUNTED, 0)
    if not hub.opening.is_open(now.date()) or not hub.municipality.notices.hours.holds(now.time()):
        return {**counts, "postponed": waiting(hub, NOTICES, of_portal(hub))}
    with hub.journal.alone(f"notices/{hub.code}") as alone, NoticeClient(hub.http(hub.municipality.notices.connection)) as server:
        if alone:
            counts |= send_owed(hub, server)
    log.info("notices_ended", extra=counts)
    return counts
