"""ホスト固定長: CP932 counted in bytes; header (1), data (2 and a sub kind for each group) and trailer (8) records of one length."""

from collections.abc import Iterator, Mapping, Sequence

from mappings.encodings import Encoding
from mappings.layouts import FieldLayout, Format
from mappings.records import Column, Context, FileBytes, Record, Span, Table, Written
from mappings.repertoire import judge
from vocabulary.findings import Refused, refuse

_END = b"\r\n"
_COUNT = 8


def write(format_: Format, tables: Mapping[str, Table], context: Context) -> Written:
    """Lay out one file: header, each application's record with its children behind it, trailer with counts. No records, no file."""
    judged = judge(format_, tables)
    rows = sorted(_rows(format_, judged.tables), key=lambda row: row[0])
    if not rows:
        return Written((), judged.refused, judged.losses)
    length = format_.spec.record_length
    facts = context.facts()
    header = b"1" + b"".join(_field(facts[field.item], field, format_.encoding) for field in format_.spec.header)
    lines = [header.ljust(length), *(record for *_, record in rows), _count(format_, [group for _, _, group, _ in rows]).ljust(length)]
    size = length + len(_END)
    spans = [Span(application, group, key[2], number * size, length) for number, (key, application, group, _) in enumerate(rows, start=1)]
    name = format_.spec.file_name.format_map(facts)
    return Written((FileBytes(name, None, b"".join(line + _END for line in lines), tuple(spans)),), judged.refused, judged.losses)


def read(format_: Format, data: bytes) -> tuple[Record, ...]:
    """The data records of a file that this format wrote.

    Raises Refused(OUTPUT_UNREADABLE) when lengths, kinds, order or counts are wrong, or bytes would be written otherwise.
    """
    size = format_.spec.record_length + len(_END)
    lines = [data[start : start + size] for start in range(0, len(data), size)]
    if len(lines) < 2 or any(len(line) != size or not line.endswith(_END) for line in lines):
        raise _unreadable("records are not of one length")
    groups = {f"{layout.kind}{layout.sub}".encode(): name for name, layout in format_.layouts.items()}
    found = [groups.get(line[:3]) for line in lines[1:-1]]
    kinds = [group for group in found if group is not None]
    if lines[0][:1] != b"1" or len(kinds) != len(found):
        raise _unreadable("unknown record kind")
    if lines[-1][: -len(_END)] != _count(format_, kinds).ljust(format_.spec.record_length):
        raise _unreadable("trailer does not count the records")
    return tuple(Record(group, _split(format_, group, line)) for group, line in zip(kinds, lines[1:-1], strict=True))


def _rows(format_: Format, tables: Mapping[str, Table]) -> Iterator[tuple[tuple[int, str, int], int, str, bytes]]:
    """(sort key, application, group, record): applications in the order of the tables, within one by sub kind and ordinal."""
    order: dict[int, int] = {}
    for table in tables.values():
        for application in table.application:
            order.setdefault(application, len(order))
    for group, table in tables.items():
        layout = format_.layouts[group]
        kind = f"{layout.kind}{layout.sub}".encode()
        columns = [_column(table.columns[field.item], field, format_.encoding) for field in layout.fields]
        for application, ordinal, cells in zip(table.application, table.ordinal, zip(*columns, strict=True), strict=True):
            yield (order[application], layout.sub, ordinal), application, group, (kind + b"".join(cells)).ljust(format_.spec.record_length)


def _column(column: Column, field: FieldLayout, encoding: Encoding) -> list[bytes]:
    """The padded bytes of a column, each distinct value laid out once."""
    laid_out = {value: _field(value, field, encoding) for value in set(column)}
    return [laid_out[value] for value in column]


def _field(cell: str | None, field: FieldLayout, encoding: Encoding) -> bytes:
    data = encoding.encode(cell or "")
    return data.rjust(field.width, b"0") if field.align == "right" and data else data.ljust(field.width)


def _count(format_: Format, groups: Sequence[str]) -> bytes:
    """Kind 8, count of data records, then sub kind and count of each group of the format."""
    each = "".join(f"{layout.sub}{groups.count(name):0{_COUNT}d}" for name, layout in format_.layouts.items())
    return f"8{len(groups):0{_COUNT}d}{each}".encode()


def _split(format_: Format, group: str, line: bytes) -> Mapping[str, str | None]:
    layout, encoding = format_.layouts[group], format_.encoding
    fields: dict[str, str | None] = {}
    start = 3
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
