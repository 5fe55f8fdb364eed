"""A clerk enters a decision (決定の入力) or, with a second person, changes or revokes one (決定の変更・取消)."""

from dataclasses import replace
from typing import Any, Literal

from sqlalchemy import Row, select

from pipeline.act_cases import allowed
from pipeline.acts import enter_act
from pipeline.decided_applications import decidable_application
from pipeline.decisions import Answer, Change, DecisionInput, Early, Known, Refused, change_of, enter_decision, known_decision, supersede
from pipeline.errors import ActRefused
from pipeline.hub import Hub, digest_of
from pipeline.journal.act_tables import acts
from pipeline.journal.database import Write
from pipeline.orders import check_order
from pipeline.staff import who_may
from vocabulary.reasons import reason

SOURCE = "decide"


def decide(hub: Hub, receipt: str, given: DecisionInput) -> Answer:
    """Enter a decision as a clerk of the section says; what does not fit is told at once. Raises ActRefused.

    given: with actor and grounds; its source is set here.
    """
    check_order(given.actor, given.grounds)
    with hub.journal.write() as write:
        row = decidable_application(hub, write, receipt)
        if row is None:
            raise _refused("DECISION_UNKNOWN")
        allowed(hub, row, given.actor)
        known = known_decision(hub, write, row, given)
        if known is not None:
            return known
        act = enter_act(hub, write, kind="decide", actor=given.actor, reason=given.grounds, application=row.id, subject=given.outcome)
        answer = enter_decision(hub, write, row, replace(given, source=SOURCE, act=act))
        if isinstance(answer, Early | Refused):
            raise _refused(answer.code)
    return answer


def correct(hub: Hub, receipt: str, given: DecisionInput, kind: Literal["change", "revoke"]) -> Answer | None:
    """Ask for a 変更 or 取消, or carry it out as the second person who says the same; None when it was asked. Raises ActRefused.

    One of the two is an approver. What does not fit is told to the first person already; what stands already is asked of nobody.
    """
    check_order(given.actor, given.grounds)
    with hub.journal.write() as write:
        row = decidable_application(hub, write, receipt)
        if row is None:
            raise _refused("DECISION_UNKNOWN")
        found = change_of(hub, write, row, given, kind)
        outcome = found.outcome.id if isinstance(found, Change) else given.outcome
        said = digest_of(kind, outcome, given.decided_on, given.decision_number, given.document_number, given.letter)[:32]
        first = _asked(write, row.id, f"decision_{kind}", said)
        needed = "clerk" if first is None or first.actor in who_may(hub, "approver", row.section) else "approver"
        allowed(hub, row, given.actor, needed)
        if isinstance(found, Refused):
            raise _refused(found.code)
        if isinstance(found, Known):
            return found
        order = {"kind": f"decision_{kind}", "actor": given.actor, "reason": given.grounds, "application": row.id, "subject": said}
        if first is None:
            enter_act(hub, write, state="asked", **order)
            return None
        act = enter_act(hub, write, first=first.id, **order)
        return supersede(hub, write, row, replace(given, source=SOURCE, act=act), found)


def _asked(write: Write, application: int, kind: str, said: str) -> Row[Any] | None:
    """The open request of somebody for the very same correction: number of the act, and who asked."""
    same = (acts.c.application == application) & (acts.c.kind == kind) & (acts.c.subject == said) & (acts.c.state == "asked")
    return write.read(select(acts.c.id, acts.c.actor).where(same).order_by(acts.c.id)).first()


def _refused(code: str) -> ActRefused:
    words = reason(code)
    return ActRefused(f"{code} {words.sentence.rstrip('。')}", words.remedy.rstrip("。"))
