"""People outside the register (住登外): work items for whoever lives elsewhere, and how a clerk settles them."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, func, select, update

from mappings.form import PersonClaim
from pipeline.acts import enter_act
from pipeline.agreement import is_same_birth
from pipeline.errors import ActRefused
from pipeline.hub import Hub
from pipeline.journal.act_tables import assignments
from pipeline.journal.database import Write
from pipeline.journal.identification_tables import outside_people
from pipeline.journal.intake_tables import STAGES, applications, persons
from pipeline.matching import Match
from pipeline.residents import Resident, by_atena
from pipeline.staff import require

REOPENED = STAGES[STAGES.index("identified") : STAGES.index("released")]
"""Stages from which a case goes back to be identified anew; what is released stays as it is."""


def claim_context(municipality: str, application: int, role: str, ordinal: int) -> str:
    """The place that the sealed claim about a person belongs to."""
    return f"claim/{municipality}/{application}/{role}/{ordinal}"


def owe_outside(hub: Hub, write: Write, application: int, nobody: Iterable[Match]) -> None:
    """Keep a work item for every claim that may be about somebody outside; what a clerk settled stands."""
    today = hub.clock.today().isoformat()
    still_open = (outside_people.c.application == application) & (outside_people.c.state == "open")
    since = {(row.role, row.ordinal): row.since for row in write.read(select(outside_people).where(still_open))}
    write.execute(outside_people.delete().where(still_open))
    for match in nobody:
        if match.method != "outside" and not any(finding.code == "PERSON_NOT_FOUND" for finding in match.findings):
            continue
        place = (match.claim.role, match.claim.ordinal)
        key = {"application": application, "role": place[0], "ordinal": place[1]}
        write.insert_new(outside_people, {**key, "state": "open", "since": since.get(place, today)})


def open_outside(hub: Hub) -> list[Row[Any]]:
    """Work items that nobody settled: receipt, section, procedure, restricted, role, ordinal, since; the oldest first."""
    ours = (applications.c.id == outside_people.c.application) & (applications.c.municipality == hub.code)
    columns = (applications.c.receipt, applications.c.section, applications.c.procedure, applications.c.restricted)
    asked = select(outside_people, *columns).join(applications, ours).where(outside_people.c.state == "open")
    order = (outside_people.c.since, outside_people.c.application, outside_people.c.role, outside_people.c.ordinal)
    return hub.journal.rows(asked.order_by(*order))


def filing_named(hub: Hub, receipt: str) -> Row[Any]:
    """The newest stored version of a filing. Raises ActRefused when there is none."""
    this = (applications.c.municipality == hub.code) & (applications.c.receipt == receipt)
    found = hub.journal.rows(select(applications).where(this).order_by(applications.c.version.desc()).limit(1))
    if not found:
        raise ActRefused(f"受付番号 {receipt[:64]}: この申請はありません", "hub outside list で受付番号を確かめてください")
    newest: Row[Any] = found[0]
    return newest


def register_outside(hub: Hub, row: Row[Any], *, role: str, ordinal: int, atena: str, actor: str, reason: str) -> int:
    """A 住登外 number was found or made: the person is identified by it, anew unless the case is released. Gives the act.

    Raises ActRefused for who may not, an item that is not open, or a number that cannot be this person's.
    """
    require(hub, actor, "clerk", row.section)
    check_assignment(hub, row.id, role=role, ordinal=ordinal, atena=atena)
    with hub.journal.write() as write:
        act = _settle(hub, write, row, (role, ordinal), values={"state": "registered", "atena": atena}, order=(actor, reason))
        place = {"application": row.id, "role": role, "ordinal": ordinal}
        write.execute(assignments.delete().where(*(assignments.c[key] == value for key, value in place.items())))
        write.insert_many(assignments, [{**place, "atena": atena, "act": act}])
        anew = {"stage": "verified", "disposition": "open", "reason": None, "disposed_on": hub.clock.today().isoformat()}
        write.execute(update(applications).where(applications.c.id == row.id, applications.c.stage.in_(REOPENED)).values(**anew))
    return act


def dismiss_outside(hub: Hub, row: Row[Any], *, role: str, ordinal: int, actor: str, reason: str) -> int:
    """The person needs no 住登外 number. Gives the act. Raises ActRefused as ``register_outside``."""
    require(hub, actor, "clerk", row.section)
    with hub.journal.write() as write:
        return _settle(hub, write, row, (role, ordinal), values={"state": "not_needed"}, order=(actor, reason))


def _settle(
    hub: Hub, write: Write, row: Row[Any], place: tuple[str, int], *, values: dict[str, str], order: tuple[str, str]
) -> int:
    """place: role and ordinal. order: who says so and why."""
    role, ordinal = place
    item = (outside_people.c.application == row.id) & (outside_people.c.role == role) & (outside_people.c.ordinal == ordinal)
    waiting = item & (outside_people.c.state == "open")
    if not write.read(select(func.count()).select_from(outside_people).where(waiting)).scalar():
        remedy = "hub outside list で未処理の役割を確かめてください"
        raise ActRefused(f"{row.receipt} {role}{ordinal}: 未処理の住登外の作業はありません", remedy)
    subject = f"{role}/{ordinal} {values['state']} {values.get('atena', '')}".strip()
    act = enter_act(hub, write, kind="outside", actor=order[0], reason=order[1], application=row.id, subject=subject)
    write.execute(update(outside_people).where(item).values(**values, act=act))
    return act


def check_assignment(hub: Hub, application: int, *, role: str, ordinal: int, atena: str) -> Resident:
    """The resident whom a clerk names for a claim. Raises ActRefused for a number or claim that is not there, or another birth date."""
    person = by_atena(hub, atena)
    if person is None:
        remedy = "15桁の宛名番号を確かめ、住民情報の連携ファイルを取り込んでからもう一度実行してください"
        raise ActRefused(f"宛名番号 {atena[:15]}: 住民情報にありません", remedy)
    claim = _claim_of(hub, application, role, ordinal)
    if claim is None:
        raise ActRefused(f"{role}{ordinal}: この申請にその役割の人はいません", "hub outside list か審査票で役割と順番を確かめてください")
    if not is_same_birth(claim, person):
        raise ActRefused(f"{role}{ordinal}: 宛名番号の人と生年月日が異なります", "別の人です。候補を確かめるか、補正を求めてください")
    return person


def _claim_of(hub: Hub, application: int, role: str, ordinal: int) -> PersonClaim | None:
    this = (persons.c.application == application) & (persons.c.role == role) & (persons.c.ordinal == ordinal)
    for row in hub.journal.rows(select(persons.c.claim).where(this)):
        text = hub.sealing.unseal_text(row.claim, context=claim_context(hub.code, application, role, ordinal))
        return PersonClaim(**json.loads(text), number="")
    return None
