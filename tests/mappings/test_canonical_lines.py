"""A record becomes one line and comes back the same; lines sort as their items do."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.canonical_lines import key_of, line_of, person_of, row_of
from mappings.catalogue import load_catalogue
from vocabulary.findings import Refused

KIND = load_catalogue().copies["yobosesshu"]
OLD, NEW = KIND.layouts

VALUES = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)
KEYS = VALUES.filter(bool)
ROWS = st.fixed_dictionaries(
    {name: KEYS if name in KIND.key else st.none() | VALUES.filter(bool) for name in NEW.items},
)
CONTROLS = ["\x1f", "\n", "\r", "\t", "\0", "\x7f", "\x85", "\x9f"]


@settings(max_examples=100, deadline=None)
@given(ROWS)
def test_a_line_gives_its_record_back(row: dict[str, str | None]) -> None:
    line = line_of(KIND, NEW, row)
    assert row_of(KIND, NEW, line) == row
    assert line.endswith(b"\n") and line.count(b"\n") == 1
    assert key_of(KIND, line) == "\x1f".join(str(row[name]) for name in KIND.key).encode()
    assert person_of(line) == person_of(key_of(KIND, line)) == row["atenabango"]


@settings(max_examples=100, deadline=None)
@given(st.lists(ROWS, max_size=12))
def test_lines_sort_bytewise_as_their_items_do(rows: list[dict[str, str | None]]) -> None:
    by_items = sorted(rows, key=lambda row: [(row[name] or "").encode() for name in NEW.items])
    assert sorted(line_of(KIND, NEW, row) for row in rows) == [line_of(KIND, NEW, row) for row in by_items]
    keys = [key_of(KIND, line) for line in sorted(line_of(KIND, NEW, row) for row in rows)]
    assert keys == sorted(keys)


@settings(max_examples=60, deadline=None)
@given(ROWS, st.sampled_from(NEW.items), st.sampled_from([*CONTROLS, "\ud800"]), st.integers(0, 5))
def test_control_characters_and_lone_surrogates_are_refused(row: dict[str, str | None], name: str, bad: str, place: int) -> None:
    value = row[name] or ""
    with pytest.raises(Refused) as refused:
        line_of(KIND, NEW, {**row, name: value[:place] + bad + value[place:]})
    assert (refused.value.finding.code, refused.value.finding.where) == ("COPY_VALUE", name)


@pytest.mark.parametrize("name", KIND.key)
@pytest.mark.parametrize("absent", [None, ""])
def test_an_item_of_the_key_is_never_empty(name: str, absent: str | None) -> None:
    row = dict.fromkeys(NEW.items, "1")
    with pytest.raises(Refused) as refused:
        line_of(KIND, NEW, {**row, name: absent})
    assert refused.value.finding.where == name


def test_a_layout_writes_its_own_items_only() -> None:
    row = {name: str(place) for place, name in enumerate(NEW.items)}
    assert line_of(KIND, OLD, row) == line_of(KIND, NEW, row).rpartition(b"\x1f")[0] + b"\n"


WRONG_LINES = [b"", b"1\n", b"\xff\n", b"1\x1f2\x1f3", b"1\x1f" * 20 + b"\n", b"1\x1f1\x1f1" + b"\x1f\x07" + b"\x1f" * 6 + b"\n"]


@pytest.mark.parametrize("line", WRONG_LINES)
def test_bytes_that_are_no_line_of_the_layout_are_refused(line: bytes) -> None:
    with pytest.raises(Refused):
        row_of(KIND, NEW, line)
