"""Comparing both sides record by record, against a plain comparison of two dicts."""

from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.intermediate_records import StoredCopy
from mappings.canonical_lines import key_of, line_of
from mappings.copies import CopyItem, CopyKind, CopyLayout
from pipeline.keyring import KeyRing
from pipeline.sealing import Sealing
from pipeline.sync.both_sides import MISSING_HERE, MISSING_THERE, compare_sides, server_line
from pipeline.sync.sealed_lines import LineStore
from pipeline.sync.sorting import sort_lines
from vocabulary.clock import JST

AT = datetime(2026, 11, 24, 23, 0, tzinfo=JST)
ITEMS = ("atenabango", "bango", "jiyu", "gaku")


def item(name: str) -> CopyItem:
    return CopyItem(title=name, type="Ｎ", length=20, column=name, required=name in ITEMS[:2])


KIND = CopyKind(
    id="teate",
    title="手当",
    business="027",
    code="TK01",
    ledger="teate",
    key=ITEMS[:2],
    items={name: item(name) for name in (*ITEMS, "ninzu")},
    layouts=(
        CopyLayout(version="2026-06", valid_from=date(2026, 6, 1), valid_until=date(2027, 5, 31), items=ITEMS),
        CopyLayout(version="2027-06", valid_from=date(2027, 6, 1), valid_until=date.max, items=(*ITEMS, "ninzu")),
    ),
    shown={"gaku": "月額"},
)
OLD, NEW = KIND.layouts
KEYS = st.tuples(st.sampled_from(["1", "12", "2", "29"]), st.sampled_from(["A", "AA", "あ", "🄐"]))
VALUES = st.tuples(st.sampled_from(["", "転出", "a"]), st.sampled_from(["1", "10"]))
SIDE = st.dictionaries(KEYS, VALUES, max_size=12)
SERVER = st.dictionaries(KEYS, st.tuples(VALUES, st.sampled_from(["2026-06", "2027-06"])), max_size=12)

Records = dict[tuple[str, str], tuple[str, str]]


def ledger(side: Records, layout: CopyLayout) -> list[bytes]:
    return sorted(line_of(KIND, layout, dict(zip(ITEMS, (*key, *values), strict=True))) for key, values in side.items())


def stored(key: tuple[str, str], values: tuple[str, str], version: str = "2026-06") -> StoredCopy:
    return StoredCopy(key[0], version, AT, dict(zip(ITEMS[1:], (key[1], *values), strict=True)))


@settings(max_examples=100, deadline=None)
@given(SIDE, SERVER)
def test_what_differs_is_what_two_dicts_say(here: Records, there: dict[tuple[str, str], tuple[tuple[str, str], str]]) -> None:
    lines = sorted(server_line(KIND, NEW, stored(key, values, version)) for key, (values, version) in there.items())
    found = {one.key: one for one in compare_sides(KIND, NEW, ledger(here, NEW), lines)}
    expected: dict[tuple[str, str], tuple[str, tuple[str, ...], bool]] = {}
    for key in here.keys() | there.keys():
        if key not in there:
            expected[key] = (MISSING_THERE, (), False)
        elif key not in here:
            expected[key] = (MISSING_HERE, (), False)
        else:
            values, version = there[key]
            items = tuple(name for name, ours, theirs in zip(ITEMS[2:], here[key], values, strict=True) if ours != theirs)
            if items or version == "2026-06":
                expected[key] = ("", items, version == "2026-06")
    assert {tuple(key.decode().split("\x1f")): (one.missing, one.items, one.layout_older) for key, one in found.items()} == expected
    assert list(found) == sorted(found)


@pytest.mark.parametrize("value", ["a\x1fb", "a\nb", "\x85", "\ud83c"])
def test_a_value_that_no_line_may_hold_differs_and_breaks_nothing(value: str) -> None:
    here = ledger({("1", "A"): ("a", "1"), ("2", "A"): ("a", "1")}, OLD)
    there = [server_line(KIND, OLD, stored(("1", "A"), (value, "1"))), server_line(KIND, OLD, stored(("2", "A"), ("a", "1")))]
    assert [(one.key, one.items) for one in compare_sides(KIND, OLD, here, there)] == [(key_of(KIND, here[0]), ("jiyu",))]


def test_many_server_lines_are_sorted_on_disk_and_compare_alike(tmp_path: Path) -> None:
    KeyRing.create(tmp_path)
    side = {(f"{number:05d}", "A"): ("転出", str(number)) for number in range(3000)}
    lines = [server_line(KIND, OLD, stored(*record)) for record in side.items()][::-1]
    store = LineStore(tmp_path / "scratch", Sealing(KeyRing.open(tmp_path)))
    there = sort_lines(lines, scratch=store, budget=20_000)
    assert list(compare_sides(KIND, OLD, ledger(side, OLD), there)) == []
