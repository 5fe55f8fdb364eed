"""標準CSV: UTF-8 without BOM, header row of romaji names, RFC 4180, CRLF; one group is one file."""

import csv
import io
from collections.abc import Mapping, Sequence

from mappings.layouts import Format
from mappings.records import Context, FileBytes, Record, Span, Table, Written
from mappings.repertoire import judge
from vocabulary.findings import refuse

_QUOTED = frozenset('",\r\n')


def write(format_: Format, tables: Mapping[str, Table], context: Context) -> Written:
    """Lay out one file for each group that has records, rows in the order of the tables."""
    judged = judge(format_, tables)
    files = tuple(_file(format_, group, table, context) for group, table in judged.tables.items() if table.application)
    return Written(files, judged.refused, judged.losses)


def read(format_: Format, data: bytes) -> tuple[Record, ...]:
    """The records of a file that this format wrote. Raises Refused(OUTPUT_UNREADABLE) unless writing them again gives the same bytes."""
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise refuse("OUTPUT_UNREADABLE", where=format_.id, detail="not UTF-8 or not RFC 4180") from None
    header = tuple(rows[0]) if rows else ()
    group = next((name for name, columns in format_.columns.items() if columns == header), None)
    if group is None:
        raise refuse("OUTPUT_UNREADABLE", where=format_.id, detail="header row of no group")
    if any(len(row) != len(header) for row in rows) or b"".join(map(_line, rows)) != data:
        raise refuse("OUTPUT_UNREADABLE", where=format_.id, detail="not as this format writes")
    return tuple(Record(group, {name: cell or None for name, cell in zip(header, row, strict=True)}) for row in rows[1:])


def _file(format_: Format, group: str, table: Table, context: Context) -> FileBytes:
    columns = format_.columns[group]
    lines = [_line(columns)]
    spans: list[Span] = []
    offset = len(lines[0])
    rows = zip(*(table.columns[name] for name in columns), strict=True)
    for application, ordinal, row in zip(table.application, table.ordinal, rows, strict=True):
        line = _line([cell or "" for cell in row])
        spans.append(Span(application, group, ordinal, offset, len(line) - 2))
        offset += len(line)
        lines.append(line)
    name = format_.spec.file_name.format_map(context.facts(group))
    return FileBytes(name, group, b"".join(lines), tuple(spans))


def _line(cells: Sequence[str]) -> bytes:
    return (",".join(map(_cell, cells)) + "\r\n").encode()


def _cell(text: str) -> str:
    if _QUOTED.isdisjoint(text):
        return text
    return '"' + text.replace('"', '""') + '"'
