"""The synthetic town holds the people that real towns hold, under numbers that check."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.banks import pick_account
from sandbox.names import families, pick_given
from sandbox.town import Town, build_town
from sandbox.town_dice import dice
from sandbox.town_people import Resident
from sandbox.town_plan import plan
from vocabulary.bank import valid_holder_kana
from vocabulary.check_digits import valid_ledger_number, valid_my_number

SELECTOR, WIDE = "\U000e0100", "𠮷"


@pytest.fixture(scope="module")
def town() -> Town:
    return build_town(seed=4, day=date(2026, 11, 20), wanted=plan(200, []).households, residents=1600)


def test_every_number_has_its_right_check_digit_and_one_owner(town: Town) -> None:
    people = town.residents
    assert len(people) == 1600
    assert all(valid_ledger_number(one.atena) and valid_ledger_number(one.household) and valid_my_number(one.number) for one in people)
    assert len({one.atena for one in people}) == len({one.number for one in people}) == len(people)
    serials = [card.serial for one in people for card in one.cards if card.change == "1"]
    assert len(set(serials)) == len(serials)


def test_name_and_birth_date_fit_one_person_but_for_declared_namesakes(town: Town) -> None:
    keys = Counter((one.kana, one.birth) for one in town.residents)
    assert sorted(count for count in keys.values() if count > 1) == [2] * len(town.households["namesake"])
    assert len(town.households["namesake"]) == 4


def test_nobody_in_a_family_shares_a_given_name(town: Town) -> None:
    for household in town.households["birth"]:
        names = [member.given_kana for member in household.members]
        assert len(set(names)) == len(names)


def test_hard_names_live_in_the_town(town: Town) -> None:
    names = "".join(one.family for one in town.residents)
    assert all(sign in names for sign in ("髙", "﨑", "濵", "邉", WIDE, f"葛{SELECTOR}", f"辻{SELECTOR}", "ＳＭＩＴＨ"))


def test_unusual_lives_are_lived_in_the_town(town: Town) -> None:
    people = town.residents
    assert {one.kind for one in people} == {"1", "2", "4"}
    assert {one.work for one in people} >= {"1", "2", "3", "4"}
    assert any(one.protected for one in people)
    assert any(one.birth_unknown for one in people)
    assert any(one.feed == "delta" for one in people)
    assert any(len(one.cards) > 1 for one in people)
    assert any(len(household.parents) == 1 and household.children for household in town.households["birth"])
    assert any(child.household != household.parents[0].household for household in town.households["birth"] for child in household.children)
    assert {date(1989, 1, 7), date(1989, 1, 8)} <= {one.birth for one in people}
    assert all(household.departed and household.minors(town.day) for household in town.households["bereaved"])
    twins = town.households["twins"][0].children
    assert twins[1].birth == twins[2].birth
    assert twins[1].given != twins[2].given


def test_mothers_are_grown_up_and_not_old(town: Town) -> None:
    for household in (*town.households["birth"], *town.households["nursery"]):
        for mother in (parent for parent in household.parents if parent.sex == "2"):
            assert 6500 < (household.children[-1].birth - mother.birth).days < 18500


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), script=st.sampled_from(("plain", "variant", "selector", "wide", "foreign")), sex=st.sampled_from("12"))
def test_every_name_makes_an_account_holder_that_banks_accept(seed: int, script: str, sex: str) -> None:
    chance = dice(seed)
    family = chance.choice(families(script))
    _, kana = pick_given(chance, family=family, sex=sex)
    account = pick_account(chance, holder_kana=f"{family.kana}　{kana}")
    assert valid_holder_kana(account.holder)
    assert (len(account.bank), len(account.branch), len(account.number)) == (4, 3, 7)


def test_the_school_year_turns_on_the_second_of_april(town: Town) -> None:
    child = town.households["nursery"][0].children[-1]
    ages = {born: _age(child, born) for born in (date(2008, 4, 1), date(2008, 4, 2))}
    assert ages == {date(2008, 4, 1): 18, date(2008, 4, 2): 17}


def _age(child: Resident, born: date) -> int:
    return replace(child, birth=born).school_year_age(date(2026, 11, 20))
