"""Acts of two people (二人の行為): one asks, and somebody else with the approver's role who says the very same carries it out."""

from dataclasses import dataclass

from sqlalchemy import select, update

from pipeline.act_cases import Case
from pipeline.acts import enter_act
from pipeline.errors import ActRefused
from pipeline.hub import Hub
from pipeline.journal.act_tables import acts
from pipeline.journal.database import Write
from pipeline.staff import StaffMember, who_may


@dataclass(frozen=True, slots=True)
class Entered:
    """What came of it. state: asked while a second person is needed. approvers: who may be that one."""

    act: int
    state: str
    approvers: tuple[str, ...] = ()


def ask_or_carry_out(hub: Hub, write: Write, row: Case, member: StaffMember, *, kind: str, subject: str, reason: str) -> Entered:
    """Carry out what somebody else asked for, else ask for it. Raises ActRefused for whoever asked for the very same before.

    An approver who asked first is not in the way: a colleague asks as well, and the approver carries that out.
    """
    same = (acts.c.kind == kind) & (acts.c.application == row.id) & (acts.c.subject == subject) & (acts.c.state == "asked")
    waiting = write.read(select(acts).where(same).order_by(acts.c.id).with_for_update()).all()
    others = [one for one in waiting if one.actor != member.id]
    approvers = tuple(one for one in approvers_of(hub, row) if one != member.id)
    if others and "approver" in member.roles:
        act = enter_act(hub, write, kind=kind, actor=member.id, reason=reason, application=row.id, subject=subject, first=others[0].id)
        write.execute(update(acts).where(acts.c.id.in_([one.id for one in waiting])).values(state="done"))
        return Entered(act, "done")
    if len(others) < len(waiting):
        remedy = f"承認者（{'、'.join(approvers) or 'まだ誰もいません'}）が同じコマンドを実行してください"
        raise ActRefused(f"同じ職員（{member.id}）が二度は承認できません。二人目が必要です", remedy)
    act = enter_act(hub, write, kind=kind, actor=member.id, reason=reason, application=row.id, subject=subject, state="asked")
    return Entered(act, "asked", approvers)


def approvers_of(hub: Hub, row: Case) -> list[str]:
    """Ids of the desks that may be the second person of a case."""
    approvers = who_may(hub, "approver", row.section)
    entitled = who_may(hub, "restricted", row.section) if row.restricted else approvers
    return [one for one in approvers if one in entitled]
