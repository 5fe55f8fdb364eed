"""What becomes of an application around its decision (決定の前後): held while something it needs is owed, settled when refused unsent."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, update

from mappings.procedure import Outcome
from pipeline.decision_checks import EARLY
from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.delivery_tables import obligations
from pipeline.journal.intake_tables import applications, findings
from pipeline.steps.worklist import finding_row
from vocabulary.findings import Finding, Severity

REJECTED = "DECIDED_REJECTED"


def hold_early(hub: Hub, write: Write, row: Row[Any], outcome: Outcome, missing: Sequence[str]) -> None:
    """Hold a delivered application while a document or visit that its decision needs is owed."""
    if row.disposition != "delivered":
        return
    found = [Finding(EARLY, where=document, severity=Severity.ALERT) for document in missing]
    _dispose(hub, write, row, disposition="held", reason=EARLY)
    write.insert_many(findings, [finding_row(row.id, "answer", finding) for finding in found])
    write.leaf("decision_early", application=row.id, outcome=outcome.id)


def let_go_early(hub: Hub, write: Write, row: Row[Any]) -> None:
    """What waited for a document or visit is delivered again; nothing happens to others."""
    if row.reason == EARLY:
        _dispose(hub, write, row, disposition="delivered", reason=None)


def settle_rejected(hub: Hub, write: Write, row: Row[Any]) -> None:
    """An application that was refused before it left, because its correction lapsed, is at its end and owes nothing."""
    _dispose(hub, write, row, disposition="settled", reason=REJECTED)
    write.execute(delete(obligations).where(obligations.c.application == row.id))
    write.insert_many(findings, [finding_row(row.id, "answer", Finding(REJECTED, severity=Severity.ALERT))])


def _dispose(hub: Hub, write: Write, row: Row[Any], **values: str | None) -> None:
    day = hub.clock.today().isoformat()
    write.execute(update(applications).where(applications.c.id == row.id).values(disposed_on=day, **values))
