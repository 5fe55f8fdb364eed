"""Who is surely meant (宛名特定): all five items, people outside, candidates; look-alikes never lead to somebody else."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from mappings.form import PersonClaim
from pipeline.bench.matching import find, load_town, measure
from pipeline.bench.matching_town import Asked, Town, Townsman, draw_town
from pipeline.candidates import candidates_of
from pipeline.errors import ActRefused
from pipeline.hub import Hub, set_up
from pipeline.journal.evidence_tables import log_leaves
from pipeline.journal.identification_tables import outside_people
from pipeline.journal.intake_tables import applications, persons
from pipeline.journal.register_tables import residents
from pipeline.matching import find_candidates
from pipeline.outside_acts import dismiss_outside, register_outside
from pipeline.outside_people import open_outside
from pipeline.places import Root
from pipeline.residents import by_look, index_residents
from pipeline.steps.identify import identify
from tests.pipeline.days import at, hub_at
from vocabulary.clock import Clock

ADDRESS = "沖縄県那覇市港町1丁目1番1号"
CHILD = Townsman(31, 10, "髙崎　大翔", "タカサキ　ヒロト", "2018-04-02", "1", ADDRESS)
PARENT = Townsman(1, 1, "比嘉　花子", "ヒガ　ハナコ", "1988-01-05", "2", "沖縄県那覇市西1丁目2番3号")
STAMPS = count(20260101)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    root = tmp_path_factory.mktemp("matching")
    set_up(Root(root), Clock(at(6)))
    with hub_at(root, at(9)) as opened:
        yield opened


def asked(person: Townsman, **changes: Any) -> PersonClaim:
    written = PersonClaim("child", 1, person.name, person.kana, person.birth, False, person.sex, "", "", person.address)
    return replace(written, **changes)


def who(hub: Hub, people: tuple[Townsman, ...], claim: PersonClaim) -> str | None:
    load_town(hub, Town(people, ()))
    return find(hub, Asked(claim, PARENT.atena, None))


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "高﨑大翔"},
        {"name": "高崎　大翔", "kana": "ﾀｶｻｷ ﾋﾛﾄ"},
        {"birth": "平成30年4月2日", "address": "那覇市港町一丁目１番地１号"},
    ],
)
def test_all_five_items_however_written_lead_to_the_one_resident(hub: Hub, changes: dict[str, Any]) -> None:
    assert who(hub, (PARENT, CHILD), asked(CHILD, **changes)) == CHILD.atena


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "大翔　髙崎"},
        {"kana": "ヒロト　タカサキ"},
        {"kana": "タカサキ　ヒロド"},
        {"birth": "2018-04-03"},
        {"sex": "2"},
        {"sex": ""},
        {"address": ""},
        {"address": "沖縄県那覇市港町1丁目1番2号"},
        {"birth": "平成30年頃", "birth_unknown": True},
    ],
)
def test_one_item_that_differs_or_lacks_is_left_to_a_person(hub: Hub, changes: dict[str, Any]) -> None:
    assert who(hub, (PARENT, CHILD), asked(CHILD, **changes)) is None


def test_old_and_new_kana_are_two_names_but_each_is_a_candidate_for_the_other(hub: Hub) -> None:
    written = replace(CHILD, kana="シヅカ")
    assert who(hub, (PARENT, written), asked(written, kana="シズカ")) is None
    found = find_candidates(hub, asked(written, kana="シズカ"), None)
    assert [(one.resident.atena, one.agreement.differs) for one in found] == [(CHILD.atena, ("kana",))]


def test_names_in_swapped_order_are_shown_as_candidates(hub: Hub) -> None:
    foreign = replace(CHILD, name="JOHN　SMITH", kana="ジョン　スミス")
    swapped = asked(foreign, name="Smith John", kana="スミス　ジョン")
    assert who(hub, (PARENT, foreign), swapped) is None
    assert [one.agreement.differs for one in find_candidates(hub, swapped, None)] == [("name", "kana")]


@pytest.mark.parametrize("kind", ["3", "4"])
def test_who_moved_away_or_died_is_never_linked_by_five_items(hub: Hub, kind: str) -> None:
    assert who(hub, (PARENT, CHILD), asked(CHILD)) == CHILD.atena
    with hub.journal.write() as write:
        write.execute(update(residents).where(residents.c.atena == CHILD.atena).values(kind=kind))
        write.leaf("test_changed_kind")
    assert find(hub, Asked(asked(CHILD), PARENT.atena, None)) is None


def test_residents_of_before_the_indexes_are_indexed_once(hub: Hub) -> None:
    load_town(hub, Town((PARENT, CHILD), ()))
    with hub.journal.write() as write:
        write.execute(update(residents).values(kana_birth_index=None, name_birth_index=None))
        write.leaf("test_forgot_indexes")
    look: dict[str, Any] = {"name": CHILD.name, "kana": CHILD.kana, "birth": CHILD.birth, "birth_unknown": False}
    assert by_look(hub, **look) == []
    index_residents(hub)
    index_residents(hub)
    assert [one.atena for one in by_look(hub, **look)] == [CHILD.atena]


def test_among_look_alikes_nobody_is_linked_wrongly_and_most_are_linked() -> None:
    result = measure(3_000, lambda _: None)
    assert (result.pairs, result.ours.wrong) == (50, 0)
    assert result.share > 0.8
    assert result.peer.wrong > 0


def test_the_same_town_is_drawn_again() -> None:
    assert draw_town(600, 10) == draw_town(600, 10)


def test_a_person_outside_is_a_work_item_that_a_clerk_settles_with_a_number_of_the_same_birth_date(
    checked_root: Path, own: Callable[[Path], Path]
) -> None:
    with hub_at(own(checked_root), at(10)) as hub:
        known = select(persons, applications.c.section).join(applications, applications.c.id == persons.c.application)
        apart, other = hub.journal.rows(known.where(persons.c.role == "child", applications.c.stage == "checked").limit(2))
        with hub.journal.write() as write:
            place = {"application": apart.application, "role": "child", "ordinal": apart.ordinal}
            write.insert_many(outside_people, [{**place, "state": "open", "since": "2026-11-24"}])
            write.leaf("test_person_outside")
        row = hub.journal.rows(select(applications).where(applications.c.id == apart.application))[0]
        clerk = {"actor": f"{row.section}-01", "reason": "住登外登録を確認"}
        child = ("child", apart.ordinal)
        assert [item.receipt for item in open_outside(hub) if item.application == row.id] == [row.receipt]
        for wrong in ("000000000000000", other.atena):
            with pytest.raises(ActRefused):
                register_outside(hub, row, child, wrong, **clerk)
        register_outside(hub, row, child, apart.atena, **clerk)
        assert row.receipt not in [item.receipt for item in open_outside(hub)]
        with pytest.raises(ActRefused):
            dismiss_outside(hub, row, child, **clerk)
        identify(hub)
        this = (persons.c.application == row.id) & (persons.c.role == "child") & (persons.c.ordinal == apart.ordinal)
        (named,) = hub.journal.rows(select(persons).where(this))
        assert (named.method, named.atena) == ("assigned", apart.atena)
        assert not any(apart.atena in leaf.data for leaf in hub.journal.rows(select(log_leaves.c.data)))


def test_candidates_are_kept_as_numbers_and_flags_and_read_in_order(checked_root: Path, expected: dict[str, Any]) -> None:
    (receipt,) = expected["defects"]["unknown-serial"]["receipts"]
    with hub_at(checked_root, at(10)) as hub:
        (row,) = hub.journal.rows(select(applications).where(applications.c.receipt == receipt))
        found = candidates_of(hub, row.id)
        assert found
        assert all({"name", "birth"} <= set(one[0].agrees) and not one[0].differs for one in found.values())


BIRTHS = st.sampled_from(["2018-04-02", "2018-04-03"])
LOOK = st.builds(
    lambda name, kana, birth, sex, address, house: (name, kana, birth, sex, address, house),
    st.sampled_from(["髙崎　大翔", "高崎　大翔", "髙崎　大斗"]),
    st.sampled_from(["タカサキ　ヒロト", "タカサキ　ダイト"]),
    BIRTHS,
    st.sampled_from("12"),
    st.sampled_from([ADDRESS, PARENT.address]),
    st.sampled_from([1, 10, 11]),
)


@given(looks=st.lists(LOOK, min_size=1, max_size=4), more=LOOK, data=st.data())
@settings(max_examples=60, deadline=None)
def test_birth_dates_never_differ_order_never_counts_and_a_look_alike_never_leads_elsewhere(
    hub: Hub, looks: list[tuple[str, str, str, str, str, int]], more: tuple[str, str, str, str, str, int], data: st.DataObject
) -> None:
    people = tuple(_townsman(place, look) for place, look in enumerate(looks, start=40))
    claim = asked(_townsman(99, data.draw(LOOK)))
    found = who(hub, (PARENT, *people), claim)
    assert found is None or {one.atena: one.birth for one in people}[found] == claim.birth
    assert who(hub, tuple(data.draw(st.permutations([PARENT, *people]))), claim) == found
    double = _townsman(80, more)
    after = who(hub, (PARENT, *people, double), claim)
    assert found is None or after in {None, found}


def _townsman(place: int, look: tuple[str, str, str, str, str, int]) -> Townsman:
    name, kana, birth, sex, address, house = look
    return Townsman(place, house, name, kana, birth, sex, address)
