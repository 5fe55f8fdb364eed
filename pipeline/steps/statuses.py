"""The processing-status channel (処理状況): what is owed to the portal, sent once, read back after an uncertain call."""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, select

from connectors.errors import ConnectorError, FinalError, PermanentError, TransientError
from connectors.portal import STATUSES as ORDER
from connectors.portal import PortalClient, PortalStatus
from pipeline.faults import fault_point
from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.decision_tables import status_outbox
from pipeline.journal.intake_tables import applications
from pipeline.notices.circuit import Circuit, Pace
from pipeline.notices.retry import declared
from pipeline.notices.states import OPEN, STATUSES, move
from pipeline.notices.status_tries import note_failure

log = logging.getLogger(__name__)

CHANNEL = "portal"
RANK = {status: number for number, status in enumerate(ORDER)}
"""Statuses owed in the same moment go in the order of a case's life."""


def owe_status(hub: Hub, write: Write, application: int, receipt: str, status: str) -> bool:
    """Owe a status to an application, once; the reference is the same whoever sends it and however often.

    False where an earlier application has the 受付番号: the portal knows the number once, and shows what became of that one.
    """
    of_number = (applications.c.municipality == hub.code) & (applications.c.receipt == receipt)
    if write.read(select(applications.c.id).where(of_number, applications.c.id < application)).first() is not None:
        return False
    row = {
        "application": application,
        "status": status,
        "reference": hub.index(f"{application}/{receipt}/{status}", "status-reference")[:40],
        "state": "owed",
        "attempts": 0,
        "owed_at": hub.clock.now().isoformat(),
    }
    write.insert_new(status_outbox, row)
    return True


@dataclass
class _Run:
    """One run of the channel. shown: what the portal says of the applications whose last call was uncertain."""

    hub: Hub
    portal: PortalClient
    circuit: Circuit
    pace: Pace
    counts: Counter[str] = field(default_factory=lambda: Counter(sent=0, found=0, postponed=0, refused=0))
    shown: dict[str, PortalStatus] = field(default_factory=dict)
    loud: list[PermanentError] = field(default_factory=list)
    in_a_row: int = 0


def send_statuses(hub: Hub, portal: PortalClient, *, only: str | None = None) -> dict[str, int]:
    """Send what is owed: new before what had to wait, of one application always in its order.

    An answer lost on the way is looked up by its reference before anything is sent again. Raises PermanentError at the end for statuses
    that need a person; several in a row end the run.
    """
    schedule = declared()
    run = _Run(hub, portal, Circuit(hub, CHANNEL, schedule), Pace(schedule.calls_per_second))
    with hub.journal.alone(f"statuses/{hub.code}") as mine:
        if mine:
            _send_all(run, only)
    log.info("statuses_ended", extra=dict(run.counts))
    if run.loud:
        first = run.loud[0]
        raise PermanentError(first.system, f"{first.problem} ({len(run.loud)} statuses; the page of the day names them)", code=first.code)
    return dict(run.counts)


def _send_all(run: _Run, only: str | None) -> None:
    groups = _by_application(_open_rows(run.hub, only))
    now = run.hub.clock.now().isoformat()
    _look_up(run, [row for rows in groups for row in rows if row.state == "sending" and _is_due(row, now)])
    for rows in groups:
        for number, row in enumerate(rows):
            # A later status must not overtake an earlier one that may still arrive.
            if _is_stopped(run) or not _is_due(row, now) or not _settle(run, row):
                run.counts["postponed"] += len(rows) - number
                break
    if run.circuit.open:
        mine = select(applications.c.id).where(applications.c.municipality == run.hub.code)
        run.circuit.put_off(STATUSES, status_outbox.c.application.in_(mine))


def _is_stopped(run: _Run) -> bool:
    return run.circuit.open or run.in_a_row >= run.circuit.schedule.failures_in_a_row


def _open_rows(hub: Hub, only: str | None) -> list[Row[Any]]:
    columns = select(status_outbox, applications.c.receipt).join(applications, applications.c.id == status_outbox.c.application)
    unsent = columns.where(applications.c.municipality == hub.code, status_outbox.c.state.in_(OPEN))
    if only is not None:
        unsent = unsent.where(status_outbox.c.status == only)
    found = hub.journal.rows(unsent)
    return sorted(found, key=lambda row: (row.application, row.owed_at, RANK.get(row.status, len(RANK))))


def _by_application(rows: Sequence[Row[Any]]) -> list[list[Row[Any]]]:
    """The statuses of each application in their order; applications that never had to wait come first, then those with the fewest tries."""
    groups = [list(group) for _, group in groupby(rows, key=lambda row: row.application)]
    return sorted(groups, key=lambda group: (group[0].next_try_at is not None, group[0].attempts, group[0].owed_at, group[0].application))


def _is_due(row: Row[Any], now: str) -> bool:
    return row.next_try_at <= now if row.next_try_at else row.code is None


def _look_up(run: _Run, uncertain: Sequence[Row[Any]]) -> None:
    """What the portal shows for uncertain rows; where the channel was down, any question tells whether it is up again."""
    if not uncertain and not run.circuit.down:
        return
    try:
        run.shown = run.portal.statuses([row.receipt for row in uncertain] or ["0"])
    except TransientError as error:
        run.circuit.failed(error)
    else:
        run.circuit.worked()


def _settle(run: _Run, row: Row[Any]) -> bool:
    """Send a status, unless it shows to have arrived. True when nothing of it is open any more."""
    if row.receipt in run.shown and run.shown[row.receipt].reference == row.reference:
        _mark_sent(run.hub, row)
        run.counts["found"] += 1
        return True
    attempts = row.attempts + 1
    if not _claimed(run.hub, row, attempts):
        return False
    run.pace.wait()
    fault_point("status.before_call")
    try:
        run.portal.update_status(row.receipt, row.status, row.reference)
    except TransientError as error:
        run.circuit.failed(error)
        if not _has_arrived(run, row, attempts, error):
            return False
    except PermanentError as error:
        return _refused(run, row, attempts, error)
    else:
        run.in_a_row = 0
        run.circuit.worked()
    fault_point("status.after_call")
    _mark_sent(run.hub, row)
    run.counts["sent"] += 1
    return True


def _claimed(hub: Hub, row: Row[Any], attempts: int) -> bool:
    now = hub.clock.now().isoformat()
    with hub.journal.write() as write:
        same = _of(row) & (status_outbox.c.state == row.state) & (status_outbox.c.attempts == row.attempts)
        first = func.coalesce(status_outbox.c.first_try_at, now)
        if not move(hub, write, STATUSES, same, "sending", attempts=attempts, first_try_at=first, code=None, next_try_at=None):
            return False
        write.leaf("status_sending", application=row.application, status=row.status, attempt=attempts)
    return True


def _has_arrived(run: _Run, row: Row[Any], attempts: int, error: ConnectorError) -> bool:
    """Look after a call without an answer; a row that did not arrive, or of which nothing is known, is tried later."""
    state = "sending"
    if not run.circuit.open:
        try:
            shown = run.portal.statuses([row.receipt]).get(row.receipt)
        except TransientError as again:
            run.circuit.failed(again)
        else:
            run.circuit.worked()
            if shown is not None and shown.reference == row.reference:
                return True
            state = "owed"
    note_failure(run.hub, row, attempts, error, state)
    return False


def _refused(run: _Run, row: Row[Any], attempts: int, error: PermanentError) -> bool:
    note_failure(run.hub, row, attempts, error, "sending")
    if isinstance(error, FinalError):
        run.counts["refused"] += 1
        return True
    run.in_a_row += 1
    run.loud.append(error)
    return False


def _of(row: Row[Any]) -> ColumnElement[bool]:
    return and_(status_outbox.c.application == row.application, status_outbox.c.status == row.status)


def _mark_sent(hub: Hub, row: Row[Any]) -> None:
    with hub.journal.write() as write:
        if move(hub, write, STATUSES, _of(row), "sent", code=None, next_try_at=None):
            write.leaf("status_sent", application=row.application, status=row.status, reference=row.reference)
