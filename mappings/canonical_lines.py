"""Canonical lines (正規行): one record of a copy as one line of bytes, so that two sorted files are compared line by line.

A line is the layout's items in order as UTF-8, joined by U+001F, absent ones empty, ended by LF. No value may hold a control character;
so lines sort bytewise as their items do one after another, and all lines of a key stand together.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from mappings.copies import CopyKind, CopyLayout
from vocabulary.findings import refuse

SEPARATOR = "\x1f"
_UNIT = b"\x1f"
# All control characters but the separator, whose number tells as much.
_CONTROL = re.compile(r"[\x00-\x1e\x7f-\x9f]")
_REASON = "COPY_VALUE"


def line_of(kind: CopyKind, layout: CopyLayout, row: Mapping[str, str | None]) -> bytes:
    """The line of a record given by item name; items that the layout lacks are left out.

    Raises Refused COPY_VALUE naming the item: a control character, a lone surrogate, or an empty item of the key.
    """
    return join(kind, layout, [row.get(name) or "" for name in layout.items])


def join(kind: CopyKind, layout: CopyLayout, values: Sequence[str]) -> bytes:
    """As ``line_of`` for values in the layout's order."""
    text = SEPARATOR.join(values)
    # One pass over the whole line finds out that nothing is wrong; only a line that is wrong is searched item by item.
    if text.count(SEPARATOR) != len(values) - 1 or _CONTROL.search(text) or not all(values[: len(kind.key)]):
        raise refuse(_REASON, next(_faulty(kind, layout, values)), "control character, or empty item of the key")
    try:
        return text.encode() + b"\n"
    except UnicodeEncodeError as error:
        place = text.count(SEPARATOR, 0, error.start)
        raise refuse(_REASON, layout.items[place], "lone surrogate") from None


def split(layout: CopyLayout, line: bytes) -> list[str]:
    """The values of a line in the layout's order. Raises Refused COPY_VALUE for bytes that are no line of the layout."""
    try:
        text = line.decode()
    except UnicodeDecodeError:
        raise refuse(_REASON, detail="line is not UTF-8") from None
    if not text.endswith("\n"):
        raise refuse(_REASON, detail="line has no end")
    values = text[:-1].split(SEPARATOR)
    if len(values) != len(layout.items) or _CONTROL.search(text, 0, len(text) - 1):
        raise refuse(_REASON, detail="line does not follow the layout")
    return values


def row_of(kind: CopyKind, layout: CopyLayout, line: bytes) -> dict[str, str | None]:
    """The record of a line by item name, None where absent. Raises Refused COPY_VALUE."""
    values = split(layout, line)
    if not all(values[: len(kind.key)]):
        raise refuse(_REASON, layout.items[values.index("")], "empty item of the key")
    return {name: value or None for name, value in zip(layout.items, values, strict=True)}


def key_of(kind: CopyKind, line: bytes) -> bytes:
    """The items of the key as they stand at the line's beginning, without what follows them."""
    return _UNIT.join(line.rstrip(b"\n").split(_UNIT, len(kind.key))[: len(kind.key)])


def person_of(line: bytes) -> str:
    """The 宛名番号 of a line or of a key."""
    return line.split(_UNIT, 1)[0].rstrip(b"\n").decode()


def _faulty(kind: CopyKind, layout: CopyLayout, values: Sequence[str]) -> Iterator[str]:
    for place, (name, value) in enumerate(zip(layout.items, values, strict=True)):
        if SEPARATOR in value or _CONTROL.search(value) or (place < len(kind.key) and not value):
            yield name
