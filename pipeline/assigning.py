"""Naming a resident (宛名の指定): two people say whom the form means where the hub found nobody or several."""

import json

from sqlalchemy import ColumnElement, and_, select, update

from mappings.form import PersonClaim
from pipeline.act_cases import Case, allowed, unfinished
from pipeline.agreement import is_same_birth
from pipeline.errors import ActRefused
from pipeline.hub import Hub
from pipeline.journal.act_tables import assignments
from pipeline.journal.database import Write
from pipeline.journal.identification_tables import outside_people
from pipeline.journal.intake_tables import persons
from pipeline.matching import OUTSIDE
from pipeline.outside_people import claim_context
from pipeline.residents import Resident, by_atena
from pipeline.staff import require_entitled
from pipeline.two_people import Entered, ask_or_carry_out

Place = tuple[str, int]
"""Role and ordinal of a person."""


def assign(hub: Hub, row: Case, place: Place, atena: str, *, actor: str, reason: str) -> Entered:
    """Name the resident of a role: the first call asks, that of an approver with the same 宛名番号 does it. Raises ActRefused."""
    member = allowed(hub, row, actor)
    person = check_assignment(hub, row, place, atena, actor=actor)
    with hub.journal.write() as write:
        _check_place(write, unfinished(write, row), place)
        subject = f"{words_of(place)} {told_apart(hub, atena)}"
        entered = ask_or_carry_out(hub, write, row, member, kind="assign", subject=subject, reason=reason)
        if entered.state == "done":
            name_resident(write, row, place, atena, act=entered.act)
            outside = {"state": "registered", "atena": atena} if person.kind == OUTSIDE else {"state": "not_needed"}
            write.execute(update(outside_people).where(open_item(row, place)).values(**outside, act=entered.act))
    return entered


def words_of(place: Place) -> str:
    """A person of an application as commands name it: child.2."""
    return f"{place[0]}.{place[1]}"


def told_apart(hub: Hub, atena: str) -> str:
    """Stands for a 宛名番号 in acts: a keyed hash binds both people to one resident, and the log does not hold the number."""
    return hub.index(atena, "assignment")[:16]


def name_resident(write: Write, row: Case, place: Place, atena: str, *, act: int) -> None:
    """Keep whom people named, instead of whom they named before."""
    role, ordinal = place
    of_it = (assignments.c.application == row.id) & (assignments.c.role == role) & (assignments.c.ordinal == ordinal)
    write.execute(assignments.delete().where(of_it))
    write.insert_many(assignments, [{"application": row.id, "role": role, "ordinal": ordinal, "atena": atena, "act": act}])


def open_item(row: Case, place: Place) -> ColumnElement[bool]:
    """The 住登外 work item of a person that nobody settled."""
    of_person = and_(outside_people.c.role == place[0], outside_people.c.ordinal == place[1])
    return and_(outside_people.c.application == row.id, of_person, outside_people.c.state == "open")


def check_assignment(hub: Hub, row: Case, place: Place, atena: str, *, actor: str) -> Resident:
    """The resident whom somebody names for a claim.

    Raises ActRefused for a number or claim that is not there, another birth date, or a protected person whom the actor may not see.
    """
    person = by_atena(hub, atena)
    if person is None:
        remedy = "宛名番号を確かめ、住民情報の連携ファイルを取り込んでからもう一度実行してください"
        raise ActRefused("この宛名番号の人は住民情報にいません", remedy)
    claim = _claim_of(hub, row, place)
    if claim is None:
        raise ActRefused(f"{words_of(place)}: この申請にその役割の人はいません", "審査票で役割と順番を確かめてください")
    if not is_same_birth(claim, person):
        raise ActRefused(f"{words_of(place)}: 宛名番号の人と生年月日が異なります", "別の人です。候補を確かめるか、補正を求めてください")
    # Last, so that nobody learns of a number that he tries whose it is that he may not see.
    if person.protected:
        require_entitled(hub, actor, row.section, f"受付番号 {row.receipt}")
    return person


def _claim_of(hub: Hub, row: Case, place: Place) -> PersonClaim | None:
    found = hub.journal.rows(select(persons).where(persons.c.application == row.id))
    claim = next((one.claim for one in found if (one.role, one.ordinal) == place), None)
    if claim is None:
        return None
    text = hub.sealing.unseal_text(claim, context=claim_context(hub.code, row.id, *place))
    return PersonClaim(**json.loads(text), number="")


def _check_place(write: Write, row: Case, place: Place) -> None:
    """Only a person whom the hub could not identify is named by people."""
    if row.disposition != "held" or row.stage != "verified":
        remedy = "宛名番号の指定は、本人特定で保留になった申請にだけできます"
        raise ActRefused(f"受付番号 {row.receipt} は本人特定の保留ではありません", remedy)
    people = write.read(select(persons).where(persons.c.application == row.id)).all()
    unknown = [words_of((one.role, one.ordinal)) for one in people if one.atena is None]
    if words_of(place) not in unknown:
        raise ActRefused(f"{words_of(place)} は宛名番号の指定を待っていません", f"指定を待つのは {'、'.join(unknown) or 'ありません'}")
