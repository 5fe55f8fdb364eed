"""ホスト固定長: CP932 counted in bytes; header (1), data (2 and a sub kind for each group) and trailer (8) records of one length."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import repeat

import numpy as np

from mappings.character_kinds import Bytes, Places
from mappings.collector import collector_paused
from mappings.encodings import Encoding
from mappings.layouts import FieldLayout, Format
from mappings.records import Context, FileBytes, Record, Span, Table, Written
from mappings.repertoire import Examined, examine
from vocabulary.findings import Refused, refuse

_END = b"\r\n"
_KIND = 3  # bytes of kind and sub kind
_COUNT = 8
_SPACE = 0x20


@dataclass(frozen=True, slots=True)
class _Order:
    """The records of a file in their order: number of the table, row in it."""

    table: Places
    row: Places

    def runs(self) -> Iterator[tuple[int, int, int]]:
        """(table, first row, row after the last) of records that already stand one behind the other in their table."""
        breaks = np.flatnonzero((np.diff(self.table) != 0) | (np.diff(self.row) != 1)) + 1
        first = np.concatenate(([0], breaks))
        last = np.concatenate((breaks, [len(self.row)])) - 1
        yield from zip(self.table[first].tolist(), self.row[first].tolist(), (self.row[last] + 1).tolist(), strict=True)


@collector_paused()
def write(format_: Format, tables: Mapping[str, Table], context: Context) -> Written:
    """Lay out one file: header, each application's record with its children behind it, trailer with counts. No records, no file."""
    examined = examine(format_, tables)
    order = _order(format_, examined)
    if not len(order.table):
        return Written((), examined.refused, examined.losses)
    length = format_.spec.record_length
    facts = context.facts()
    header = b"1" + b"".join(_field(facts[field.item], field, format_.encoding) for field in format_.spec.header)
    counts = dict(zip(examined.tables, np.bincount(order.table).tolist(), strict=False))
    blocks = [_block(format_, group, examined).reshape(-1).data for group in examined.tables]
    size = length + len(_END)
    pieces = [blocks[table][first * size : stop * size] for table, first, stop in order.runs()]
    lines = [line.ljust(length) + _END for line in (header, _count(format_, counts))]
    name = format_.spec.file_name.format_map(facts)
    file = FileBytes(name, None, b"".join([lines[0], *pieces, lines[1]]), _spans(examined, order, length))
    return Written((file,), examined.refused, examined.losses)


def read(format_: Format, data: bytes) -> tuple[Record, ...]:
    """The data records of a file that this format wrote.

    Raises Refused(OUTPUT_UNREADABLE) when lengths, kinds, order or counts are wrong, or bytes would be written otherwise.
    """
    size = format_.spec.record_length + len(_END)
    lines = [data[start : start + size] for start in range(0, len(data), size)]
    if len(lines) < 2 or any(len(line) != size or not line.endswith(_END) for line in lines):
        raise _unreadable("records are not of one length")
    groups = {f"{layout.kind}{layout.sub}".encode(): name for name, layout in format_.layouts.items()}
    found = [groups.get(line[:_KIND]) for line in lines[1:-1]]
    kinds = [group for group in found if group is not None]
    if lines[0][:1] != b"1" or len(kinds) != len(found):
        raise _unreadable("unknown record kind")
    if lines[-1][: -len(_END)] != _count(format_, Counter(kinds)).ljust(format_.spec.record_length):
        raise _unreadable("trailer does not count the records")
    return tuple(Record(group, _split(format_, group, line)) for group, line in zip(kinds, lines[1:-1], strict=True))


def _order(format_: Format, examined: Examined) -> _Order:
    """Applications in the order of the tables, without those refused; within one by sub kind and ordinal."""
    out = np.array(sorted({application for application, _ in examined.refused}), np.int64)
    tables = list(examined.tables.values())
    applications = np.array([number for table in tables for number in table.application], np.int64)
    ordinals = np.array([number for table in tables for number in table.ordinal], np.int64)
    number = np.repeat(np.arange(len(tables)), [len(table.application) for table in tables])
    row = np.array([place for table in tables for place in range(len(table.application))], np.int64)
    subs = np.array([int(format_.layouts[group].sub) for group in examined.tables], np.int64)
    _, first, which = np.unique(applications, return_index=True, return_inverse=True)
    sorted_ = np.lexsort((ordinals, subs[number], first[which]))
    kept = sorted_[~np.isin(applications[sorted_], out)]
    return _Order(number[kept], row[kept])


def _block(format_: Format, group: str, examined: Examined) -> Bytes:
    """The records of all rows of a group with their line ends. Shape (rows, record length and line end)."""
    layout = format_.layouts[group]
    length = format_.spec.record_length
    block = np.full((len(examined.tables[group].application), length + len(_END)), _SPACE, np.uint8)
    block[:, length:] = tuple(_END)
    block[:, :_KIND] = tuple(f"{layout.kind}{layout.sub}".encode())
    start = _KIND
    for field in layout.fields:
        examined.cells[group][field.item].lay(block[:, start : start + field.width], field)
        start += field.width
    return block


def _spans(examined: Examined, order: _Order, length: int) -> tuple[Span, ...]:
    tables = list(examined.tables.items())
    groups: list[str] = []
    applications: list[int] = []
    ordinals: list[int] = []
    for which, first, stop in order.runs():
        group, table = tables[which]
        groups += [group] * (stop - first)
        applications += table.application[first:stop]
        ordinals += table.ordinal[first:stop]
    size = length + len(_END)
    offsets = range(size, size * (len(groups) + 1), size)
    return tuple(map(Span._make, zip(applications, groups, ordinals, offsets, repeat(length), strict=False)))


def _field(cell: str | None, field: FieldLayout, encoding: Encoding) -> bytes:
    data = encoding.encode(cell or "")
    return data.rjust(field.width, b"0") if field.align == "right" and data else data.ljust(field.width)


def _count(format_: Format, records: Mapping[str, int]) -> bytes:
    """Kind 8, count of data records, then sub kind and count of each group of the format."""
    each = "".join(f"{layout.sub}{records.get(name, 0):0{_COUNT}d}" for name, layout in format_.layouts.items())
    return f"8{sum(records.values()):0{_COUNT}d}{each}".encode()


def _split(format_: Format, group: str, line: bytes) -> Mapping[str, str | None]:
    layout, encoding = format_.layouts[group], format_.encoding
    fields: dict[str, str | None] = {}
    start = _KIND
    for field in layout.fields:
        fields[field.item] = _value(line[start : start + field.width], field, encoding)
        start += field.width
    if line[start : -len(_END)].strip(b" "):
        raise _unreadable("filler is not empty")
    return fields


def _value(data: bytes, field: FieldLayout, encoding: Encoding) -> str | None:
    try:
        text = encoding.decode(data)
    except UnicodeDecodeError:
        raise _unreadable("bytes that are no text") from None
    value = text.rstrip(" ")
    if value and field.align == "right":
        value = value.lstrip("0") or "0"
    # A field that would be written with other bytes was not written by this format.
    if _field(value, field, encoding) != data:
        raise _unreadable("field would be written otherwise")
    return value or None


def _unreadable(detail: str) -> Refused:
    return refuse("OUTPUT_UNREADABLE", where="legacy-fixed", detail=detail)
