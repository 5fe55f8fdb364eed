"""Addresses that a postman reads as one compare as one, and others do not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocabulary.addresses import address_key, same_address

quick = settings(max_examples=100, deadline=None)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("沖縄県那覇市泉崎一丁目１番１号", "沖縄県那覇市泉崎1-1-1"), ("那覇市泉崎１丁目１番地の１", "沖縄県那覇市泉崎１－１－１"),
        ("那覇市字安謝12番地3", "那覇市安謝12の3"), ("那覇市大字安謝12-3", "那覇市安謝１２ー３"),
        ("東京都千代田区霞が関1-2", "東京都千代田区霞ヶ関１−２"),
        ("札幌市中央区北一条西二丁目", "札幌市中央区北1条西2丁目"), ("堺市堺区南瓦町三番一号", "堺市堺区南瓦町3-1"),
        ("大阪府堺市３丁４番", "堺市3-4"),
        ("那覇市銘苅2-3-4 髙橋荘 101号室", "那覇市銘苅２丁目３番４号　高橋荘１０１号"), ("那覇市銘苅2-3-4 101", "那覇市銘苅2-3-4-101"),
        ("那覇市銘苅二十三番地", "那覇市銘苅23"), ("渋谷区代々木1‐2", "渋谷区代代木1―2"),
        ("那覇市泉崎1-1 タワー301", "那覇市泉崎１丁目１番 タワー３０１号室"),
    ],
)
def test_addresses_that_differ_in_writing_only_are_the_same(a: str, b: str) -> None:
    assert same_address(a, b)
    assert same_address(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("那覇市泉崎1-23", "那覇市泉崎12-3"), ("那覇市銘苅2-3-4 101", "那覇市銘苅2-3-4101"), ("東京都府中市1-1", "広島県府中市1-1"),
        ("東京都千代田区三番町1", "東京都千代田区四番町1"), ("", ""), ("那覇市泉崎1-1", "那覇市泉崎1-1-1"), ("三重県津市1", "重県津市1"),
    ],
)
def test_other_addresses_stay_different(a: str, b: str) -> None:
    assert not same_address(a, b)


def test_a_replaced_character_of_a_certificate_fits_any_one_character() -> None:
    flags = "000100000"
    assert same_address("那覇市＊町1-2", "那覇市辻󠄀町一丁目2", flags)
    assert not same_address("那覇市＊町1-2", "那覇市辻󠄀町1-3", flags)
    assert not same_address("那覇市＊町1-2", "那覇市辻󠄀町1-2")


@quick
@given(st.integers(1, 99), st.integers(1, 99), st.integers(1, 99), st.sampled_from(["-", "－", "−", "ー", "の", "‐"]))
def test_every_way_to_write_a_block_and_house_number_has_one_key(block: int, lot: int, house: int, dash: str) -> None:
    written = f"那覇市泉崎{block}丁目{lot}番{house}号"
    full = f"那覇市泉崎{block}{dash}{lot}{dash}{house}".translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert address_key(written) == address_key(full) == f"那覇市泉崎{block}-{lot}-{house}"


@quick
@given(st.text("那覇市字一二十丁目番地号の3-ー　ノ霞ヶ関"))
def test_a_key_of_a_key_is_the_key(text: str) -> None:
    once = address_key(text)
    assert address_key(address_key(once)) == address_key(once)


@quick
@given(st.text(), st.text())
def test_no_text_makes_the_comparison_raise(a: str, b: str) -> None:
    assert same_address(a, b) == same_address(b, a)
