"""CSV (区切り文字形式): RFC 4180 lines in the declared encoding, with or without BOM, quotes and heading; one group is one file.

Without a heading every line begins with a cell that names its group, so that finished bytes still say what they hold.
"""

import csv
import io
from collections.abc import Mapping, Sequence

from mappings.layouts import Format
from mappings.records import Context, FileBytes, Record, Span, Table, Written
from mappings.repertoire import judge
from vocabulary.findings import Refused, refuse

_END = "\r\n"
_QUOTED = frozenset('",\r\n')


def write(format_: Format, tables: Mapping[str, Table], context: Context) -> Written:
    """Lay out one file for each group that has records, rows in the order of the tables."""
    judged = judge(format_, tables)
    files = tuple(_file(format_, group, table, context) for group, table in judged.tables.items() if table.application)
    return Written(files, judged.refused, judged.losses)


def read(format_: Format, data: bytes) -> tuple[Record, ...]:
    """The records of a file that this format wrote; a heading of two groups is read as that of the first.

    Raises Refused(OUTPUT_UNREADABLE) unless writing them again gives the same bytes.
    """
    try:
        text = format_.encoding.decode(data.removeprefix(format_.encoding.bom))
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise _unreadable(format_, f"not {format_.encoding.name} or not RFC 4180") from None
    group = _group(format_, rows[0]) if rows else None
    if group is None:
        raise _unreadable(format_, "first line of no group")
    columns = format_.columns[group]
    head, rows = _head(format_, group), rows[len(_head(format_, group)) :]
    lead = _lead(format_, group)
    if any(len(row) != len(lead) + len(columns) or row[: len(lead)] != lead for row in rows):
        raise _unreadable(format_, "line of another group")
    if format_.encoding.bom + b"".join(_line(format_, row) for row in [*head, *rows]) != data:
        raise _unreadable(format_, "not as this format writes")
    return tuple(Record(group, {name: cell or None for name, cell in zip(columns, row[len(lead) :], strict=True)}) for row in rows)


def _group(format_: Format, first: Sequence[str]) -> str | None:
    """The group that the first line tells of, by its heading or by its first cell."""
    if format_.spec.heading == "none":
        return first[0] if first and first[0] in format_.columns else None
    return next((name for name, columns in format_.columns.items() if columns == tuple(first)), None)


def _head(format_: Format, group: str) -> list[Sequence[str]]:
    return [format_.columns[group]] if format_.spec.heading == "romaji" else []


def _lead(format_: Format, group: str) -> list[str]:
    return [group] if format_.spec.heading == "none" else []


def _file(format_: Format, group: str, table: Table, context: Context) -> FileBytes:
    lead, end = _lead(format_, group), len(format_.encoding.encode(_END))
    lines = [format_.encoding.bom, *(_line(format_, row) for row in _head(format_, group))]
    spans: list[Span] = []
    offset = sum(map(len, lines))
    rows = zip(*(table.columns[name] for name in format_.columns[group]), strict=True)
    for application, ordinal, row in zip(table.application, table.ordinal, rows, strict=True):
        line = _line(format_, [*lead, *(cell or "" for cell in row)])
        spans.append(Span(application, group, ordinal, offset, len(line) - end))
        offset += len(line)
        lines.append(line)
    name = format_.spec.file_name.format_map(context.facts(group))
    return FileBytes(name, group, b"".join(lines), tuple(spans))


def _line(format_: Format, cells: Sequence[str]) -> bytes:
    cell = _quoted if format_.spec.quoting == "all" else _bare_or_quoted
    return format_.encoding.encode(",".join(map(cell, cells)) + _END)


def _bare_or_quoted(text: str) -> str:
    return text if _QUOTED.isdisjoint(text) else _quoted(text)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _unreadable(format_: Format, detail: str) -> Refused:
    return refuse("OUTPUT_UNREADABLE", where=format_.id, detail=detail)
