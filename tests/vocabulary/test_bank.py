"""Holder names as banks take them, and the accounts of ゆうちょ銀行."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocabulary import bank

quick = settings(max_examples=80, deadline=None)


@pytest.mark.parametrize(
    ("name", "holder"),
    [
        ("サトウ　ハナコ", "ｻﾄｳ ﾊﾅｺ"), ("きょうこ　やまだ", "ｷﾖｳｺ ﾔﾏﾀﾞ"), ("オーノ　ジョン", "ｵ-ﾉ ｼﾞﾖﾝ"), ("ｵｰﾉ", "ｵ-ﾉ"), ("ヲノ", "ｵﾉ"),
        ("Ｓｍｉｔｈ　John", "SMITH JOHN"), ("カ）ナハ−ショウジ", "ｶ)ﾅﾊ-ｼﾖｳｼﾞ"),
    ],
)
def test_names_become_what_banks_take(name: str, holder: str) -> None:
    assert bank.to_holder_kana(name) == holder
    assert bank.valid_holder_kana(holder)


@pytest.mark.parametrize("text", ["", " ", "ｻﾄｳ ", "サトウ", "ｻﾄｳ　ﾊﾅｺ", "ｷｮｳｺ", "ｵｰﾉ", "smith", "ｻﾄｳ,", "佐藤", "ｱ" * 31, "ｦﾉ"])
def test_other_holders_are_no_bank_kana(text: str) -> None:
    assert not bank.valid_holder_kana(text)


def test_what_no_bank_takes_is_named() -> None:
    assert bank.unbankable("ｻﾄｳ･ｮ･") == ["･", "ｮ", "･"]


@quick
@given(st.text("アイウガパッャーヲンあいっ　ＡｂＣ１２（）－．", min_size=1, max_size=15).filter(lambda text: text == text.strip()))
def test_every_kana_name_becomes_bankable_and_stays_so(name: str) -> None:
    holder = bank.to_holder_kana(name)
    assert bank.valid_holder_kana(holder)
    assert bank.to_holder_kana(holder) == holder


@pytest.mark.parametrize(
    ("symbol", "number", "expected"),
    [
        ("10530", "12345671", ("058", "1", "1234567")), ("17010", "12341", ("708", "1", "0001234")),
        ("00530", "123456", ("059", "2", "0123456")),
    ],
)
def test_known_postal_accounts_convert(symbol: str, number: str, expected: tuple[str, str, str]) -> None:
    account = bank.yucho_account(symbol, number)
    assert account is not None
    assert (account.branch, account.account_type, account.account) == expected
    assert bank.valid_account_number(account.account)


@pytest.mark.parametrize(
    ("symbol", "number"),
    [
        ("10530", "12345672"), ("10531", "12345671"), ("20530", "12345671"), ("1053", "12345671"), ("00530", "1234567"),
        ("１０５３０", "12345671"), ("10530", ""),
    ],
)
def test_what_fits_no_rule_is_not_guessed(symbol: str, number: str) -> None:
    assert bank.yucho_account(symbol, number) is None


@quick
@given(st.integers(0, 99), st.integers(0, 9), st.integers(0, 9999999))
def test_every_ordinary_postal_account_converts(branch: int, check: int, account: int) -> None:
    assert bank.yucho_account(f"1{branch:02d}{check}0", f"{account}1") == bank.YuchoAccount(f"{branch:02d}8", "1", f"{account:07d}")


@pytest.mark.parametrize("text", ["123456", "12345678", "１２３４５６７", "123456a", "1234567\n"])
def test_an_account_number_is_seven_ascii_digits(text: str) -> None:
    assert not bank.valid_account_number(text)
