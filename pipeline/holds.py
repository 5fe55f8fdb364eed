"""Holds by people (保留・返戻): a case that somebody stops before its records leave, lets go again, or sends back to the filer."""

from sqlalchemy import delete, insert, update

from pipeline.act_cases import Case, allowed, unfinished
from pipeline.acts import enter_act
from pipeline.errors import ActRefused
from pipeline.hub import Hub
from pipeline.journal.act_tables import holds
from pipeline.journal.database import Write
from pipeline.journal.delivery_tables import obligations
from pipeline.journal.intake_tables import applications, findings
from pipeline.kinds import outcomes_of
from pipeline.steps.statuses import owe_status
from pipeline.steps.worklist import finding_row
from pipeline.waivers import RELEASED
from vocabulary.findings import Finding, Severity

ON_HOLD, RETURNED = "HELD_BY_PERSON", "RETURNED"
STEP = "person"
SENT_BACK = "CORRECTION"
"""Status of what is sent back where the procedure names no end of that name: nobody is refused by it, not even with a 届出."""


def hold(hub: Hub, row: Case, *, actor: str, reason: str) -> int:
    """Put a case on hold until a person lets it go; gives the act. Raises ActRefused."""
    allowed(hub, row, actor)
    with hub.journal.write() as write:
        unfinished(write, row)
        act = enter_act(hub, write, kind="hold", actor=actor, reason=reason, application=row.id)
        if not write.insert_new(holds, {"application": row.id, "act": act}):
            raise ActRefused(f"受付番号 {row.receipt} はすでに職員が保留にしています", "hub acts で理由を確かめてください")
        _settle(hub, write, row, disposition="held", reason=ON_HOLD)
        write.execute(insert(findings).values(finding_row(row.id, STEP, Finding(ON_HOLD, where="persons", severity=Severity.ALERT))))
    return act


def let_go(hub: Hub, row: Case, *, actor: str, reason: str) -> int:
    """End the hold of a person; the next run goes on where the case stood. Gives the act. Raises ActRefused."""
    allowed(hub, row, actor)
    with hub.journal.write() as write:
        unfinished(write, row)
        if write.execute(delete(holds).where(holds.c.application == row.id)).rowcount == 0:
            raise ActRefused(f"受付番号 {row.receipt} は職員による保留になっていません", "hub acts で記録を確かめてください")
        act = enter_act(hub, write, kind="release", actor=actor, reason=reason, application=row.id, subject=ON_HOLD)
        told = (findings.c.application == row.id) & (findings.c.code == ON_HOLD) & (findings.c.severity != Severity.INFO.value)
        write.execute(update(findings).where(told).values(severity=Severity.INFO.value, detail=f"{RELEASED} {act}"))
        _settle(hub, write, row, disposition="open", reason=None)
    return act


def send_back(hub: Hub, row: Case, *, actor: str, reason: str) -> tuple[int, str]:
    """返戻: settle the case and owe the filer the status of it; gives the act, and the status or an empty text. Raises ActRefused."""
    allowed(hub, row, actor)
    status = next((one.status for one in outcomes_of(hub, hub.procedure(row.procedure), row.id) if one.id == "returned"), SENT_BACK)
    with hub.journal.write() as write:
        unfinished(write, row)
        act = enter_act(hub, write, kind="return", actor=actor, reason=reason, application=row.id, subject=status)
        write.execute(delete(holds).where(holds.c.application == row.id))
        write.execute(delete(obligations).where(obligations.c.application == row.id))
        _settle(hub, write, row, disposition="settled", reason=RETURNED)
        write.execute(insert(findings).values(finding_row(row.id, STEP, Finding(RETURNED, where="persons", severity=Severity.ALERT))))
        shown = owe_status(hub, write, row.id, row.receipt, status)
    return act, status if shown else ""


def _settle(hub: Hub, write: Write, row: Case, *, disposition: str, reason: str | None) -> None:
    values = {"disposition": disposition, "reason": reason, "disposed_on": hub.clock.today().isoformat()}
    write.execute(update(applications).where(applications.c.id == row.id).values(**values))
