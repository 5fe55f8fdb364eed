"""Whom people name (宛名の指定・住登外の確認): only who can be meant, by whoever may see the case, and never for a case that ended."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from pipeline.act_cases import case_of
from pipeline.assigning import assign
from pipeline.candidates import candidates_of
from pipeline.errors import ActRefused
from pipeline.holds import hold as put_on_hold
from pipeline.holds import send_back
from pipeline.hub import Hub
from pipeline.journal.act_tables import acts, assignments
from pipeline.journal.identification_tables import outside_people
from pipeline.journal.intake_tables import applications, persons
from pipeline.journal.register_tables import residents
from pipeline.outside_acts import dismiss_outside, register_outside
from pipeline.outside_people import open_outside
from pipeline.residents import by_atenas
from pipeline.steps.identify import identify
from pipeline.steps.restrict_cases import restrict_cases
from tests.pipeline.days import at, hub_at

WHY = "世帯全員の住民票で確かめた"
CHILD = ("child", 1)


@pytest.fixture
def hub(checked_root: Path, own: Callable[[Path], Path]) -> Iterator[Hub]:
    with hub_at(own(checked_root), at(10)) as opened:
        yield opened


def unknown_card(hub: Hub) -> tuple[Any, tuple[str, int], str]:
    """The case whose card leads to nobody, its filer, and whom the form means."""
    row = hub.journal.rows(select(applications).where(applications.c.reason == "SERIAL_UNKNOWN"))[0]
    place = (hub.procedure(row.procedure).filer, 1)
    return row, place, candidates_of(hub, row.id)[place][0].atena


def with_child_outside(hub: Hub) -> tuple[Any, str]:
    """A checked case of 児童手当 whose first child has an open 住登外 item, and that child's 宛名番号."""
    joined = select(applications, persons.c.atena).join(persons, persons.c.application == applications.c.id)
    of_child = (persons.c.role == "child") & (persons.c.ordinal == 1) & persons.c.atena.is_not(None)
    checked = (applications.c.stage == "checked") & applications.c.restricted.is_(False) & (applications.c.section == "jidoteate")
    found = hub.journal.rows(joined.where(of_child, checked).order_by(applications.c.id))[0]
    owe(hub, found.id, CHILD)
    return case_of(hub, found.receipt), found.atena


def owe(hub: Hub, application: int, place: tuple[str, int]) -> None:
    with hub.journal.write() as write:
        key = {"application": application, "role": place[0], "ordinal": place[1]}
        write.insert_many(outside_people, [{**key, "state": "open", "since": "2026-11-24"}])
        write.leaf("outside_for_a_test")


def open_of(hub: Hub, row: Any) -> list[tuple[str, int]]:
    return [(item.role, item.ordinal) for item in open_outside(hub) if item.application == row.id]


def states(hub: Hub, row: Any) -> tuple[str, str, str | None]:
    now = case_of(hub, row.receipt)
    return now.stage, now.disposition, now.reason


def refused(hub: Hub, act: Callable[[], object]) -> str:
    """The sentence; nothing was entered."""
    before = [hub.journal.rows(select(table)) for table in (acts, assignments, applications, outside_people)]
    with pytest.raises(ActRefused) as error:
        act()
    assert [hub.journal.rows(select(table)) for table in (acts, assignments, applications, outside_people)] == before
    return str(error.value)


def test_nobody_of_another_birth_date_is_named_and_no_place_that_the_form_has_not(hub: Hub) -> None:
    row, filer, meant = unknown_card(hub)
    clerk = {"actor": f"{row.section}-01", "reason": WHY}
    child = hub.journal.rows(select(persons.c.atena).where(persons.c.role == "child", persons.c.atena.is_not(None)))[0].atena
    sentence = refused(hub, lambda: assign(hub, row, filer, child, **clerk))
    assert "生年月日が異なります" in sentence
    assert child not in sentence
    assert "その役割の人はいません" in refused(hub, lambda: assign(hub, row, (filer[0], 10**20), meant, **clerk))


def test_an_approver_who_asked_first_carries_out_what_a_colleague_asks_as_well(hub: Hub) -> None:
    row, filer, meant = unknown_card(hub)
    clerk, chief = f"{row.section}-01", f"{row.section}-kakaricho"
    assert assign(hub, row, filer, meant, actor=chief, reason=WHY).state == "asked"
    assert "二度は承認できません" in refused(hub, lambda: assign(hub, row, filer, meant, actor=chief, reason=WHY))
    joined = assign(hub, row, filer, meant, actor=clerk, reason=WHY)
    assert joined.state == "asked"
    assert chief in joined.approvers
    assert assign(hub, row, filer, meant, actor=chief, reason=WHY).state == "done"
    assert [one.atena for one in hub.journal.rows(select(assignments))] == [meant]
    assert {one.state for one in hub.journal.rows(select(acts))} == {"done"}


def test_a_protected_candidate_is_told_of_in_a_restricted_case_only(hub: Hub) -> None:
    row, filer, meant = unknown_card(hub)
    with hub.journal.write() as write:
        write.execute(update(residents).where(residents.c.atena == meant).values(protected=True))
        write.leaf("protected_for_a_test")
    assert meant not in [one.atena for one in candidates_of(hub, row.id).get(filer, [])]
    with hub.journal.write() as write:
        write.execute(update(applications).where(applications.c.id == row.id).values(restricted=True))
        write.leaf("restricted_for_a_test")
    assert candidates_of(hub, row.id)[filer][0].atena == meant


def test_who_tries_numbers_learns_of_no_resident_that_he_is_protected(hub: Hub) -> None:
    row, filer, meant = unknown_card(hub)
    some = by_atenas(hub, [one.atena for one in hub.journal.rows(select(residents.c.atena).limit(20))] + [meant])
    other = next(atena for atena, one in some.items() if one.birth != some[meant].birth)
    clerk = {"actor": f"{row.section}-01", "reason": WHY}
    before = refused(hub, lambda: assign(hub, row, filer, other, **clerk))
    with hub.journal.write() as write:
        write.execute(update(residents).where(residents.c.atena.in_((meant, other))).values(protected=True))
        write.leaf("protected_for_a_test")
    assert refused(hub, lambda: assign(hub, row, filer, other, **clerk)) == before
    told = refused(hub, lambda: assign(hub, row, filer, meant, **clerk))
    assert f"受付番号 {row.receipt} を扱う職員ではありません" in told
    assert not any(word in told for word in ("支援措置", "restricted"))


@pytest.mark.parametrize(("kind", "state"), [("1", "not_needed"), ("2", "registered")])
def test_naming_a_resident_closes_the_work_item_of_the_person(hub: Hub, kind: str, state: str) -> None:
    row, filer, meant = unknown_card(hub)
    owe(hub, row.id, filer)
    with hub.journal.write() as write:
        write.execute(update(residents).where(residents.c.atena == meant).values(kind=kind))
        write.leaf("kind_for_a_test")
    assign(hub, row, filer, meant, actor=f"{row.section}-01", reason=WHY)
    assert filer in open_of(hub, row)
    done = assign(hub, row, filer, meant, actor=f"{row.section}-kakaricho", reason=WHY)
    identify(hub)
    of_filer = (outside_people.c.application == row.id) & (outside_people.c.role == filer[0])
    (item,) = hub.journal.rows(select(outside_people).where(of_filer))
    assert (item.state, item.act) == (state, done.act)


def test_a_case_that_was_sent_back_has_no_work_left_and_is_not_taken_up_again(hub: Hub) -> None:
    row, atena = with_child_outside(hub)
    clerk = {"actor": "jidoteate-01", "reason": WHY}
    assert open_of(hub, row) == [CHILD]
    send_back(hub, row, **clerk)
    assert open_of(hub, row) == []
    assert "完結" in refused(hub, lambda: register_outside(hub, row, CHILD, atena, **clerk))
    assert "完結" in refused(hub, lambda: dismiss_outside(hub, row, CHILD, **clerk))
    assert states(hub, row)[1:] == ("settled", "RETURNED")


def test_protection_that_comes_after_a_case_ended_restricts_it_and_does_not_take_it_up_again(hub: Hub) -> None:
    row, atena = with_child_outside(hub)
    send_back(hub, row, actor="jidoteate-01", reason=WHY)
    with hub.journal.write() as write:
        write.execute(update(residents).where(residents.c.atena == atena).values(protected=True))
        restrict_cases(hub, write)
    assert case_of(hub, row.receipt).restricted
    assert states(hub, row) == ("checked", "settled", "RETURNED")


def test_what_a_person_put_on_hold_stays_so_when_a_number_is_registered(hub: Hub) -> None:
    row, atena = with_child_outside(hub)
    clerk = {"actor": "jidoteate-01", "reason": WHY}
    put_on_hold(hub, row, **clerk)
    register_outside(hub, row, CHILD, atena, **clerk)
    identify(hub)
    assert states(hub, row) == ("verified", "held", "HELD_BY_PERSON")


def test_a_restricted_case_is_settled_only_by_who_may_see_it(hub: Hub) -> None:
    row, atena = with_child_outside(hub)
    with hub.journal.write() as write:
        write.execute(update(applications).where(applications.c.id == row.id).values(restricted=True))
        write.leaf("restricted_for_a_test")
    apart = case_of(hub, row.receipt)
    clerk = {"actor": "jidoteate-01", "reason": WHY}
    assert "引き継いでください" in refused(hub, lambda: register_outside(hub, apart, CHILD, atena, **clerk))
    assert "引き継いでください" in refused(hub, lambda: dismiss_outside(hub, apart, CHILD, **clerk))
    dismiss_outside(hub, apart, CHILD, actor="jidoteate-kakaricho", reason=WHY)
