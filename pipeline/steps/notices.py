"""The notice channel (お知らせ): what residents are told through the intermediate server, each once, and only with its decision record."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, select, update

from connectors.errors import TransientError
from connectors.notices import Notice, NoticeClient
from mappings.procedure import Outcome, Procedure
from pipeline.faults import fault_point
from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.decision_tables import notice_outbox
from pipeline.journal.intake_tables import persons
from pipeline.notices.outbox import NoticeOrder, application_key, body_of, owe_notice, pass_on

log = logging.getLogger(__name__)

STATE_OF_RESULT = {"accepted": "accepted", "not_registered": "undeliverable", "refused": "refused"}
STATE_OF_READ_BACK = {"accepted": "accepted", "not_registered": "undeliverable", "cancelled": "refused"}


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
    """Send what is owed, in the hours of opening days only; an uncertain call is looked up before it is repeated."""
    counts = {"accepted": 0, "undeliverable": 0, "refused": 0, "postponed": 0}
    now = hub.clock.now()
    if not hub.opening.is_open(now.date()) or not hub.municipality.notices.hours.holds(now.time()):
        return {**counts, "postponed": len(_open_rows(hub))}
    with hub.journal.alone(f"notices/{hub.code}") as mine, NoticeClient(hub.http(hub.municipality.notices.connection)) as server:
        for row in _open_rows(hub) if mine else []:
            counts[_send(hub, server, row)] += 1
    log.info("notices_ended", extra=counts)
    return counts


def _open_rows(hub: Hub) -> list[Row[Any]]:
    mine = (notice_outbox.c.municipality == hub.code) & (notice_outbox.c.channel == "portal")
    unsent = select(notice_outbox).where(mine, notice_outbox.c.state.in_(("owed", "sending")))
    return hub.journal.rows(unsent.order_by(notice_outbox.c.owed_at, notice_outbox.c.id))


def _send(hub: Hub, server: NoticeClient, row: Row[Any]) -> str:
    if row.state == "sending":
        seen = server.state(row.reference)
        if seen in STATE_OF_READ_BACK:
            return _close(hub, row, STATE_OF_READ_BACK[seen])
    with hub.journal.write() as write:
        same = (notice_outbox.c.id == row.id) & (notice_outbox.c.state == row.state) & (notice_outbox.c.attempts == row.attempts)
        claim = update(notice_outbox).where(same).values(state="sending", attempts=row.attempts + 1)
        if write.execute(claim).rowcount == 0:
            return "postponed"
        write.leaf("notice_sending", notice=row.id, kind=row.kind, attempt=row.attempts + 1)
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
        business=row.business,
        kind=row.sort,
        subject=row.subject,
        body=body_of(hub, row),
        display_from=now,
        display_until=now + timedelta(days=row.display_days),
    )


def _close(hub: Hub, row: Row[Any], state: str) -> str:
    with hub.journal.write() as write:
        sending = (notice_outbox.c.id == row.id) & (notice_outbox.c.state == "sending")
        closed = update(notice_outbox).where(sending).values(state=state, sent_at=hub.clock.now().isoformat())
        if write.execute(closed).rowcount:
            write.leaf("notice_closed", notice=row.id, kind=row.kind, state=state, reference=row.reference)
            if state == "undeliverable":
                pass_on(hub, write, row)
    return state
