"""ホスト固定長: CP932 counted in bytes; header (1), data (2 and a sub kind for each group) and trailer (8) records of one length."""

from collections.abc import Iterable, Mapping, Sequence

from mappings.layouts import FieldLayout, Format
from mappings.records import Context, FileBytes, Record, Span, Table, Written
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
    encoding, length = format_.spec.encoding, format_.spec.record_length
    facts = context.facts()
    header = _pad(b"1" + _join([facts[field.item] for field in format_.spec.header], format_.spec.header, encoding), length)
    lines = [header]
    spans: list[Span] = []
    for (_, _, ordinal), application, group, cells in rows:
        layout = format_.layouts[group]
        spans.append(Span(application, group, ordinal, len(lines) * (length + len(_END)), length))
        lines.append(_pad(f"{layout.kind}{layout.sub}".encode() + _join(cells, layout.fields, encoding), length))
    lines.append(_pad(_trailer(format_, spans), length))
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
    if lines[-1][: -len(_END)] != _pad(_count(format_, kinds), format_.spec.record_length):
        raise _unreadable("trailer does not count the records")
    return tuple(Record(group, _split(format_, group, line)) for group, line in zip(kinds, lines[1:-1], strict=True))


def _rows(format_: Format, tables: Mapping[str, Table]) -> Iterable[tuple[tuple[int, str, int], int, str, Sequence[str | None]]]:
    """(sort key, application, group, cells): applications in the order of the tables, within one by sub kind and ordinal."""
    order: dict[int, int] = {}
    for table in tables.values():
        for application in table.application:
            order.setdefault(application, len(order))
    for group, table in tables.items():
        layout = format_.layouts[group]
        rows = zip(*(table.columns[field.item] for field in layout.fields), strict=True)
        for application, ordinal, cells in zip(table.application, table.ordinal, rows, strict=True):
            yield (order[application], layout.sub, ordinal), application, group, cells


def _join(cells: Iterable[str | None], fields: Sequence[FieldLayout], encoding: str) -> bytes:
    return b"".join(_field(cell, field, encoding) for cell, field in zip(cells, fields, strict=True))


def _field(cell: str | None, field: FieldLayout, encoding: str) -> bytes:
    data = (cell or "").encode(encoding)
    return data.rjust(field.width, b"0") if field.align == "right" and data else data.ljust(field.width)


def _pad(record: bytes, length: int) -> bytes:
    return record.ljust(length)


def _trailer(format_: Format, spans: Iterable[Span]) -> bytes:
    return _count(format_, [span.record_kind for span in spans])


def _count(format_: Format, groups: Sequence[str]) -> bytes:
    """Kind 8, count of data records, then sub kind and count of each group of the format."""
    each = "".join(f"{layout.sub}{groups.count(name):0{_COUNT}d}" for name, layout in format_.layouts.items())
    return f"8{len(groups):0{_COUNT}d}{each}".encode()


def _split(format_: Format, group: str, line: bytes) -> Mapping[str, str | None]:
    layout, encoding = format_.layouts[group], format_.spec.encoding
    fields: dict[str, str | None] = {}
    start = 3
    for field in layout.fields:
        fields[field.item] = _value(line[start : start + field.width], field, encoding)
        start += field.width
    if line[start : -len(_END)].strip(b" "):
        raise _unreadable("filler is not empty")
    return fields


def _value(data: bytes, field: FieldLayout, encoding: str) -> str | None:
    try:
        text = data.decode(encoding)
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
