"""Streams of lines: sorted beyond what fits, deltas applied, pending extracts chosen, as plain Python would do it."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.ledgers import ExtractFile
from pipeline.keyring import KeyRing
from pipeline.sealing import Sealing
from pipeline.sync.deltas import apply_delta
from pipeline.sync.pending import moment_of, pending_extracts
from pipeline.sync.sealed_lines import LineStore
from pipeline.sync.sorting import sort_lines

LINES = st.lists(st.binary(max_size=12).map(lambda data: data.replace(b"\n", b"") + b"\n"), max_size=60)
ENTRIES = st.tuples(st.sampled_from(b"xyz"), st.sampled_from("123"))
KEYS = st.sampled_from([f"{number:02}".encode() for number in range(12)])


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> LineStore:
    root = tmp_path_factory.mktemp("lines")
    return LineStore(root / "scratch", Sealing(KeyRing.create(root)))


@settings(max_examples=60, deadline=None)
@given(lines=LINES, budget=st.integers(40, 400))
def test_lines_that_do_not_fit_are_sorted_all_the_same_and_leave_nothing(store: LineStore, lines: list[bytes], budget: int) -> None:
    assert list(sort_lines(iter(lines), scratch=store, budget=budget)) == sorted(lines)
    assert [path for path in store.folder.rglob("*") if path.is_file()] == []


@settings(max_examples=100, deadline=None)
@given(base=st.dictionaries(KEYS, st.sampled_from(b"abc")), delta=st.dictionaries(KEYS, ENTRIES))
def test_a_delta_changes_what_it_names_and_nothing_else(base: dict[bytes, int], delta: dict[bytes, tuple[int, str]]) -> None:
    def key(line: bytes) -> bytes:
        return line[:2]

    lines = [key + b"\x1f%c\n" % value for key, value in sorted(base.items())]
    entries = [key + b"\x1f%c\x1f%c\n" % (value, ord(change)) for key, (value, change) in sorted(delta.items())]
    wanted = base | {key: value for key, (value, change) in delta.items() if change != "3"}
    for gone in (key for key, (_, change) in delta.items() if change == "3"):
        wanted.pop(gone, None)
    once = list(apply_delta(iter(lines), iter(entries), key=key))
    assert once == [key + b"\x1f%c\n" % value for key, value in sorted(wanted.items())]
    assert list(apply_delta(iter(once), iter(entries), key=key)) == once


def _file(name: str) -> ExtractFile:
    """``full 1`` or ``delta 12``: an extract of that minute."""
    form, minute = name.split()
    stamp = f"2026112410{int(minute):02}"
    return ExtractFile(Path(f"{form}_{stamp}.csv"), "472018", "yobosesshu", form == "full", stamp, 0, f"digest of {name}")


@pytest.mark.parametrize(
    ("present", "taken", "wanted"),
    [
        ("full 1, delta 2, delta 3", "", "full 1, delta 2, delta 3"),
        ("full 1, delta 2, delta 3", "full 1, delta 2", "delta 3"),
        ("full 1, delta 2, delta 3, full 4", "full 1, delta 2", "full 4"),
        ("delta 2, delta 3", "full 1, delta 2", "delta 3"),
        ("delta 2, delta 3", "full 4", ""),
        ("full 1, delta 5", "full 4", "delta 5"),
        ("full 1, delta 2, delta 3", "full 1, delta 3", "full 1, delta 2, delta 3"),
        ("full 1, delta 2", "full 1, delta 2", ""),
        ("", "full 1", ""),
    ],
)
def test_pending_extracts_begin_at_the_newest_full_one_and_keep_their_order(present: str, taken: str, wanted: str) -> None:
    files, done = ([_file(name) for name in names.split(", ") if name] for names in (present, taken))
    newest_full = max((moment_of(file.stamp) for file in done if file.full), default="")
    current = max((moment_of(file.stamp) for file in done), default="")
    known = {(file.name, file.sha256) for file in done}
    found = pending_extracts(sorted(files, key=lambda file: file.stamp), taken=known, current=current, newest_full=newest_full)
    assert [file.name for file in found] == [_file(name).name for name in wanted.split(", ") if name]
