"""Merkle tree of the log (ハッシュ木), as RFC 6962 section 2.1 and RFC 9162 section 2.1 define it, over SHA-256.

All hashes are 32 bytes. Leaves are counted from 0 here, as in the RFC. Proofs read leaf hashes through a provider
``leaves(start, end)`` that gives the hashes of the leaves start … end-1, so that they may stay in a database.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Self

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

LeafHashes = Callable[[int, int], Iterable[bytes]]


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf's bytes; the prefix keeps leaves and nodes apart."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class CompactRange:
    """All that appending needs of the first ``size`` leaves: the roots of the perfect subtrees, largest first (at most log2 of size).

    Kept beside a checkpoint as ``packed()``, it spares reading the earlier leaves again.
    """

    size: int = 0
    roots: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.roots) != self.size.bit_count() or any(len(root) != HASH_BYTES for root in self.roots):
            raise ValueError(f"{len(self.roots)} subtree roots do not fit a tree of {self.size} leaves")

    def append(self, leaves: Iterable[bytes]) -> Self:
        """The range with these leaf hashes appended in order."""
        size, roots = self.size, list(self.roots)
        for leaf in leaves:
            root, rest = leaf, size
            while rest & 1:
                root = node_hash(roots.pop(), root)
                rest >>= 1
            roots.append(root)
            size += 1
        return type(self)(size, tuple(roots))

    def root(self) -> bytes:
        """The tree's root hash; of no leaves, the hash of nothing."""
        if not self.roots:
            return EMPTY_ROOT
        root = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            root = node_hash(left, root)
        return root

    def packed(self) -> bytes:
        """The subtree roots one after another, for storing beside ``size``."""
        return b"".join(self.roots)

    @classmethod
    def unpack(cls, size: int, packed: bytes) -> Self:
        """The range that was packed. Raises ValueError when length and size do not agree."""
        return cls(size, tuple(packed[at : at + HASH_BYTES] for at in range(0, len(packed), HASH_BYTES)))


def tree_root(leaves: Iterable[bytes]) -> bytes:
    """The root over these leaf hashes."""
    return CompactRange().append(leaves).root()


def prove_inclusion(index: int, *, size: int, leaves: LeafHashes) -> list[bytes]:
    """The sibling hashes, lowest first, that lead from leaf ``index`` to the root of the first ``size`` leaves.

    Raises ValueError when the leaf is outside the tree.
    """
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is outside a tree of {size}")
    start, end, path = 0, size, list[bytes]()
    while end - start > 1:
        middle = start + _left_size(end - start)
        if index < middle:
            path.append(tree_root(leaves(middle, end)))
            end = middle
        else:
            path.append(tree_root(leaves(start, middle)))
            start = middle
    return path[::-1]


def prove_inclusions(wanted: Sequence[int], *, size: int, leaves: LeafHashes) -> tuple[bytes, dict[int, list[bytes]]]:
    """The root of the first ``size`` leaves, and for each wanted leaf what ``prove_inclusion`` gives; every leaf is read once.

    wanted: ascending, each once. Raises ValueError when one is outside the tree.
    """
    if not wanted or wanted[0] < 0 or wanted[-1] >= size:
        raise ValueError(f"no leaves to prove, or outside a tree of {size}")
    paths: dict[int, list[bytes]] = {index: [] for index in wanted}

    def climb(start: int, end: int, inside: Sequence[int]) -> bytes:
        if not inside or end - start == 1:
            return tree_root(leaves(start, end))
        middle = start + _left_size(end - start)
        first, second = [index for index in inside if index < middle], [index for index in inside if index >= middle]
        left, right = climb(start, middle, first), climb(middle, end, second)
        for index in first:
            paths[index].append(right)
        for index in second:
            paths[index].append(left)
        return node_hash(left, right)

    return climb(0, size, wanted), paths


def prove_consistency(old: int, *, new: int, leaves: LeafHashes) -> list[bytes]:
    """The hashes that show the tree of ``old`` leaves to be the beginning of that of ``new``. Raises ValueError unless 0 < old ≤ new."""
    if not 0 < old <= new:
        raise ValueError(f"no consistency proof from {old} to {new} leaves")
    start, end, path = 0, new, list[bytes]()
    whole = True
    while old != end:
        middle = start + _left_size(end - start)
        if old <= middle:
            path.append(tree_root(leaves(middle, end)))
            end = middle
        else:
            path.append(tree_root(leaves(start, middle)))
            start, whole = middle, False
    if not whole:
        path.append(tree_root(leaves(start, end)))
    return path[::-1]


def verify_inclusion(leaf: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether ``proof`` leads from the leaf hash at ``index`` to ``root`` of ``size`` leaves (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size or not _are_hashes(leaf, root, *proof):
        return False
    place, last, reached = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            reached = node_hash(sibling, reached)
            place, last = _skip_lone(place, last)
        else:
            reached = node_hash(reached, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and reached == root


def verify_consistency(old: int, new: int, *, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether ``proof`` shows the tree of ``old`` leaves to be the beginning of that of ``new`` (RFC 9162 section 2.1.4.2).

    An empty older tree proves nothing and is refused.
    """
    if not 0 < old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    if not _are_hashes(old_root, new_root, *proof):
        return False
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    if not path:
        return False
    old_reached = new_reached = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old_reached, new_reached = node_hash(sibling, old_reached), node_hash(sibling, new_reached)
            place, last = _skip_lone(place, last)
        else:
            new_reached = node_hash(new_reached, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and old_reached == old_root and new_reached == new_root


def _left_size(size: int) -> int:
    """The largest power of two below ``size`` (at least 2): the leaves under the left child."""
    return 1 << (size - 1).bit_length() - 1


def _skip_lone(place: int, last: int) -> tuple[int, int]:
    """Climb the levels at which a node on the right edge has no sibling."""
    while place and not place & 1:
        place, last = place >> 1, last >> 1
    return place, last


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_BYTES for value in values)
