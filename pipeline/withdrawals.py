"""The act of a withdrawal (取下げの登録): a resident's letter, or the section's answer to a withdrawal at the portal."""

from dataclasses import dataclass

from sqlalchemy import select, update

from pipeline.act_cases import ENDED, Case, allowed
from pipeline.acts import enter_act
from pipeline.errors import ActRefused
from pipeline.hub import Hub
from pipeline.journal.correction_tables import withdrawals
from pipeline.journal.database import Write
from pipeline.journal.decision_tables import decisions
from pipeline.journal.intake_tables import findings
from pipeline.steps.statuses import owe_status
from pipeline.taken_back import STEP, locked_case, take_back
from vocabulary.findings import Severity

STATUS = "WITHDRAWN"


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What became of it. handed_on: a file carries the application, so the section ends it in the business system."""

    act: int
    handed_on: bool


def withdraw(hub: Hub, row: Case, *, actor: str, reason: str) -> Withdrawn:
    """Enter a letter of withdrawal, or that the section dealt with one at the portal. Raises ActRefused."""
    allowed(hub, row, actor)
    with hub.journal.write() as write:
        now = locked_case(write, row.id)
        known = write.read(select(withdrawals).where(withdrawals.c.application == row.id)).first()
        if known is not None and (known.act is not None or not known.handed_on):
            raise ActRefused(f"受付番号 {row.receipt} の取下げはすでに登録されています", "hub case で経過を確かめてください")
        if known is None:
            _check_open(write, now)
        act = enter_act(hub, write, kind="withdraw", actor=actor, reason=reason, application=row.id)
        if known is not None:
            _settle_told(write, row, act)
            return Withdrawn(act, handed_on=True)
        handed_on = take_back(hub, write, now, source="letter", act=act)
        owe_status(hub, write, row.id, row.receipt, STATUS)
    return Withdrawn(act, handed_on)


def _settle_told(write: Write, row: Case, act: int) -> None:
    write.execute(update(withdrawals).where(withdrawals.c.application == row.id).values(act=act))
    told = (findings.c.application == row.id) & (findings.c.step == STEP)
    write.execute(update(findings).where(told).values(severity=Severity.INFO.value))
    write.leaf("withdrawal_settled", application=row.id, act=act)


def _check_open(write: Write, row: Case) -> None:
    if row.disposition in ENDED and row.disposition != "delivered":
        raise ActRefused(f"受付番号 {row.receipt} は{ENDED[row.disposition]}", "取下げは、処理中の申請について登録してください")
    if write.read(select(decisions.c.id).where(decisions.c.application == row.id)).first() is not None:
        raise ActRefused(f"受付番号 {row.receipt} はすでに決定しています", "決定の後の取下げは、業務システムで扱いを決めてください")
