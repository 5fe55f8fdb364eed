"""Both sides of a kind, record by record (全件突合): the ledger's lines beside what the intermediate server holds, field by field.

A server line is the record in the ledger's layout, so that equal records are equal bytes, followed by the server's own layout and date.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from connectors.errors import TransientError
from connectors.intermediate_records import StoredCopy
from mappings.canonical_lines import SEPARATOR, key_of
from mappings.copies import PERSON, CopyKind, CopyLayout

MISSING_HERE, MISSING_THERE, VALUE, OLDER = "missing_here", "missing_there", "value", "older"
SORTS = (MISSING_HERE, MISSING_THERE, VALUE, OLDER)
"""Not in the ledger, not at the server, an item differs, the server holds an older layout or state."""

_UNIT = SEPARATOR.encode()
# What no ledger line can hold must not break a line of the server either: it becomes a sign that no value of a ledger equals.
_CONTROLS = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], "\ufffd")


@dataclass(frozen=True, slots=True, repr=False)
class Differing:
    """A record that is not the same on both sides. missing: ``MISSING_HERE``, ``MISSING_THERE`` or empty; items: those that differ.

    layout_older: the server's layout is an earlier one. updated_at: ISO time of the server's record, empty where it has none.
    """

    key: bytes
    missing: str
    items: tuple[str, ...]
    layout_older: bool
    updated_at: str


def server_line(kind: CopyKind, layout: CopyLayout, copy: StoredCopy) -> bytes:
    """A record of the server in a layout; items that it lacks are empty."""
    cells = {PERSON: copy.atena, **copy.values}
    values = [*(cells.get(name, "") for name in layout.items), copy.layout, copy.updated_at.isoformat()]
    return SEPARATOR.join(value.translate(_CONTROLS) for value in values).encode(errors="backslashreplace") + b"\n"


def compare_sides(kind: CopyKind, layout: CopyLayout, here: Iterable[bytes], there: Iterable[bytes]) -> Iterator[Differing]:
    """The records that differ, by rising key. here: canonical lines of the ledger; there: server lines; both sorted.

    Raises TransientError when the server lists a record twice.
    """
    key = partial(key_of, kind)
    ours, theirs = iter(here), _once(there, key)
    line, copy = next(ours, None), next(theirs, None)
    while line is not None or copy is not None:
        line_key, copy_key = line and key(line), copy and key(copy)
        if copy is None or (line_key is not None and copy_key is not None and line_key < copy_key):
            yield Differing(line_key or b"", MISSING_THERE, (), False, "")
            line = next(ours, None)
        elif line is None or line_key != copy_key:
            yield Differing(copy_key or b"", MISSING_HERE, (), False, copy.rsplit(_UNIT, 1)[1].decode().rstrip("\n"))
            copy = next(theirs, None)
        else:
            found = _differing(kind, layout, line, copy)
            if found is not None:
                yield found
            line, copy = next(ours, None), next(theirs, None)


def _differing(kind: CopyKind, layout: CopyLayout, line: bytes, copy: bytes) -> Differing | None:
    values, version, updated_at = copy.rsplit(_UNIT, 2)
    if line[:-1] == values and version == layout.version.encode():
        return None
    known = _items_of(kind, layout, version.decode())
    pairs = zip(layout.items, line[:-1].split(_UNIT), values.split(_UNIT), strict=True)
    items = tuple(name for name, ours, theirs in pairs if ours != theirs and name in known)
    older = version < layout.version.encode()
    if not items and not older:
        return None
    return Differing(key_of(kind, line), "", items, older, updated_at.decode().rstrip("\n"))


def _items_of(kind: CopyKind, layout: CopyLayout, version: str) -> tuple[str, ...]:
    """The items of the server's layout; of one that is not declared, all that the ledger knows."""
    return next((one.items for one in kind.layouts if one.version == version), layout.items)


def _once(lines: Iterable[bytes], key: Callable[[bytes], bytes]) -> Iterator[bytes]:
    last = None
    for line in lines:
        found = key(line)
        if found == last:
            # Pages are asked for one after another; what came or went meanwhile moves records from page to page.
            raise TransientError("middle", "copies: a record is listed twice")
        last = found
        yield line
