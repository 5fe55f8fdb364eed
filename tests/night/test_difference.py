"""The difference of sorted files, what is accepted after changes, and sealed files of lines."""

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import EvidenceBroken
from pipeline.keyring import KeyRing
from pipeline.sealing import Sealing
from pipeline.sync.difference import CHANGE, DELETE, REGISTER, Change, UnsortedError, applied, differences
from pipeline.sync.sealed_lines import LineFile, LineStore

TEXT = st.text(st.characters(min_codepoint=0x20, exclude_categories=["Cs"], exclude_characters="\x7f"), max_size=4)
STATE = st.dictionaries(st.tuples(TEXT, TEXT), st.tuples(TEXT, TEXT), max_size=12)
PURPOSE = "copies/472018/accepted/teate/2026-06"


def lines_of(state: dict[tuple[str, str], tuple[str, str]]) -> list[bytes]:
    return sorted("\x1f".join((*key, *values)).encode() + b"\n" for key, values in state.items())


def key_of(line: bytes) -> bytes:
    return b"\x1f".join(line[:-1].split(b"\x1f")[:2])


@settings(max_examples=100, deadline=None)
@given(STATE, STATE, st.data())
def test_changes_between_any_two_states_lead_from_one_to_the_other(before: object, after: object, data: st.DataObject) -> None:
    kept = data.draw(st.sets(st.sampled_from(sorted(before)))) if before else set()
    old, new = lines_of(before), lines_of({**after, **{key: before[key] for key in kept}})
    changes = list(differences(old, new, key=2))
    assert list(applied(old, changes, key=2)) == new
    assert [change.key for change in changes] == sorted({change.key for change in changes})
    was, shall = {key_of(line): line for line in old}, {key_of(line): line for line in new}
    for change in changes:
        assert (was.get(change.key), shall.get(change.key)) == (change.before, change.line)
        assert change.operation == (DELETE if change.line is None else CHANGE if change.before else REGISTER)
    assert len(changes) == sum(was.get(key) != shall.get(key) for key in was.keys() | shall.keys())


@settings(max_examples=50, deadline=None)
@given(STATE)
def test_a_state_does_not_differ_from_itself(state: object) -> None:
    assert list(differences(lines_of(state), lines_of(state), key=2)) == []


@pytest.mark.parametrize(("old", "new"), [([b"b\n", b"a\n"], [b"c\n"]), ([], [b"a\x1f1\n", b"a\x1f2\n"])], ids=["falling", "a key twice"])
def test_lines_that_do_not_rise_by_key_are_refused(old: list[bytes], new: list[bytes]) -> None:
    with pytest.raises(UnsortedError):
        list(differences(old, new, key=1))


def test_the_difference_of_large_files_needs_no_more_memory_than_that_of_small_ones() -> None:
    def side(changed: int) -> Iterator[bytes]:
        return (b"%07d\x1f%d\n" % (number, number % changed == 0) for number in range(200_000))

    tracemalloc.start()
    assert sum(1 for _ in differences(side(1000), side(1001), key=1)) == pytest.approx(400, abs=10)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100_000


@pytest.fixture
def store(tmp_path: Path) -> LineStore:
    KeyRing.create(tmp_path)
    return LineStore(tmp_path / "copies" / "accepted", Sealing(KeyRing.open(tmp_path)))


def many(count: int) -> Iterator[bytes]:
    return (b"%07d\x1f%s\n" % (number, b"x" * 90) for number in range(count))


@pytest.mark.parametrize("count", [0, 1, 40_000])
def test_what_is_written_is_read_and_lies_sealed(store: LineStore, count: int) -> None:
    file = store.write(many(count), purpose=PURPOSE)
    assert file.lines == count
    assert list(store.lines(file, purpose=PURPOSE)) == list(many(count))
    assert b"x" * 90 not in (store.folder / file.path).read_bytes()
    assert [path.name for path in store.folder.rglob("*.part")] == []


@pytest.mark.parametrize("harm", ["cut at a block", "cut inside", "changed", "swapped", "of another purpose", "of another name", "gone"])
def test_a_file_that_is_not_what_was_written_does_not_open(store: LineStore, harm: str) -> None:
    file = store.write(many(40_000), purpose=PURPOSE)
    path = store.folder / file.path
    data = path.read_bytes()
    first = 4 + int.from_bytes(data[:4], "big")
    second = first + 4 + int.from_bytes(data[first : first + 4], "big")
    purpose = PURPOSE
    if harm == "cut at a block":
        path.write_bytes(data[:first])
    elif harm == "cut inside":
        path.write_bytes(data[: first + 50])
    elif harm == "changed":
        path.write_bytes(data[:500] + bytes([data[500] ^ 1]) + data[501:])
    elif harm == "swapped":
        path.write_bytes(data[first:second] + data[:first] + data[second:])
    elif harm == "of another purpose":
        purpose += "x"
    elif harm == "of another name":
        other = store.write(many(40_000), purpose=PURPOSE)
        path.replace(store.folder / other.path)
        file = LineFile(other.path, other.digest, other.lines)
    else:
        path.unlink()
    with pytest.raises(EvidenceBroken):
        list(store.lines(file, purpose=purpose))


def test_files_that_nothing_names_are_deleted_and_the_others_stay(store: LineStore) -> None:
    kept, left = store.write(many(3), purpose=PURPOSE), store.write(many(4), purpose=PURPOSE)
    (store.folder / kept.path).with_suffix(".part").write_bytes(b"half")
    assert store.discard_all_but([kept.path]) == 2
    assert not (store.folder / left.path).exists()
    assert list(store.lines(kept, purpose=PURPOSE)) == list(many(3))


def test_changes_of_records_that_are_not_there_add_them_in_their_place() -> None:
    changes = [Change(REGISTER, b"a", b"a\n"), Change(DELETE, b"b", None), Change(CHANGE, b"d", b"d\x1f2\n")]
    assert list(applied([b"b\n", b"c\n"], changes, key=1)) == [b"a\n", b"c\n", b"d\x1f2\n"]
