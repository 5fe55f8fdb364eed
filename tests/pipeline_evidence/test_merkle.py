"""The tree against outside vectors and against the definition of RFC 6962, written a second time here."""

import base64
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import merkle

VECTORS = Path(__file__).parents[1] / "fixtures" / "merkle"
LEAVES = [merkle.leaf_hash(str(number).encode()) for number in range(70)]


def give(start: int, end: int) -> Iterable[bytes]:
    return LEAVES[start:end]


def defined_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, word by word."""
    if len(leaves) == 0:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + defined_root(leaves[:split]) + defined_root(leaves[split:])).digest()


def cases(kind: str) -> list[tuple[str, dict[str, Any]]]:
    return [(str(path.relative_to(VECTORS)), json.loads(path.read_bytes())) for path in sorted((VECTORS / kind).rglob("*.json"))]


def unpack(case: dict[str, Any], *names: str) -> tuple[list[bytes], list[bytes]]:
    return [base64.b64decode(case[name] or "") for name in names], [base64.b64decode(text) for text in case["proof"] or []]


def test_every_outside_inclusion_proof_is_judged_as_stated() -> None:
    judged = []
    for name, case in cases("inclusion"):
        (leaf, root), proof = unpack(case, "leafHash", "root")
        good = merkle.verify_inclusion(leaf, index=case["leafIdx"], size=case["treeSize"], proof=proof, root=root)
        assert good is not case["wantErr"], name
        judged.append(good)
    assert (len(judged), sum(judged)) == (98, 6)


def test_every_outside_consistency_proof_is_judged_as_stated() -> None:
    judged = []
    for name, case in cases("consistency"):
        (old_root, new_root), proof = unpack(case, "root1", "root2")
        good = merkle.verify_consistency(case["size1"], case["size2"], old_root=old_root, new_root=new_root, proof=proof)
        assert good is not case["wantErr"], name
        judged.append(good)
    assert (len(judged), sum(judged)) == (98, 6)


@pytest.mark.parametrize("size", range(len(LEAVES)))
def test_the_root_is_that_of_the_definition_however_leaves_arrive(size: int) -> None:
    grown = merkle.CompactRange()
    for leaf in LEAVES[:size]:
        grown = grown.append([leaf])
    half = size // 2
    resumed = merkle.CompactRange.unpack(half, merkle.CompactRange().append(LEAVES[:half]).packed()).append(LEAVES[half:size])
    assert grown.root() == resumed.root() == merkle.tree_root(LEAVES[:size]) == defined_root(LEAVES[:size])
    assert len(grown.roots) == size.bit_count()


def test_every_inclusion_proof_holds_for_its_leaf_and_place_only() -> None:
    for size in range(1, 34):
        root = merkle.tree_root(LEAVES[:size])
        for index in range(size):
            proof = merkle.prove_inclusion(index, size=size, leaves=give)
            held = [
                (leaf, place)
                for leaf in {index, (index + 1) % size}
                for place in range(size)
                if merkle.verify_inclusion(LEAVES[leaf], index=place, size=size, proof=proof, root=root)
            ]
            assert held == [(index, index)]


def test_every_consistency_proof_holds_and_a_changed_beginning_is_refused() -> None:
    for new in range(1, 34):
        new_root = merkle.tree_root(LEAVES[:new])
        for old in range(1, new + 1):
            proof = merkle.prove_consistency(old, new=new, leaves=give)
            old_root = merkle.tree_root(LEAVES[:old])
            changed = merkle.tree_root([*LEAVES[: old - 1], merkle.leaf_hash(b"other")])
            assert merkle.verify_consistency(old, new, old_root=old_root, new_root=new_root, proof=proof)
            assert not merkle.verify_consistency(old, new, old_root=changed, new_root=new_root, proof=proof)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_proof_with_one_changed_bit_is_refused(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 70))
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.prove_inclusion(index, size=size, leaves=give)
    step, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
    proof[step] = (int.from_bytes(proof[step], "big") ^ 1 << bit).to_bytes(32, "big")
    assert not merkle.verify_inclusion(LEAVES[index], index=index, size=size, proof=proof, root=merkle.tree_root(LEAVES[:size]))


def test_places_outside_the_tree_are_refused() -> None:
    for index, size in ((0, 0), (3, 3), (-1, 3)):
        with pytest.raises(ValueError, match="outside"):
            merkle.prove_inclusion(index, size=size, leaves=give)
    for old, new in ((0, 3), (4, 3)):
        with pytest.raises(ValueError, match="no consistency"):
            merkle.prove_consistency(old, new=new, leaves=give)
    with pytest.raises(ValueError, match="do not fit"):
        merkle.CompactRange.unpack(3, bytes(32))


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(1, 70))
def test_many_leaves_proven_in_one_pass_get_the_proofs_that_each_gets_alone(data: st.DataObject, size: int) -> None:
    hashes = [merkle.leaf_hash(bytes([number])) for number in range(size)]
    wanted = sorted(data.draw(st.sets(st.integers(0, size - 1), min_size=1)))
    root, paths = merkle.prove_inclusions(wanted, size=size, leaves=lambda start, end: hashes[start:end])
    assert root == merkle.tree_root(hashes)
    assert paths == {one: merkle.prove_inclusion(one, size=size, leaves=lambda start, end: hashes[start:end]) for one in wanted}
