"""The notice channel (お知らせ): what residents are told through the intermediate server, each once, and only with its decision record."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, select, update

from connectors.errors import TransientError
from connectors.notices import Notice, NoticeClient
from mappings.procedure import Outcome, Procedure
from pipeline.faults import fault_point
from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.decision_tables import notice_outbox
from pipeline.journal.intake_tables import applications, persons

log = logging.getLogger(__name__)

DISPLAY_DAYS = 90
STATE_OF_RESULT = {"accepted": "sent", "not_registered": "undeliverable", "refused": "refused"}
STATE_OF_READ_BACK = {"accepted": "sent", "not_registered": "undeliverable", "cancelled": "refused"}


def notice_context(municipality: str, application: int, kind: str) -> str:
    """The place that the sealed text of a notice belongs to."""
    return f"notice/{municipality}/{application}/{kind}"


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
    if application.restricted or addressee is None:
        return
    text = next(notice for notice in decision.procedure.notices if notice.id == decision.outcome.notice)
    subject, body = text.fill(**_facts(hub, decision))
    row = {
        "application": application.id,
        "kind": text.kind,
        "reference": hub.index(f"{application.id}/{application.receipt}/{text.kind}", "notice-reference")[:40],
        "decision": decision.key,
        "atena": addressee,
        "subject": subject,
        "body": hub.sealing.seal_text(body, context=notice_context(hub.code, application.id, text.kind)),
        "state": "owed",
        "attempts": 0,
        "owed_at": hub.clock.now().isoformat(),
    }
    write.insert_new(notice_outbox, row)


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
    """Send what is owed, in the hours of opening days only; an uncertain call is looked up before it is repeated."""
    counts = {"sent": 0, "undeliverable": 0, "refused": 0, "postponed": 0}
    now = hub.clock.now()
    if not hub.opening.is_open(now.date()) or not hub.municipality.notices.hours.holds(now.time()):
        return {**counts, "postponed": len(_open_rows(hub))}
    with hub.journal.alone(f"notices/{hub.code}") as mine, NoticeClient(hub.http(hub.municipality.notices.connection)) as server:
        for row in _open_rows(hub) if mine else []:
            counts[_send(hub, server, row)] += 1
    log.info("notices_ended", extra=counts)
    return counts


def _open_rows(hub: Hub) -> list[Row[Any]]:
    columns = select(notice_outbox, applications.c.procedure).join(applications, applications.c.id == notice_outbox.c.application)
    unsent = columns.where(applications.c.municipality == hub.code, notice_outbox.c.state.in_(("owed", "sending")))
    return hub.journal.rows(unsent.order_by(notice_outbox.c.owed_at, notice_outbox.c.application))


def _of(row: Row[Any]) -> ColumnElement[bool]:
    return and_(notice_outbox.c.application == row.application, notice_outbox.c.kind == row.kind)


def _send(hub: Hub, server: NoticeClient, row: Row[Any]) -> str:
    if row.state == "sending":
        seen = server.state(row.reference)
        if seen in STATE_OF_READ_BACK:
            return _close(hub, row, STATE_OF_READ_BACK[seen])
    with hub.journal.write() as write:
        claim = update(notice_outbox).where(_of(row), notice_outbox.c.state == row.state, notice_outbox.c.attempts == row.attempts)
        if write.execute(claim.values(state="sending", attempts=row.attempts + 1)).rowcount == 0:
            return "postponed"
        write.leaf("notice_sending", application=row.application, kind=row.kind, attempt=row.attempts + 1)
    fault_point("notice.before_call")
    try:
        result = server.send(_notice(hub, row)).result
    except TransientError:
        seen = server.state(row.reference)
        return _close(hub, row, STATE_OF_READ_BACK[seen]) if seen in STATE_OF_READ_BACK else "postponed"
    fault_point("notice.after_call")
    return _close(hub, row, STATE_OF_RESULT[result])


def _notice(hub: Hub, row: Row[Any]) -> Notice:
    now = hub.clock.now()
    return Notice(
        reference=row.reference,
        atena=row.atena,
        business=hub.procedure(row.procedure).business,
        kind=row.kind,
        subject=row.subject,
        body=hub.sealing.unseal_text(row.body, context=notice_context(hub.code, row.application, row.kind)),
        display_from=now,
        display_until=now + timedelta(days=DISPLAY_DAYS),
    )


def _close(hub: Hub, row: Row[Any], state: str) -> str:
    with hub.journal.write() as write:
        values = {"state": state, "sent_at": hub.clock.now().isoformat()}
        if write.execute(update(notice_outbox).where(_of(row), notice_outbox.c.state == "sending").values(**values)).rowcount:
            write.leaf("notice_closed", application=row.application, kind=row.kind, state=state, reference=row.reference)
    return state
