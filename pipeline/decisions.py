"""Decisions (決定): whatever a system, a sheet or a clerk reports passes here; what does not fit is refused by name and decides nothing."""

from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Row, select

from mappings.procedure import Outcome, Procedure
from pipeline.decision_checks import EARLY, is_lapsed, misfit, missing_documents
from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.decision_tables import STANDING, decisions
from pipeline.kinds import outcomes_of
from pipeline.notices.results import Decision, give_up_superseded, owe_result_notice
from pipeline.status_turns import owe_status_again
from pipeline.steps.statuses import owe_status
from pipeline.undecided import hold_early, let_go_early, settle_rejected

Kind = Literal["first", "change", "revoke"]
REEXAMINED = "EXAMINING"


@dataclass(frozen=True, slots=True)
class DecisionInput:
    """What a source says. outcome: id or title; decided_on: ISO day, empty for none; letter: of LETTERS, empty for an unknown word.

    source: destination and file, ``sheet/…`` or ``decide``. actor: the desk, empty for a receiving system. act: of a person.
    """

    outcome: str
    decided_on: str
    decision_number: str
    document_number: str
    letter: str
    grounds: str = field(repr=False)
    source: str
    actor: str = ""
    act: int | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """A new decision record."""

    decision: int


@dataclass(frozen=True, slots=True)
class Known:
    """The very same was entered before."""

    decision: int


@dataclass(frozen=True, slots=True)
class Early:
    """A document or visit that it needs is still owed. documents: their codes."""

    documents: tuple[str, ...]
    code: str = EARLY


@dataclass(frozen=True, slots=True)
class Refused:
    """It does not fit. code: reason code."""

    code: str


@dataclass(frozen=True, slots=True)
class Change:
    """A 変更 or 取消 that fits. outcome: of the new record, for a 取消 that of the old one. standing: the record it supersedes."""

    kind: Literal["change", "revoke"]
    outcome: Outcome
    standing: Row[Any]


Answer = Entered | Known | Early | Refused
SAID = ("outcome", "decided_on", "decision_number", "document_number", "letter")
"""What two decisions have in common that say the same."""


def enter_decision(hub: Hub, write: Write, row: Row[Any], given: DecisionInput) -> Answer:
    """Enter the first decision of an application, or one after a 取消, with the status and the notice that it owes.

    row: of ``applications``, delivered or with a correction that lapsed. Of two sources at once the second one sees the first's record.
    """
    known = known_decision(hub, write, row, given)
    if known is not None:
        return known
    outcome = _outcome(hub, row, given.outcome)
    code = misfit(hub, write, row, given, outcome)
    if code or outcome is None:
        return Refused(code or "DECISION_OUTCOME")
    standing = standing_decision(write, row.id)
    if standing is not None and standing.kind != "revoke":
        return Refused("DECISION_CONTRADICTS")
    missing = missing_documents(write, row, outcome)
    if missing:
        hold_early(hub, write, row, outcome, missing)
        return Early(missing)
    let_go_early(hub, write, row)
    kind: Kind = "first" if standing is None else "change"
    return Entered(_record(hub, write, row, given, outcome, kind=kind, earlier=standing))


def change_of(hub: Hub, write: Write, row: Row[Any], given: DecisionInput, kind: Literal["change", "revoke"]) -> Change | Known | Refused:
    """What a 変更 or 取消 comes to, before anybody asks for it: one that says what stands already changes nothing."""
    standing = standing_decision(write, row.id)
    if standing is None or standing.kind == "revoke":
        return Refused("DECISION_NONE_STANDS")
    outcome = _outcome(hub, row, standing.outcome if kind == "revoke" else given.outcome)
    code = misfit(hub, write, row, given, outcome)
    if code or outcome is None:
        return Refused(code or "DECISION_OUTCOME")
    said = (outcome.id, given.decided_on, given.decision_number, given.document_number, given.letter)
    if kind == "change" and said == tuple(getattr(standing, name) for name in SAID):
        return Known(standing.id)
    return Change(kind, outcome, standing)


def supersede(hub: Hub, write: Write, row: Row[Any], given: DecisionInput, change: Change) -> Entered:
    """Enter a 変更 or 取消 of the standing decision; the caller has made sure of the second person."""
    return Entered(_record(hub, write, row, given, change.outcome, kind=change.kind, earlier=change.standing))


def standing_decision(write: Write, application: int) -> Row[Any] | None:
    """The decision of an application that no later one superseded."""
    return write.read(select(decisions).where(decisions.c.application == application, STANDING)).first()


def grounds_context(municipality: str, application: int) -> str:
    """The place that sealed grounds (理由) belong to."""
    return f"decision/{municipality}/{application}"


def known_decision(hub: Hub, write: Write, row: Row[Any], given: DecisionInput) -> Known | None:
    """The record of this application that says the same, whatever was decided after it."""
    outcome = _outcome(hub, row, given.outcome)
    for one in write.read(select(decisions).where(decisions.c.application == row.id)).all():
        # A 決裁番号 names one decision: a system that reports it again on another day reports nothing new.
        same = outcome is not None and (one.decision_number, one.outcome) == (given.decision_number, outcome.id)
        if same and one.kind != "revoke":
            return Known(int(one.id))
    return None


def _outcome(hub: Hub, row: Row[Any], name: str) -> Outcome | None:
    procedure = hub.procedure(row.procedure)
    return next((one for one in outcomes_of(hub, procedure, row.id) if name in (one.id, one.title)), None)


def _record(
    hub: Hub, write: Write, row: Row[Any], given: DecisionInput, outcome: Outcome, *, kind: Kind, earlier: Row[Any] | None
) -> int:
    values = {
        "application": row.id,
        "kind": kind,
        "supersedes": earlier.id if earlier else None,
        "outcome": outcome.id,
        "decided_on": given.decided_on,
        "decision_number": given.decision_number,
        "document_number": given.document_number,
        "letter": given.letter,
        "grounds": hub.sealing.seal_text(given.grounds, context=grounds_context(hub.code, row.id)) if given.grounds else None,
        "source": given.source,
        "actor": given.actor,
        "act": given.act,
        "at": hub.clock.now().isoformat(),
    }
    decision = Decision(write.insert_row(decisions, values), row, hub.procedure(row.procedure), outcome, values, grounds=given.grounds)
    if is_lapsed(write, row):
        settle_rejected(hub, write, row)
    _tell(hub, write, decision, earlier)
    write.leaf("decision_entered", application=row.id, outcome=outcome.id, kind=kind, source=given.source, actor=given.actor)
    return decision.key


def _tell(hub: Hub, write: Write, decision: Decision, earlier: Row[Any] | None) -> None:
    """Status first, then the notice; a procedure whose outcome has no text of its own tells nobody by notice."""
    row, status = decision.application, decision.outcome.status
    if earlier is None:
        owe_status(hub, write, row.id, row.receipt, status)
    else:
        give_up_superseded(hub, write, earlier.id)
        again = REEXAMINED if decision.values["kind"] == "revoke" else status
        owe_status_again(hub, write, row, again, turn=decision.key)
    if decision.outcome.notice or (earlier is not None and _tells_results(decision.procedure)):
        owe_result_notice(hub, write, decision)


def _tells_results(procedure: Procedure) -> bool:
    return any(outcome.notice for outcome in procedure.outcomes)
