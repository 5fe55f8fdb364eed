"""An exported log: whatever is changed in it, the verifier finds it and says where."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.checkpoints import Checkpoint, Leaf, canonical_json, export_log, in_order, leaf_hash, sign_checkpoint
from pipeline.keyring import KeyRing
from pipeline.log_verifier import Verdict, verify_export
from pipeline.merkle import CompactRange
from vocabulary.clock import JST

START = datetime(2026, 11, 24, 9, tzinfo=JST)
SIZES = (4, 5, 9, 12)


def leaf(number: int, event: str = "受領") -> Leaf:
    data = canonical_json({"event": event, "seq": number}).decode()
    return Leaf(number, data, leaf_hash(data))


def signed(keyring: KeyRing, leaves: list[Leaf], sizes: tuple[int, ...] = SIZES) -> list[Checkpoint]:
    grown = CompactRange()
    points: list[Checkpoint] = []
    for size in sizes:
        grown = grown.append(each.digest for each in leaves[grown.size : size])
        time = START + timedelta(hours=len(points))
        points.append(sign_checkpoint(keyring, size=size, root=grown.root(), time=time, municipality="472018"))
    return points


@dataclass(frozen=True)
class Export:
    """A good log of twelve leaves and four checkpoints, as lines, and places for changed copies."""

    keyring: KeyRing
    folder: Path
    lines: list[bytes]
    points: list[Checkpoint]

    def write(self, content: bytes) -> Path:
        path = self.folder / "changed.jsonl"
        path.write_bytes(content)
        return path

    def judge(self, lines: list[bytes], witness: Path | None = None) -> Verdict:
        return verify_export(self.write(b"".join(lines)), witness)

    def keep(self, *points: Checkpoint) -> Path:
        path = self.folder / "witness.jsonl"
        path.write_bytes(b"".join(point.line() for point in points))
        return path

    def forge(self, leaves: list[Leaf], sizes: tuple[int, ...] = SIZES) -> Path:
        """A log that somebody with the stolen key made."""
        path = self.folder / "forged.jsonl"
        entries = in_order(leaves, signed(self.keyring, leaves, sizes))
        export_log(entries, path, public_key=self.keyring.public_key, municipality="472018")
        return path


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Export:
    folder = tmp_path_factory.mktemp("log")
    keyring = KeyRing.create(folder)
    leaves = [leaf(number) for number in range(1, 13)]
    points = signed(keyring, leaves)
    path = folder / "log.jsonl"
    assert export_log(in_order(leaves, points), path, public_key=keyring.public_key, municipality="472018") == 16
    return Export(keyring, folder, path.read_bytes().splitlines(keepends=True), points)


def leaf_number(line: bytes) -> int | None:
    number: int | None = json.loads(line).get("leaf")
    return number


def records(export: Export) -> Iterator[tuple[int, bytes]]:
    yield from enumerate(export.lines, start=1)


def test_a_good_log_holds_with_and_without_every_witness(export: Export) -> None:
    verdict = export.judge(export.lines)
    assert (verdict.good, verdict.leaves, verdict.anchored, verdict.checkpoints) == (True, 12, 12, 4)
    assert verdict.public_key == export.keyring.public_key in verdict.sentence
    for witness in (export.points[:1], export.points[3:], export.points):
        confirmed = export.judge(export.lines, export.keep(*witness))
        assert confirmed.good
        assert export.keyring.public_key not in confirmed.sentence


def test_every_changed_byte_of_every_record_is_found_at_its_line(export: Export) -> None:
    for line, record in records(export):
        for position in range(0, len(record), 3 if line < 8 else 11):
            changed = bytearray(record)
            changed[position] ^= 0x01
            verdict = export.judge([*export.lines[: line - 1], bytes(changed), *export.lines[line:]])
            assert not verdict.good, (line, position)
            # The header's municipality and key are proven by the first checkpoint only (line 6).
            assert verdict.line == line or (line == 1 and verdict.line == 6), (line, position)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_changed_bit_is_found(export: Export, data: st.DataObject) -> None:
    whole = bytearray(b"".join(export.lines))
    position, bit = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(0, 7))
    line = whole[:position].count(b"\n") + 1
    whole[position] ^= 1 << bit
    verdict = verify_export(export.write(bytes(whole)))
    assert not verdict.good
    assert verdict.line == line or (line == 1 and verdict.line == 6)


def test_every_dropped_leaf_is_found_at_its_number(export: Export) -> None:
    for line, record in records(export):
        if number := leaf_number(record):
            verdict = export.judge([*export.lines[: line - 1], *export.lines[line:]])
            assert (verdict.good, verdict.line, verdict.leaf) == (False, line, number)


def test_every_dropped_checkpoint_is_missed_by_its_witness(export: Export) -> None:
    witness = export.keep(*export.points)
    for line, record in records(export):
        if line > 1 and leaf_number(record) is None:
            size = json.loads(record)["checkpoint"]["size"]
            lines = [*export.lines[: line - 1], *export.lines[line:]]
            verdict = export.judge(lines, witness)
            place = (verdict.line, verdict.leaf)
            assert (verdict.good, verdict.code, *place) == (False, "checkpoint_missing", min(line, len(lines)), size)
    unanchored = export.judge(lines)
    assert (unanchored.good, unanchored.leaves, unanchored.anchored) == (True, 12, 9)
    assert "記録番号10以降" in unanchored.sentence


def test_every_pair_of_neighbours_that_changed_places_is_found(export: Export) -> None:
    for line in range(1, len(export.lines)):
        lines = [*export.lines[: line - 1], export.lines[line], export.lines[line - 1], *export.lines[line + 1 :]]
        verdict = export.judge(lines)
        # A leaf that comes before its checkpoint is in its turn; the checkpoint after it is not.
        late = line > 1 and leaf_number(export.lines[line - 1]) is None
        assert (verdict.good, verdict.line) == (False, line + late), line


def test_every_doubled_record_is_found(export: Export) -> None:
    for line, record in records(export):
        verdict = export.judge([*export.lines[:line], record, *export.lines[line:]])
        assert (verdict.good, verdict.line) == (False, line + 1), line


def test_every_cut_is_found_by_the_last_checkpoint_kept_elsewhere(export: Export) -> None:
    witness = export.keep(export.points[-1])
    for kept in range(len(export.lines)):
        verdict = export.judge(export.lines[:kept], witness)
        assert not verdict.good
        leaves = sum(leaf_number(line) is not None for line in export.lines[:kept])
        assert verdict.code == ("log_cut" if leaves < 12 else "checkpoint_missing")
        assert verdict.leaf == min(leaves + 1, 12)


def test_every_cut_within_a_line_is_found_without_a_witness(export: Export) -> None:
    for line, record in records(export):
        for end in range(1, len(record), 9):
            verdict = export.judge([*export.lines[: line - 1], record[:end]])
            assert (verdict.good, verdict.code, verdict.line) == (False, "line_cut", line)


def test_a_log_without_a_checkpoint_proves_nothing(export: Export) -> None:
    assert [export.judge(export.lines[:kept]).code for kept in (0, 1, 4)] == ["no_checkpoint"] * 3


def test_a_leaf_rewritten_with_its_hash_is_narrowed_to_its_checkpoint(export: Export) -> None:
    for line, record in records(export):
        if number := leaf_number(record):
            verdict = export.judge([*export.lines[: line - 1], leaf(number, "却下").line(), *export.lines[line:]])
            first, last = next((low + 1, high) for low, high in zip((0, *SIZES), SIZES, strict=False) if low < number <= high)
            assert (verdict.good, verdict.code, verdict.leaf, verdict.until) == (False, "checkpoint_root", first, last)


def test_history_rewritten_with_the_stolen_key_is_found_by_the_witness(export: Export) -> None:
    for number in range(1, 13):
        leaves = [leaf(each, "却下" if each == number else "受領") for each in range(1, 13)]
        forged = export.forge(leaves)
        assert verify_export(forged).good
        verdict = verify_export(forged, export.keep(*export.points))
        first, last = next((low + 1, high) for low, high in zip((0, *SIZES), SIZES, strict=False) if low < number <= high)
        assert (verdict.good, verdict.code, verdict.leaf, verdict.until) == (False, "witness_differs", first, last)


def test_a_tail_cut_and_signed_again_with_the_stolen_key_is_found_by_the_witness(export: Export) -> None:
    forged = export.forge([leaf(number) for number in range(1, 12)], (4, 5, 9, 11))
    assert verify_export(forged).good
    verdict = verify_export(forged, export.keep(export.points[-1]))
    assert (verdict.good, verdict.code, verdict.leaf, verdict.until) == (False, "log_cut", 12, 12)


def test_a_log_signed_by_another_key_is_found_by_the_witness(export: Export, tmp_path: Path) -> None:
    stranger = KeyRing.create(tmp_path)
    leaves = [leaf(number) for number in range(1, 13)]
    path = tmp_path / "log.jsonl"
    export_log(in_order(leaves, signed(stranger, leaves)), path, public_key=stranger.public_key, municipality="472018")
    assert verify_export(path).good
    assert verify_export(path, export.keep(export.points[0])).code == "checkpoint_missing"


def test_the_journal_s_stored_hash_locates_a_changed_row(export: Export, tmp_path: Path) -> None:
    leaves = [leaf(number) for number in range(1, 13)]
    points = signed(export.keyring, leaves)
    leaves[6] = Leaf(7, leaf(7, "却下").data, leaves[6].digest)
    path = tmp_path / "log.jsonl"
    export_log(in_order(leaves, points), path, public_key=export.keyring.public_key, municipality="472018")
    verdict = verify_export(path)
    assert (verdict.code, verdict.leaf) == ("leaf_changed", 7)


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 100_000,
        b"1" * 5000,
        b"null",
        b"[]",
        b'"x"',
        b"\xff",
        b'{"a":1,"a":1}',
        b'{"data":"","hash":"","leaf":"1"}',
        b'{"data":"","hash":"","leaf":true}',
        b'{"data":{},"hash":"","leaf":1}',
        b'{"data":"","extra":1,"hash":"","leaf":1}',
        b'{"checkpoint":[]}',
        b'"\\ud800"',
        b"NaN",
    ],
)
def test_any_other_line_is_a_wrong_record_and_never_a_crash(export: Export, line: bytes) -> None:
    for before in (0, 3):
        verdict = export.judge([*export.lines[:before], line + b"\n", *export.lines[before:]])
        assert (verdict.good, verdict.line) == (False, before + 1)


def test_the_same_record_in_another_spelling_is_refused(export: Export) -> None:
    for line, record in records(export):
        value = json.loads(record)
        spellings = {json.dumps(value), json.dumps(value, separators=(",", ":")), record.decode().replace("{", "{ ", 1).strip()}
        for spelling in spellings - {record.decode().strip()}:
            verdict = export.judge([*export.lines[: line - 1], spelling.encode() + b"\n", *export.lines[line:]])
            assert (verdict.good, verdict.code, verdict.line) == (False, "line_form", line)
