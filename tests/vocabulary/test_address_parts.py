"""Addresses split: nothing is lost or invented, what is not settled is named, and the share that splits right is the one that is told."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vocabulary.address_corpus import cases, measure, measure_groups
from vocabulary.address_parts import PARTS, same_lot, split_address

PAGE = Path(__file__).resolve().parents[2] / "docs" / "addresses.md"
TITLES = dict(zip(("都道府県", "市区町村", "町字", "丁目", "番地号", "方書"), PARTS, strict=True))

SETTLED = {
    "沖縄県那覇市泉崎一丁目１番１号　ハイツ１０１": ("沖縄県", "那覇市", "泉崎", "一丁目", "１番１号", "ハイツ１０１"),
    "那覇市字天久１０００番地": ("", "那覇市", "字天久", "", "１０００番地", ""),
    "四日市市諏訪町1番5号": ("", "四日市市", "諏訪町", "", "1番5号", ""),
    "広島県廿日市市下平良一丁目11-1": ("広島県", "廿日市市", "下平良", "一丁目", "11-1", ""),
    "北海道札幌市西区二十四軒４条２丁目６番１７号": ("北海道", "札幌市西区", "二十四軒４条", "２丁目", "６番１７号", ""),
    "上京区小川通今出川下る針屋町370": ("", "上京区", "小川通今出川下る針屋町", "", "370", ""),
    "茨城県龍ｹ崎市若柴町3135 馴柴小学校": ("茨城県", "龍ｹ崎市", "若柴町", "", "3135", "馴柴小学校"),
    "千葉県旭市ハの７４番地の2": ("千葉県", "旭市", "ハ", "", "７４番地の2", ""),
    "那覇市首里石嶺町": ("", "那覇市", "首里石嶺町", "", "", ""),
}


@pytest.mark.parametrize(("text", "parts"), SETTLED.items())
def test_a_written_out_address_is_settled(text: str, parts: tuple[str, ...]) -> None:
    found = split_address(text)
    assert tuple(getattr(found, part) for part in PARTS) == parts
    assert found.uncertain == ()


OPEN = {
    "那覇市泉崎1-1-1": ("chome", "number"),
    "那覇市泉崎１丁目1-1-101": ("chome", "number"),
    "那覇市泉崎1-1-1-101": ("town", "chome", "number", "building"),
    "那覇市泉崎1-1-2号室": ("chome", "number", "building"),
    "春日部市大字八丁目３５３番地１": ("town", "chome", "number", "building"),
    "石川県加賀市大聖寺上木町九十五": ("town", "chome", "number", "building"),
    "東京都千代田区紀尾井町壱番地三号": ("town", "chome", "number", "building"),
    "京都府福知山市字裏ノ(南栄町)８": ("town", "chome", "number", "building"),
    "泉崎1-1-1": PARTS,
    "沖縄県泉崎1-1-1": PARTS[1:],
    "": PARTS,
}


@pytest.mark.parametrize(("text", "uncertain"), OPEN.items())
def test_what_the_text_does_not_settle_is_named_and_empty(text: str, uncertain: tuple[str, ...]) -> None:
    found = split_address(text)
    assert found.uncertain == uncertain
    assert not any(getattr(found, part) for part in uncertain)


SIGNS = st.sampled_from("那覇市泉崎字天久丁目番地号条の一二十１2３-－ 　コーポABー()\ufffd")


@given(text=st.text(SIGNS, max_size=20), head=st.sampled_from(["", "那覇市", "沖縄県那覇市", "札幌市中央区", "沖縄県"]))
@settings(max_examples=100, deadline=None)
def test_every_part_is_a_piece_of_the_text_and_settled_parts_leave_nothing_out(text: str, head: str) -> None:
    found = split_address(f"{head}{text}")
    assert all(getattr(found, part) in f"{head}{text}" for part in (*PARTS, "lot"))
    if not found.uncertain:
        joined = "".join(getattr(found, part) for part in PARTS)
        assert re.sub(r"[\s　のノ]", "", joined) == re.sub(r"[\s　のノ]", "", f"{head}{text}")


SAME_LOT = {
    ("沖縄県那覇市泉崎一丁目１番１号　ハイツ１０１", "那覇市泉崎1-1-1"): True,
    ("那覇市泉崎1-1-1 ハイツ101", "那覇市泉崎１丁目１番１号　ハイツ２０２"): True,
    ("那覇市泉崎1-1-1", "那覇市泉崎1-1-2"): False,
    ("那覇市泉崎1-1-1", "浦添市泉崎1-1-1"): False,
    ("沖縄県那覇市泉崎1-1-1", "福岡県那覇市泉崎1-1-1"): False,
    ("那覇市泉崎1-1-1-101", "那覇市泉崎1-1-1"): False,
    ("那覇市泉崎", "那覇市泉崎"): False,
    ("", ""): False,
}


@pytest.mark.parametrize(("pair", "same"), SAME_LOT.items())
def test_two_addresses_name_one_lot_only_when_both_surely_do(pair: tuple[str, str], *, same: bool) -> None:
    assert same_lot(*pair) is same
    assert same_lot(*reversed(pair)) is same


def test_the_corpus_is_whole() -> None:
    assert (len(cases()), sum(map(len, cases().values()))) == (28, 649)


def test_the_told_shares_are_the_measured_ones() -> None:
    rows = re.findall(r"^\| (\S+) \| (\d+) \| (\d+) \| ([\d.]+%) \| (\d+) \| (\d+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    told = {TITLES.get(name, name): figures for name, *figures in rows}
    found = {**measure(), **measure_groups()}
    assert told == {
        name: [str(v.total()), str(v["right"]), f"{v['right'] / v.total():.1%}", str(v["uncertain"]), str(v["wrong"])]
        for name, v in found.items()
    }


def test_hardly_a_part_splits_wrong() -> None:
    assert sum(counted["wrong"] for counted in measure().values()) <= 18
