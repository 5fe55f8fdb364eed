"""Corrections (補正): what residents answered, what ran out, whom to tell and whom to remind. Runs after the statuses are sent."""

import logging
from datetime import date

from sqlalchemy import select

from pipeline.corrections.answers import note_lapses, take_answers
from pipeline.corrections.asking import STATUS
from pipeline.corrections.cases import RUNNING, Correction, open_corrections
from pipeline.corrections.telling import remind, tell
from pipeline.corrections.terms import reminder_day, term_of
from pipeline.hub import Hub
from pipeline.journal.decision_tables import status_outbox
from pipeline.journal.intake_tables import applications

log = logging.getLogger(__name__)


def follow_corrections(hub: Hub) -> dict[str, int]:
    """Bring every request one step on. A notice is owed only when the portal has the status, so that a resident finds it there."""
    counts = {"answered": take_answers(hub), "lapsed": note_lapses(hub), "told": 0, "reminded": 0}
    running = [one for one in open_corrections(hub) if one.state in RUNNING]
    shown = _shown(hub)
    for one in running:
        if one.telling == "waiting" and one.application in shown:
            counts["told"] += tell(hub, one)
        elif one.telling == "notice" and one.reminded_on is None and _is_time_to_remind(hub, one):
            counts["reminded"] += remind(hub, one)
    log.info("step_ended", extra={"step": "corrections", **counts})
    return counts


def _shown(hub: Hub) -> set[int]:
    """Applications of which the portal shows 補正依頼中."""
    sent = (status_outbox.c.status == STATUS) & (status_outbox.c.state == "sent")
    joined = select(status_outbox.c.application).join(applications, applications.c.id == status_outbox.c.application)
    return {row.application for row in hub.journal.rows(joined.where(applications.c.municipality == hub.code, sent))}


def _is_time_to_remind(hub: Hub, correction: Correction) -> bool:
    """From the reminder's day up to the due day, but not on the day of the request itself."""
    (row,) = hub.journal.rows(select(applications.c.procedure).where(applications.c.id == correction.application))
    today, due = hub.clock.today(), date.fromisoformat(correction.due_on)
    first = reminder_day(hub.opening, due, term_of(hub, row.procedure).remind_days)
    return first <= today <= due and today.isoformat() > correction.requested_on
