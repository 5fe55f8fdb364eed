"""Who is meant (宛名特定): card, 個人番号 and household against a hand-made register; a mistake is noticed, and nobody is ever picked."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from mappings.form import PersonClaim
from pipeline.hub import Hub, set_up
from pipeline.journal.intake_tables import applications, findings
from pipeline.matching import Match, card_holder, match_person
from pipeline.places import Root
from pipeline.residents import by_atena
from tests.pipeline.days import at, hub_at, rows
from tests.pipeline.register import Card, Person, load_cards, load_people, number_of
from vocabulary.clock import Clock

FATHER = Person("000000000000001", "髙橋　一郎", "タカハシ　イチロウ", "1985-04-03", number_of(1))
MOTHER = Person("000000000000002", "髙橋　花子", "タカハシ　ハナコ", "1987-09-12", number_of(2))
SON = Person("000000000000003", "髙橋　大翔", "タカハシ　ヒロト", "2024-02-29", number_of(3))
DAUGHTER = Person("000000000000004", "髙橋　結菜", "タカハシ　ユイナ", "2026-11-18", number_of(4))
STRANGER = Person("000000000000009", "山﨑　𠮷男", "ヤマザキ　ヨシオ", "1950-01-01", number_of(9), household="000000000000091")
FAMILY = (FATHER, MOTHER, SON, DAUGHTER)
TWINS = ("000000000000031", "000000000000032")
NINTEI = "jidoteate-nintei"
DAY = "2026-11-22"
STAMPS = count(20260101)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    root = tmp_path_factory.mktemp("register")
    set_up(Root(root), Clock(at(6)))
    with hub_at(root, at(9)) as opened:
        yield opened


@pytest.fixture
def town(hub: Hub) -> Hub:
    """The family and a stranger, each with a card; nobody else."""
    live(hub, *FAMILY, STRANGER)
    load_cards(hub, [Card("AA01", FATHER.atena), Card("AA02", MOTHER.atena)], stamp=str(next(STAMPS)))
    return hub


def live(hub: Hub, *people: Person) -> None:
    load_people(hub, people, stamp=str(next(STAMPS)))


def claim_of(person: Person, role: str, **changes: Any) -> PersonClaim:
    """The person as a form without mistakes would name them."""
    written = PersonClaim(
        role=role,
        ordinal=1,
        name=person.name,
        kana=person.kana,
        birth=person.birth_text or person.birth,
        birth_unknown=bool(person.birth_text),
        sex="1",
        number=person.number,
        postal_code="",
        address="",
    )
    return replace(written, **changes)


def match(hub: Hub, claim: PersonClaim, *, holder: Person = FATHER) -> Match:
    """Match one claim of a 認定請求 that the holder filed."""
    procedure = hub.procedure(NINTEI)
    found = by_atena(hub, holder.atena)
    return match_person(hub, procedure.role(claim.role), claim, found, is_filer=claim.role == procedure.filer)


def codes(found: Match) -> list[str]:
    return [finding.code for finding in found.findings]


def who(found: Match) -> str | None:
    return found.resident.atena if found.resident else None


@pytest.mark.parametrize("serial", ["AA01", "aa01", "00AA01", " AA01"])
def test_a_linked_card_leads_to_its_holder_however_its_serial_is_written(town: Hub, serial: str) -> None:
    holder, problem = card_holder(town, serial, day=DAY)
    assert holder is not None
    assert (holder.atena, problem) == (FATHER.atena, None)


def test_a_card_that_no_file_knows_is_said_and_leads_to_nobody(town: Hub) -> None:
    holder, problem = card_holder(town, "FFFF", day=DAY)
    assert problem is not None
    assert (holder, problem.code) == (None, "SERIAL_UNKNOWN")


def test_a_card_issued_anew_counts_from_its_first_day_and_the_old_one_to_its_last(town: Hub) -> None:
    cards = [Card("AA01", FATHER.atena, valid_until="2026-11-20"), Card("AA11", FATHER.atena, valid_from="2026-11-21")]
    load_cards(town, cards, stamp=str(next(STAMPS)))
    seen = {(serial, day): card_holder(town, serial, day=day)[0] is not None for serial in ("AA01", "AA11") for day in ("2026-11-20", DAY)}
    assert seen == {("AA01", "2026-11-20"): True, ("AA01", DAY): False, ("AA11", "2026-11-20"): False, ("AA11", DAY): True}


def test_one_card_of_two_residents_leads_to_neither(town: Hub) -> None:
    load_cards(town, [Card("AA01", FATHER.atena), Card("AA01", MOTHER.atena)], stamp=str(next(STAMPS)))
    holder, problem = card_holder(town, "AA01", day=DAY)
    assert problem is not None
    assert (holder, problem.code) == (None, "PERSON_AMBIGUOUS")


def test_a_link_to_somebody_whom_the_extract_lacks_leads_to_nobody(town: Hub) -> None:
    load_cards(town, [Card("AA01", "000000000000077")], stamp=str(next(STAMPS)))
    holder, problem = card_holder(town, "AA01", day=DAY)
    assert problem is not None
    assert (holder, problem.code) == (None, "SERIAL_UNKNOWN")


def test_the_filer_must_be_the_holder_of_the_card(town: Hub) -> None:
    assert who(match(town, claim_of(FATHER, "claimant"))) == FATHER.atena
    other = match(town, claim_of(FATHER, "claimant"), holder=MOTHER)
    assert (who(other), codes(other)) == (None, ["APPLICANT_NOT_CARD_HOLDER"])


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (STRANGER.number, "NUMBER_OTHER_PERSON"),
        (MOTHER.number, "NUMBER_OTHER_PERSON"),
        (number_of(12345), "NUMBER_NOT_IN_REGISTER"),
        (SON.number[:-1] + str((int(SON.number[-1]) + 1) % 10), "NUMBER_CHECK_DIGIT"),
        ("000000000000", "NUMBER_CHECK_DIGIT"),
    ],
)
@pytest.mark.parametrize(("person", "role"), [(FATHER, "claimant"), (SON, "child")])
def test_a_number_that_is_not_the_persons_own_is_named_for_what_it_is(town: Hub, person: Person, role: str, number: str, code: str) -> None:
    found = match(town, claim_of(person, role, number=number))
    assert (codes(found), found.number_check) == ([code], "mismatch")


def test_exchanged_numbers_of_spouse_and_child_are_noticed_at_both(town: Hub) -> None:
    spouse = match(town, claim_of(MOTHER, "spouse", number=SON.number))
    child = match(town, claim_of(SON, "child", number=MOTHER.number))
    assert (codes(spouse), codes(child)) == (["NUMBER_OTHER_PERSON"], ["NUMBER_OTHER_PERSON"])
    assert (who(spouse), who(child)) == (None, None)


def test_two_residents_with_one_number_are_never_chosen_between(town: Hub) -> None:
    live(town, *FAMILY, replace(STRANGER, number=SON.number))
    found = match(town, claim_of(SON, "child"))
    assert (who(found), codes(found)) == (None, ["PERSON_AMBIGUOUS"])


def test_without_a_number_the_household_is_searched_by_kana_and_birth(town: Hub) -> None:
    found = match(town, claim_of(SON, "child", number="", name="高橋　ひろと", kana="ﾀｶﾊｼ ﾋﾛﾄ", birth="令和6年2月29日"))
    assert (who(found), found.method, found.number_check) == (SON.atena, "household", "absent")


def test_somebody_of_another_household_is_not_found_by_name_and_birth(town: Hub) -> None:
    found = match(town, claim_of(STRANGER, "child", number=""))
    assert (who(found), codes(found)) == (None, ["PERSON_NOT_FOUND"])


def test_twins_with_different_names_are_each_found(town: Hub) -> None:
    twins = [
        replace(SON, atena=atena, kana=kana, number="") for atena, kana in zip(TWINS, ("タカハシ　アオ", "タカハシ　ソラ"), strict=True)
    ]
    live(town, FATHER, *twins)
    assert [who(match(town, claim_of(twin, "child"))) for twin in twins] == [twin.atena for twin in twins]


def test_twins_whose_names_are_read_alike_are_never_picked(town: Hub) -> None:
    twins = [replace(SON, atena=atena, name=name, number="") for atena, name in zip(TWINS, ("髙橋　陽翔", "髙橋　陽斗"), strict=True)]
    live(town, FATHER, *twins)
    for twin in twins:
        found = match(town, claim_of(twin, "child"))
        assert (who(found), codes(found)) == (None, ["PERSON_AMBIGUOUS"])


@pytest.mark.parametrize(
    ("registered", "written"),
    [
        ("髙橋　一郎", "高橋　一郎"),
        ("高橋　一郎", "髙橋 一郎"),
        ("山﨑　一郎", "山崎　一郎"),
        ("𠮷田　一郎", "吉田　一郎"),
        ("葛󠄀城　一郎", "葛城　一郎"),
        ("渡邉　佐々木", "渡辺　佐佐木"),
    ],
)
def test_variants_of_characters_are_one_name(town: Hub, registered: str, written: str) -> None:
    # The kana differ, so that nothing but the name can agree.
    live(town, replace(FATHER, name=registered, kana="チガウ　ヨミ"))
    assert who(match(town, claim_of(FATHER, "claimant", name=written))) == FATHER.atena


def test_another_name_with_another_reading_is_another_person(town: Hub) -> None:
    found = match(town, claim_of(FATHER, "claimant", name="髙橋　二郎", kana="タカハシ　ジロウ"))
    assert codes(found) == ["APPLICANT_NOT_CARD_HOLDER"]


@pytest.mark.parametrize(
    ("written", "unknown", "expected"),
    [("昭和40年頃", True, True), ("昭和40年", True, True), ("昭和41年", True, False), ("1965-04-01", False, False)],
)
def test_an_unknown_birth_date_agrees_only_with_an_unknown_one_that_says_the_same(
    town: Hub, written: str, unknown: bool, expected: bool
) -> None:
    undated = replace(FATHER, birth="1965-00-00", birth_text="昭和40年頃")
    live(town, undated)
    found = match(town, claim_of(undated, "claimant", birth=written, birth_unknown=unknown))
    assert (who(found) == FATHER.atena) is expected


def test_a_person_who_lives_elsewhere_is_not_required(town: Hub) -> None:
    apart = claim_of(SON, "child", number="", name="髙橋　遠", kana="タカハシ　トオ", lives_here=False, required=False)
    found = match(town, apart)
    assert (found.method, codes(found)) == ("outside", [])


def test_a_case_with_a_protected_person_says_so_first_and_goes_to_the_restricted_list(checked_root: Path, expected: dict[str, Any]) -> None:
    (receipt,) = expected["defects"]["spouse-protected"]["receipts"]
    (row,) = rows(checked_root, select(applications).where(applications.c.receipt == receipt))
    assert (row.disposition, row.reason, row.restricted) == ("held", "PROTECTED_PERSON", True)
    noted = rows(checked_root, select(findings.c.code).where(findings.c.application == row.id, findings.c.step == "identify"))
    assert noted[0].code == "PROTECTED_PERSON"


# Few names, readings and days, so that twins, namesakes and readings alike come up often.
NAMES, READINGS, BIRTHS = ("陽翔", "陽斗", "明", "光"), ("ハルト", "アキラ", "ヒカル"), ("2024-02-29", "2026-11-18")
MEMBER = st.tuples(st.sampled_from(NAMES), st.sampled_from(READINGS), st.sampled_from(BIRTHS))


@given(members=st.lists(MEMBER, min_size=2, max_size=5, unique=True), data=st.data())
@settings(max_examples=100, deadline=None)
def test_a_wrong_order_of_numbers_is_always_noticed(hub: Hub, members: list[tuple[str, str, str]], data: st.DataObject) -> None:
    people = [
        Person(f"{place:015d}", f"髙橋　{given_name}", f"タカハシ　{kana}", birth, number_of(place))
        for place, (given_name, kana, birth) in enumerate(members, start=1)
    ]
    live(hub, *people)
    order = data.draw(st.permutations(people))
    roles = ["claimant", *["child"] * (len(people) - 1)]
    written = [claim_of(person, role, number=giver.number) for person, role, giver in zip(people, roles, order, strict=True)]
    found = [match(hub, claim, holder=people[0]) for claim in written]
    noticed = any(codes(one) for one in found)
    assert noticed is (list(order) != people)
    if not noticed:
        assert [who(one) for one in found] == [person.atena for person in people]
