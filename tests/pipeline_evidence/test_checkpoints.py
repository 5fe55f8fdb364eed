"""Checkpoints and exports as values: canonical form, times, files whole or not at all."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.checkpoints import Checkpoint, Leaf, canonical_json, export_log, in_order, leaf_hash, sign_checkpoint
from pipeline.keyring import KeyRing
from pipeline.log_verifier import verify_export
from pipeline.merkle import EMPTY_ROOT
from vocabulary.clock import JST

START = datetime(2026, 11, 24, 9, tzinfo=JST)


def leaf(number: int) -> Leaf:
    return Leaf(number, "{}", leaf_hash("{}"))


@pytest.fixture(scope="module")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    return KeyRing.create(tmp_path_factory.mktemp("root"))


def test_leaves_and_checkpoints_join_in_the_order_of_an_export() -> None:
    points = [Checkpoint(size, "", time, "", "") for size, time in ((0, "a"), (2, "a"), (2, "b"), (3, "a"), (5, "a"))]
    joined = list(in_order([leaf(1), leaf(2), leaf(3)], points))
    assert joined == [points[0], leaf(1), leaf(2), *points[1:3], leaf(3), *points[3:]]


def test_a_log_that_begins_with_a_checkpoint_of_nothing_holds(keyring: KeyRing, tmp_path: Path) -> None:
    empty = sign_checkpoint(keyring, size=0, root=EMPTY_ROOT, time=START)
    one = sign_checkpoint(keyring, size=1, root=leaf(1).digest, time=START)
    export_log(in_order([leaf(1)], [empty, one]), tmp_path / "log.jsonl", public_key=keyring.public_key)
    verdict = verify_export(tmp_path / "log.jsonl")
    assert (verdict.good, verdict.anchored, verdict.checkpoints) == (True, 1, 2)


def test_a_log_under_another_municipality_s_name_does_not_hold(keyring: KeyRing, tmp_path: Path) -> None:
    point = sign_checkpoint(keyring, size=1, root=leaf(1).digest, time=START, municipality="472018")
    for named, code in (("472018", "good"), ("472085", "checkpoint_signature"), ("", "checkpoint_signature")):
        export_log([leaf(1), point], tmp_path / "log.jsonl", public_key=keyring.public_key, municipality=named)
        assert verify_export(tmp_path / "log.jsonl").code == code


def test_an_export_that_fails_keeps_the_older_file(keyring: KeyRing, tmp_path: Path) -> None:
    def broken() -> Iterator[Leaf]:
        yield leaf(1)
        raise OSError("database gone")

    path = tmp_path / "log.jsonl"
    path.write_bytes(b"older")
    with pytest.raises(OSError, match="database gone"):
        export_log(broken(), path, public_key=keyring.public_key)
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("log.jsonl", b"older")]


def test_a_checkpoint_needs_a_time_with_offset(keyring: KeyRing) -> None:
    with pytest.raises(ValueError, match="offset"):
        sign_checkpoint(keyring, size=0, root=EMPTY_ROOT, time=START.replace(tzinfo=None))


@settings(max_examples=60, deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda one: st.dictionaries(st.text(), one) | st.lists(one)))
def test_canonical_json_is_read_back_and_written_the_same(value: object) -> None:
    try:
        written = canonical_json(value)
    except UnicodeEncodeError:
        assert any(0xD800 <= ord(letter) <= 0xDFFF for letter in json.dumps(value, ensure_ascii=False))
        return
    assert json.loads(written) == value
    assert canonical_json(json.loads(written)) == written
    assert b"\n" not in written
