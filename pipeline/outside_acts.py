"""How clerks settle people outside the register (住登外の確認): with the number that a person has, or because none is needed."""

from sqlalchemy import func, select, update

from pipeline.act_cases import ENDED, Case, allowed
from pipeline.acts import enter_act
from pipeline.assigning import Place, check_assignment, name_resident, open_item, told_apart, words_of
from pipeline.errors import ActRefused
from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.identification_tables import outside_people
from pipeline.journal.intake_tables import applications
from pipeline.reopening import identify_anew

KIND = "outside"


def register_outside(hub: Hub, row: Case, place: Place, atena: str, *, actor: str, reason: str) -> int:
    """A 住登外 number was found or made: the person is identified by it, anew unless the case is released. Gives the act.

    Raises ActRefused for who may not, a case that ended, an item that is not open, or a number that cannot be this person's.
    """
    allowed(hub, row, actor)
    check_assignment(hub, row, place, atena, actor=actor)
    with hub.journal.write() as write:
        _check_open(write, row, place)
        subject = f"{words_of(place)} registered {told_apart(hub, atena)}"
        act = enter_act(hub, write, kind=KIND, actor=actor, reason=reason, application=row.id, subject=subject)
        settled = update(outside_people).where(open_item(row, place))
        write.execute(settled.values(state="registered", atena=atena, act=act))
        name_resident(write, row, place, atena, act=act)
        identify_anew(hub, write, row.id)
    return act


def dismiss_outside(hub: Hub, row: Case, place: Place, *, actor: str, reason: str) -> int:
    """The person needs no 住登外 number. Gives the act. Raises ActRefused as ``register_outside``."""
    allowed(hub, row, actor)
    with hub.journal.write() as write:
        _check_open(write, row, place)
        subject = f"{words_of(place)} not_needed"
        act = enter_act(hub, write, kind=KIND, actor=actor, reason=reason, application=row.id, subject=subject)
        write.execute(update(outside_people).where(open_item(row, place)).values(state="not_needed", act=act))
    return act


def _check_open(write: Write, row: Case, place: Place) -> None:
    """Lock the case. A delivered one may still be settled; one that ended otherwise has no work left."""
    now = write.read(select(applications).where(applications.c.id == row.id).with_for_update()).one()
    if now.disposition in ENDED and now.disposition != "delivered":
        raise ActRefused(f"受付番号 {row.receipt} は{ENDED[now.disposition]}", "住登外の確認は、処理中か配信済みの申請にだけできます")
    if not write.read(select(func.count()).select_from(outside_people).where(open_item(row, place))).scalar():
        remedy = "hub outside list で未処理の役割を確かめてください"
        raise ActRefused(f"{row.receipt} {words_of(place)}: 未処理の住登外の作業はありません", remedy)
