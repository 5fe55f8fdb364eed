"""Which applications a step has to do, and how its outcome enters the journal: once for each set of inputs."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, func, insert, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from connectors.errors import ConnectorError
from pipeline.alarms import raise_alarm
from pipeline.corrections.stops import under_correction
from pipeline.errors import EvidenceBroken, HubError
from pipeline.hub import Hub, digest_of
from pipeline.journal.act_tables import holds
from pipeline.journal.database import Write
from pipeline.journal.intake_tables import STAGES, applications, findings, step_results
from pipeline.waivers import last_acts
from vocabulary.findings import Finding, Refused, Severity
from vocabulary.reasons import reason

log = logging.getLogger(__name__)

TRIED_DAILY = frozenset({"STEP_FAILED", "EVIDENCE_BROKEN"})

Application = Row[Any]
Record = Callable[[Write], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step makes of one application: its findings, and the rows to write when the outcome is recorded."""

    findings: tuple[Finding, ...] = ()
    record: Record | None = None
    marks: dict[str, Any] = field(default_factory=dict)

    @property
    def stopping(self) -> Finding | None:
        """The first finding that stops the application, waiting ones last: a person can act on the others at once."""
        stops = [finding for finding in self.findings if finding.severity is not Severity.INFO and reason(finding.code).effect != "note"]
        stops.sort(key=lambda finding: reason(finding.code).effect == "wait")
        return stops[0] if stops else None

    @property
    def name(self) -> str:
        """done, held or waiting."""
        if self.stopping is None:
            return "done"
        return "waiting" if reason(self.stopping.code).effect == "wait" else "held"


@dataclass(frozen=True, slots=True)
class Step:
    """A step that judges applications one by one. reached: the stage that an application has after it."""

    name: str
    reached: str
    inputs: Callable[[Hub, Application], str]
    judge: Callable[[Hub, Application], Outcome]

    @property
    def before(self) -> str:
        """The stage that an application must have before it."""
        return STAGES[STAGES.index(self.reached) - 1]


def due(hub: Hub, stage: str) -> list[Application]:
    """Applications that stand at a stage and are not finished, nor put on hold by a person or a correction, in the order of arrival."""
    waiting = select(applications).where(_at_desk(hub, stage), ~_stopped())
    return hub.journal.rows(waiting.order_by(applications.c.arrived_at, applications.c.id))


def _stopped() -> ColumnElement[bool]:
    """The SQL condition that a person or a correction stopped an application."""
    return or_(exists().where(holds.c.application == applications.c.id), under_correction())


def _at_desk(hub: Hub, stage: str) -> ColumnElement[bool]:
    unfinished = applications.c.disposition.in_(("open", "waiting", "held"))
    return and_(applications.c.municipality == hub.code, applications.c.stage == stage, unfinished)


def tries(hub: Hub, step: Step) -> dict[tuple[int, str], tuple[int, str]]:
    """How often a step was recorded for (application, inputs), and on which day last, of the applications that stand before it."""
    last = func.max(step_results.c.attempt), func.max(step_results.c.at)
    counted = select(step_results.c.application, step_results.c.inputs, *last)
    joined = counted.join(applications, applications.c.id == step_results.c.application)
    recorded = joined.where(step_results.c.step == step.name, _at_desk(hub, step.before))
    rows = hub.journal.rows(recorded.group_by(step_results.c.application, step_results.c.inputs))
    return {(row[0], row[1]): (row[2], row[3][:10]) for row in rows}


def pending(hub: Hub, step: Step) -> Iterable[tuple[Application, str, int]]:
    """(application, inputs, attempt) of all that the step must judge.

    New ones, waiting ones, held ones whose inputs changed or that a person acted on, and once a day those that the hub itself failed on:
    it may be mended meanwhile.
    """
    done, acted = tries(hub, step), last_acts(hub, _at_desk(hub, step.before))
    today = hub.clock.today().isoformat()
    for row in due(hub, step.before):
        inputs = step.inputs(hub, row)
        inputs = digest_of(inputs, acted[row.id]) if row.id in acted else inputs
        attempts, last = done.get((row.id, inputs), (0, ""))
        if not attempts or row.disposition == "waiting" or (row.reason in TRIED_DAILY and last < today):
            yield row, inputs, attempts + 1


def run_step(hub: Hub, step: Step) -> dict[str, int]:
    """Judge every pending application, each in its own transaction; one bad application stops only itself."""
    counts = {"done": 0, "held": 0, "waiting": 0}
    for row, inputs, attempt in list(pending(hub, step)):
        outcome = judge_safely(hub, step, row)
        if record_outcome(hub, step, row, inputs=inputs, attempt=attempt, outcome=outcome):
            counts[outcome.name] += 1
    log.info("step_ended", extra={"step": step.name, **counts})
    return counts


def judge_safely(hub: Hub, step: Step, row: Application) -> Outcome:
    """The step's outcome; a refusal of the data becomes a finding."""
    try:
        return step.judge(hub, row)
    except Refused as refused:
        return Outcome(findings=(refused.finding,))
    except EvidenceBroken as error:
        # Its neighbours' evidence holds; the alarm tells that somebody or something changed what was sealed.
        return Outcome(findings=(Finding("EVIDENCE_BROKEN", where=step.name, detail=error.what[:200]),), record=_alarm(hub, row))
    except (ConnectorError, HubError, SQLAlchemyError):
        raise
    except Exception as error:  # noqa: BLE001  the border between one application and its neighbours
        # Unforeseen content must not stop the neighbours; the class name says where to look, the text could carry a value.
        log.error("step_failed_on_application", extra={"step": step.name, "application": row.id, "error": type(error).__name__})  # noqa: TRY400  a traceback could carry a value
        return Outcome(findings=(Finding("STEP_FAILED", where=step.name, detail=type(error).__name__),))


def _alarm(hub: Hub, row: Application) -> Record:
    return lambda write: raise_alarm(hub, write, kind="EVIDENCE_BROKEN", subject=row.receipt)


def record_outcome(hub: Hub, step: Step, row: Application, *, inputs: str, attempt: int, outcome: Outcome) -> bool:
    """Write the outcome in one transaction. False when another worker was there first."""
    with hub.journal.write() as write:
        return write_outcome(hub, write, step, row, inputs=inputs, attempt=attempt, outcome=outcome)


def write_outcome(hub: Hub, write: Write, step: Step, row: Application, *, inputs: str, attempt: int, outcome: Outcome) -> bool:
    """The rows of an outcome: step result, findings, the application's state, the step's own rows, a log leaf."""
    now = hub.clock.now().isoformat()
    if not _is_as_judged(write, row):
        return False
    key = {"application": row.id, "step": step.name, "inputs": inputs, "attempt": attempt, "outcome": outcome.name, "at": now}
    if not write.insert_new(step_results, key):
        return False
    write.execute(findings.delete().where(findings.c.application == row.id, findings.c.step == step.name))
    if outcome.findings:
        write.execute(insert(findings), [finding_row(row.id, step.name, finding) for finding in outcome.findings])
    if outcome.record is not None:
        outcome.record(write)
    stopping = outcome.stopping
    values = {
        "stage": step.reached if stopping is None else step.before,
        "disposition": {"done": "open"}.get(outcome.name, outcome.name),
        "reason": stopping.code if stopping else None,
        "disposed_on": row.disposed_on if _stands_as_before(row, outcome) else hub.clock.today().isoformat(),
        "handled_at": row.handled_at or now,
        **outcome.marks,
    }
    write.execute(update(applications).where(applications.c.id == row.id).values(**values))
    write.leaf(f"application_{step.reached}", application=row.id, outcome=outcome.name, reason=values["reason"], inputs=inputs)
    return True


def _stands_as_before(row: Row[Any], outcome: Outcome) -> bool:
    """Whether an application that stopped stays stopped for the same reason: people are told since when it stands."""
    return outcome.stopping is not None and (row.disposition, row.reason) == (outcome.name, outcome.stopping.code)


def _is_as_judged(write: Write, row: Application) -> bool:
    """Whether the application stands where it stood when the worker read its list: nobody moved it on, nobody stopped it."""
    this = applications.c.id == row.id
    standing = this & (applications.c.stage == row.stage) & (applications.c.disposition == row.disposition)
    if write.read(select(applications.c.id).where(standing).with_for_update()).first() is None:
        return False
    # Asked behind the lock: a hold on a case that was held already changes neither stage nor disposition.
    return write.read(select(applications.c.id).where(this, _stopped())).first() is None


def finding_row(application: int, step: str, finding: Finding) -> dict[str, Any]:
    """The journal's row of a finding."""
    return {
        "application": application,
        "step": step,
        "code": finding.code,
        "place": finding.where[:200],
        "rule": finding.rule,
        "severity": finding.severity.value,
        "detail": finding.detail[:200],
    }
