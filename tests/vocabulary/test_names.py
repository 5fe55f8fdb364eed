"""Names that a clerk reads as one compare as one, and others do not."""

import csv
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vocabulary
from vocabulary.names import kana_key, name_key, same_name, variants

quick = settings(max_examples=100, deadline=None)
names = st.text("髙高橋﨑崎齋斎邊邉𠮷吉佐々木藤花子廣ＡbーｱﾞアB　 ・\U000e0100", min_size=1)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("髙橋　花子", "高橋 花子"), ("山﨑", "山崎"), ("齋藤", "斎藤"), ("齊藤", "斉藤"), ("斎藤", "斉藤"), ("渡邊", "渡辺"),
        ("渡邉", "渡辺"),
        ("𠮷野", "吉野"), ("廣澤", "広沢"), ("濵田", "浜田"), ("濱田", "浜田"), ("國分", "国分"), ("槗本", "橋本"), ("德川", "徳川"),
        ("大\ufa10", "大塚"),
        ("葛\U000e0100城", "葛城"), ("佐々木", "佐佐木"), ("ＳＭＩＴＨ　Ｊｏｈｎ", "Smith John"), ("マリア・ルイサ", "マリアルイサ"),
        ("マ－ク", "マーク"),
        ("ﾀﾞﾆｴﾙ", "ダニエル"), ("\uf9dc", "\u9686"),
    ],
)
def test_names_that_differ_in_variants_only_are_the_same(a: str, b: str) -> None:
    assert same_name(a, b)
    assert same_name(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [("高橋花子", "高橋花江"), ("", ""), ("　", " "), ("佐藤", "佐藤花"), ("大田", "太田"), ("佐々木", "佐木々"), ("々々", "々")],
)
def test_other_names_stay_different(a: str, b: str) -> None:
    assert not same_name(a, b)


def test_a_replaced_character_of_a_certificate_fits_any_one_character() -> None:
    assert same_name("山＊　太郎", "山𣘺　太郎", "01000")
    assert same_name("ワタナベ＊", "ワタナベ葛\U000e0100", substitutes="00001")
    assert not same_name("山＊　太郎", "山𣘺　次郎", "01000")
    assert not same_name("山＊　太郎", "山本橋　太郎", "01000")
    assert not same_name("山＊　太郎", "山𣘺　太郎")
    assert not same_name("山＊　太郎", "山𣘺　太郎", "10000")


def test_flags_of_another_length_open_nothing_more() -> None:
    assert same_name("山＊　太郎", "山𣘺　太郎", "01")
    assert not same_name("山＊　太郎", "山𣘺　次郎", "0100000000")


def test_a_name_of_wildcards_alone_proves_nobody() -> None:
    assert not same_name("＊＊", "山田", "11")
    assert not same_name("\x00\x00", "山田")


@quick
@given(names)
def test_a_key_of_a_key_is_the_key(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)
    assert kana_key(kana_key(name)) == kana_key(name)
    assert same_name(name, name) == bool(name_key(name))


@quick
@given(names, names)
def test_being_the_same_name_works_both_ways(a: str, b: str) -> None:
    assert same_name(a, b) == same_name(b, a)


@quick
@given(st.text(), st.text("01x"))
def test_no_text_makes_the_comparison_raise(text: str, flags: str) -> None:
    assert same_name(text, text, flags) in {True, False}


def test_kana_keys_pass_over_width_size_and_script() -> None:
    assert kana_key("ｷｮｳｺ ﾔﾏﾀﾞ") == kana_key("キヨウコ　ヤマダ") == kana_key("きょうこ　やまだ")
    assert kana_key("オーノ") != kana_key("オノ")


def test_the_table_of_variants_leads_each_character_to_one_that_stays() -> None:
    table = variants()
    assert not [chr(point) for point, sign in table.items() if ord(sign) in table]
    assert not [chr(point) for point in table if unicodedata.normalize("NFKC", chr(point)) != chr(point)]
    rows = list(csv.DictReader((Path(vocabulary.__path__[0]) / "variants.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) == len(table)
    assert all(row["source"] for row in rows)
