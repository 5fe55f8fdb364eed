"""The difference (差分) of two sorted canonical files: what was accepted last against what the ledger says now.

Runs in constant memory: equal lines are passed over in C, and keys are compared only where lines differ.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

REGISTER = "1"
CHANGE = "2"
DELETE = "3"
_UNIT = b"\x1f"

Key = Callable[[bytes], bytes]


class UnsortedError(ValueError):
    """The lines of a side do not rise by key, or a key stands twice."""


@dataclass(frozen=True, slots=True, repr=False)
class Change:
    """What makes one record of the accepted side like the current one. operation: 1 登録, 2 変更, 3 削除.

    line: the record as it shall be, None for 削除. before: the accepted line, None for 登録.
    """

    operation: str
    key: bytes
    line: bytes | None
    before: bytes | None = None


def differences(accepted: Iterable[bytes], current: Iterable[bytes], *, key: Key | int) -> Iterator[Change]:
    """The changes that lead from ``accepted`` to ``current``, by rising key. Both give lines that rise by key, each key once.

    key: makes the key of a line, or the number of items at its beginning that are the key.
    Raises UnsortedError when changes do not come by rising key.
    """
    key_of = key if callable(key) else first_items(key)
    old_lines, new_lines = iter(accepted), iter(current)
    last = b""
    while True:
        for old, new in zip_longest(old_lines, new_lines):
            if old != new:
                break
        else:
            return
        while old != new:
            change = _first(old, new, key_of)
            if change.key <= last:
                raise UnsortedError("lines do not rise by key")
            last = change.key
            yield change
            if change.operation != REGISTER:
                old = next(old_lines, None)
            if change.operation != DELETE:
                new = next(new_lines, None)


def _first(old: bytes | None, new: bytes | None, key_of: Key) -> Change:
    """The change that comes first of two sides that differ; None is a side at its end."""
    if old is None and new is not None:
        return Change(REGISTER, key_of(new), new)
    if old is not None and new is None:
        return Change(DELETE, key_of(old), None, old)
    assert old is not None and new is not None  # noqa: S101  two ends are equal
    old_key, new_key = key_of(old), key_of(new)
    if old_key == new_key:
        return Change(CHANGE, new_key, new, old)
    return Change(DELETE, old_key, None, old) if old_key < new_key else Change(REGISTER, new_key, new)


def first_items(count: int) -> Key:
    """The key that is the first ``count`` items of a canonical line."""
    return lambda line: _UNIT.join(line.rstrip(b"\n").split(_UNIT, count)[:count])


def applied(accepted: Iterable[bytes], changes: Iterable[Change], *, key: Key | int) -> Iterator[bytes]:
    """The accepted lines after the changes, both by rising key: what was registered or changed stands there, what was deleted does not."""
    key_of = key if callable(key) else first_items(key)
    lines = iter(accepted)
    line = next(lines, None)
    for change in changes:
        while line is not None and key_of(line) < change.key:
            yield line
            line = next(lines, None)
        if line is not None and key_of(line) == change.key:
            line = next(lines, None)
        if change.line is not None:
            yield change.line
    if line is not None:
        yield line
    yield from lines
