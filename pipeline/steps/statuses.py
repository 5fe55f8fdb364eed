"""The processing-status channel (処理状況): what is owed to the portal, sent once, read back after an uncertain call."""

import logging
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, select, update

from connectors.errors import PermanentError, TransientError
from connectors.portal import PortalClient
from pipeline.alarms import raise_alarm
from pipeline.faults import fault_point
from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.decision_tables import status_outbox
from pipeline.journal.intake_tables import applications

log = logging.getLogger(__name__)

MOST_REFUSALS = 3


def owe_status(hub: Hub, write: Write, application: int, receipt: str, status: str) -> None:
    """Owe a status to an application, once; the reference is the same whoever sends it and however often."""
    row = {
        "application": application,
        "status": status,
        "reference": hub.index(f"{application}/{receipt}/{status}", "status-reference")[:40],
        "state": "owed",
        "attempts": 0,
        "owed_at": hub.clock.now().isoformat(),
    }
    write.insert_new(status_outbox, row)


def send_statuses(hub: Hub, portal: PortalClient, *, only: str | None = None) -> dict[str, int]:
    """Send what is owed. An answer lost on the way is looked up by its reference before anything is sent again.

    Raises PermanentError at the end for statuses that the portal will not take, at once when it takes none of several in a row.
    """
    refused: list[PermanentError] = []
    with hub.journal.alone(f"statuses/{hub.code}") as mine:
        counts = _send_all(hub, portal, _open_rows(hub, only) if mine else [], refused)
    log.info("statuses_ended", extra={**counts, "refused": len(refused)})
    if refused:
        raise PermanentError(refused[0].system, f"{refused[0].problem} ({len(refused)} statuses; the page of the day names them)")
    return counts


def _send_all(hub: Hub, portal: PortalClient, open_rows: list[Row[Any]], refused: list[PermanentError]) -> dict[str, int]:
    counts = {"sent": 0, "found": 0, "postponed": 0}
    uncertain = [row for row in open_rows if row.state == "sending"]
    shown = portal.statuses(row.receipt for row in uncertain) if uncertain else {}
    blocked: set[int] = set()
    in_a_row = 0
    for row in open_rows:
        if row.application in blocked:
            counts["postponed"] += 1
            continue
        if row.receipt in shown and shown[row.receipt].reference == row.reference:
            _mark_sent(hub, row)
            counts["found"] += 1
            continue
        try:
            sent = _send(hub, portal, row)
            in_a_row = 0
        except PermanentError as error:
            in_a_row += 1
            if in_a_row == MOST_REFUSALS:
                raise
            sent = False
            refused.append(error)
            _note_refused(hub, row)
        if sent:
            counts["sent"] += 1
        else:
            # A later status must not overtake an earlier one that may still arrive.
            blocked.add(row.application)
            counts["postponed"] += 1
    return counts


def _open_rows(hub: Hub, only: str | None) -> list[Row[Any]]:
    columns = select(status_outbox, applications.c.receipt).join(applications, applications.c.id == status_outbox.c.application)
    unsent = columns.where(applications.c.municipality == hub.code, status_outbox.c.state.in_(("owed", "sending")))
    if only is not None:
        unsent = unsent.where(status_outbox.c.status == only)
    return hub.journal.rows(unsent.order_by(status_outbox.c.owed_at, status_outbox.c.application, status_outbox.c.status))


def _of(row: Row[Any]) -> ColumnElement[bool]:
    return and_(status_outbox.c.application == row.application, status_outbox.c.status == row.status)


def _send(hub: Hub, portal: PortalClient, row: Row[Any]) -> bool:
    with hub.journal.write() as write:
        claim = update(status_outbox).where(_of(row), status_outbox.c.state == row.state, status_outbox.c.attempts == row.attempts)
        if write.execute(claim.values(state="sending", attempts=row.attempts + 1)).rowcount == 0:
            return False
        write.leaf("status_sending", application=row.application, status=row.status, attempt=row.attempts + 1)
    fault_point("status.before_call")
    try:
        portal.update_status(row.receipt, row.status, row.reference)
    except TransientError:
        shown = portal.statuses([row.receipt]).get(row.receipt)
        if shown is None or shown.reference != row.reference:
            return False
    fault_point("status.after_call")
    _mark_sent(hub, row)
    return True


def _note_refused(hub: Hub, row: Row[Any]) -> None:
    with hub.journal.write() as write:
        raise_alarm(hub, write, kind="STATUS_REFUSED", subject=f"{row.receipt}/{row.status}")
        write.leaf("status_refused", application=row.application, status=row.status)


def _mark_sent(hub: Hub, row: Row[Any]) -> None:
    with hub.journal.write() as write:
        values = {"state": "sent", "sent_at": hub.clock.now().isoformat()}
        if write.execute(update(status_outbox).where(_of(row), status_outbox.c.state == "sending").values(**values)).rowcount:
            write.leaf("status_sent", application=row.application, status=row.status, reference=row.reference)
