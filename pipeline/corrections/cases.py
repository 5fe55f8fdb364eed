"""Cases under correction (補正中の案件): whether a request stands, what stops meanwhile, and how that is said on the case."""

from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, select, update

from pipeline.act_cases import Case
from pipeline.hub import Hub
from pipeline.journal.correction_tables import corrections
from pipeline.journal.database import Write
from pipeline.journal.decision_tables import decisions
from pipeline.journal.intake_tables import applications, findings
from pipeline.rounds import is_handed_on
from pipeline.steps.worklist import finding_row
from vocabulary.findings import Finding, Severity

Correction = Row[Any]

RUNNING = ("open", "extended")
"""States in which the resident is waited for."""
UNANSWERED = (*RUNNING, "lapsed")
ASKED, LAPSED, ANSWERED, BY_PERSON = "CORRECTION_ASKED", "CORRECTION_LAPSED", "CORRECTION_ANSWERED", "CORRECTION_BY_PERSON"
OURS = (ASKED, LAPSED, ANSWERED)
STEP = "correction"
GONE = ("settled", "withdrawn")


def standing() -> ColumnElement[bool]:
    """The SQL condition on a correction's application that it is still in somebody's hands: not ended, not decided."""
    decided = exists().where(decisions.c.application == applications.c.id)
    return and_(applications.c.disposition.not_in(GONE), ~decided)


def open_corrections(hub: Hub) -> list[Correction]:
    """Requests without an answer of applications that still stand, the oldest first."""
    return hub.journal.rows(_of(hub).where(corrections.c.state.in_(UNANSWERED), standing()))


def unanswered(hub: Hub) -> list[Correction]:
    """Requests without an answer, whatever became of their applications."""
    return hub.journal.rows(_of(hub).where(corrections.c.state.in_(UNANSWERED)))


def _of(hub: Hub) -> Any:  # noqa: ANN401  statements of SQLAlchemy nest their types beyond reading
    joined = select(corrections).join(applications, applications.c.id == corrections.c.application)
    return joined.where(applications.c.municipality == hub.code).order_by(corrections.c.id)


def corrections_of(hub: Hub, application: int) -> list[Correction]:
    """Every request of an application, in order."""
    return hub.journal.rows(select(corrections).where(corrections.c.application == application).order_by(corrections.c.number))


def locked(write: Write, correction: Correction, states: tuple[str, ...]) -> Correction | None:
    """The request as it stands now, locked; None when it has left the states meanwhile."""
    same = (corrections.c.id == correction.id) & corrections.c.state.in_(states)
    return write.read(select(corrections).where(same).with_for_update()).first()


def say(hub: Hub, write: Write, application: int, code: str, number: int) -> None:
    """Make ``code`` what the case says of its correction, and its reason where no file carries the case yet.

    number: the how-manieth request.
    """
    quiet(write, application)
    finding = Finding(code, where=f"correction {number}", severity=Severity.ALERT)
    write.insert_many(findings, [finding_row(application, STEP, finding)])
    if not write.read(select(is_handed_on(application))).scalar_one():
        _stand(hub, write, application, disposition="held", reason=code)


def quiet(write: Write, application: int) -> None:
    """What the case said of its correction becomes a remark."""
    said = (findings.c.application == application) & (findings.c.step == STEP)
    write.execute(update(findings).where(said).values(severity=Severity.INFO.value))


def let_go(hub: Hub, write: Write, row: Case) -> None:
    """The case goes on where it stood, if it was the correction that stopped it."""
    quiet(write, row.id)
    if row.disposition == "held" and row.reason in OURS:
        _stand(hub, write, row.id, disposition="open", reason=None)


def _stand(hub: Hub, write: Write, application: int, *, disposition: str, reason: str | None) -> None:
    unfinished = (applications.c.id == application) & applications.c.disposition.in_(("open", "waiting", "held"))
    values = {"disposition": disposition, "reason": reason, "disposed_on": hub.clock.today().isoformat()}
    write.execute(update(applications).where(unfinished).values(**values))
