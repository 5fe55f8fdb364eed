"""Accounts of ゆうちょ銀行 written as 記号番号 become branch and account; what fits no rule or contradicts itself is refused."""

from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.catalogue import Catalogue
from mappings.transforms import Changed, apply_steps, bind

PARTS = ("bank", "branch", "type", "account")


def converted(part: str, given_value: str | None, symbol: str | None, number: str | None) -> Changed:
    """One account through ``yucho:<part>``."""
    step = bind(f"yucho:{part}", codelists=MappingProxyType({}), day="2026-11-24")
    return apply_steps([step], [[given_value], [symbol], [number]])


ACCOUNTS = {
    ("10530", "12345671"): ["9900", "058", "1", "1234567"],
    ("17010", "12341"): ["9900", "708", "1", "0001234"],
    ("00530", "123456"): ["9900", "059", "2", "0123456"],
}


@pytest.mark.parametrize(("pair", "account"), ACCOUNTS.items())
def test_a_symbol_and_number_become_an_account(pair: tuple[str, str], account: list[str]) -> None:
    symbol, number = pair
    assert [converted(part, None, symbol, number).values[0] for part in PARTS] == account


WRONG = {
    "no ordinary deposit": (None, "10530", "12345672"),
    "no number": (None, "10530", None),
    "no symbol": (None, None, "12345671"),
    "both ways at once": ("058", "10530", "12345671"),
}


@pytest.mark.parametrize("columns", WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("part", PARTS)
def test_what_fits_no_rule_is_refused(part: str, columns: tuple[str | None, str | None, str | None]) -> None:
    assert converted(part, *columns) == Changed([None], {0: "MAP_VALUE"})


@given(value=st.none() | st.text("0123456789", max_size=7))
@settings(max_examples=50, deadline=None)
def test_an_account_at_another_bank_stays_as_it_is(value: str | None) -> None:
    assert all(converted(part, value, None, None) == Changed([value], {}) for part in PARTS)


def test_an_unknown_part_is_refused_with_the_parts_there_are() -> None:
    with pytest.raises(LookupError, match="branch"):
        bind("yucho:brunch", codelists=MappingProxyType({}), day="2026-11-24")


def test_an_account_is_given_or_that_of_the_state_or_the_one_on_record(catalogue: Catalogue) -> None:
    names = catalogue.codelists["kozashitei"].valid_on("2026-11-24")
    assert names == {"1": "指定口座", "2": "公金受取口座", "3": "登録済みの口座"}
