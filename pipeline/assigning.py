"""Naming a resident (宛名の指定): two people say whom the form means where the hub found nobody or several."""

from typing import Any

from sqlalchemy import insert, select

from pipeline.act_cases import Case, allowed, unfinished
from pipeline.acts import enter_act
from pipeline.errors import ActRefused
from pipeline.hub import Hub
from pipeline.journal.act_tables import acts, assignments
from pipeline.journal.database import Write
from pipeline.journal.intake_tables import persons
from pipeline.releases import Entered
from pipeline.residents import by_atena
from pipeline.staff import require, who_may


def assign(hub: Hub, row: Case, place: tuple[str, int], atena: str, *, actor: str, reason: str) -> Entered:
    """Name the resident of a role: the first call asks, that of an approver with the same 宛名番号 does it. Raises ActRefused."""
    member = allowed(hub, row, actor)
    _check_resident(hub, row, actor, atena)
    role, ordinal = place
    # The keyed hash binds both people to one resident without writing the 宛名番号 into the log.
    subject = f"{role}.{ordinal} {hub.index(atena, 'assignment')[:16]}"
    with hub.journal.write() as write:
        _check_place(write, unfinished(write, row), role, ordinal)
        same = (acts.c.kind == "assign") & (acts.c.application == row.id) & (acts.c.subject == subject) & (acts.c.state == "asked")
        first = write.read(select(acts).where(same).order_by(acts.c.id).with_for_update()).first()
        said: dict[str, Any] = {"kind": "assign", "actor": actor, "reason": reason, "application": row.id, "subject": subject}
        approvers = tuple(one for one in who_may(hub, "approver", row.section) if one != actor)
        if first is None:
            return Entered(enter_act(hub, write, **said, state="asked"), "asked", approvers)
        if first.actor != actor and "approver" not in member.roles:
            raise ActRefused(f"{actor} は承認者ではありません", f"承認できる職員は {'、'.join(approvers) or 'まだ誰もいません'}")
        act = enter_act(hub, write, **said, first=first.id)
        of_it = (assignments.c.application == row.id) & (assignments.c.role == role) & (assignments.c.ordinal == ordinal)
        write.execute(assignments.delete().where(of_it))
        write.execute(insert(assignments).values(application=row.id, role=role, ordinal=ordinal, atena=atena, act=act))
    return Entered(act, "done")


def _check_resident(hub: Hub, row: Case, actor: str, atena: str) -> None:
    resident = by_atena(hub, atena)
    if resident is None:
        raise ActRefused("この宛名番号の人は住民情報にいません", "宛名番号を確かめるか、住民情報の連携を待ってください")
    if resident.protected:
        require(hub, actor, "restricted", row.section)


def _check_place(write: Write, row: Case, role: str, ordinal: int) -> None:
    """Only a person whom the hub could not identify is named by people."""
    if row.disposition != "held" or row.stage != "verified":
        remedy = "宛名番号の指定は、本人特定で保留になった申請にだけできます"
        raise ActRefused(f"受付番号 {row.receipt} は本人特定の保留ではありません", remedy)
    people = write.read(select(persons).where(persons.c.application == row.id)).all()
    unknown = [f"{one.role}.{one.ordinal}" for one in people if one.atena is None]
    if f"{role}.{ordinal}" not in unknown:
        raise ActRefused(f"{role}.{ordinal} は宛名番号の指定を待っていません", f"指定を待つのは {'、'.join(unknown) or 'ありません'}")
