"""Records of settlement files (収納・入金データのレコード): fixed or CSV by declared layout, with the trailer's count and total checked.

Everything stays text until here; only amounts become integers, so that leading zeros of numbers survive.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vocabulary.findings import refuse

DATA, TRAILER, END = "1", "8", "9"
LONGEST_NUMBER = 15
"""Digits of an amount or count; what is longer is no sum of money, and no journal holds it."""
Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Records:
    """The data records of a file. lines: (line in the file, fields by name); total: sum of their amounts, equal to the trailer's."""

    lines: tuple[tuple[int, Fields], ...]
    total: int


def read_records(name: str, data: bytes, layout: Mapping[str, Any]) -> Records:
    """All records, the whole file or nothing.

    Raises Refused SETTLEMENT_ROW with file and line, SETTLEMENT_TOTAL where count or total of the trailer differ from the records.
    """
    try:
        text = data.decode(layout["encoding"])
    except UnicodeDecodeError:
        raise refuse("SETTLEMENT_ROW", f"{name}:1", f"not {layout['encoding']}") from None
    rows = _fixed(name, text, layout) if layout["layout"] == "fixed" else _csv(name, text, layout)
    lines, declared = [], None
    for line, kind, fields in rows:
        if declared is not None and kind != END:
            raise refuse("SETTLEMENT_ROW", f"{name}:{line}", "a record after the trailer")
        if kind == DATA:
            lines.append((line, fields))
        elif kind == TRAILER:
            declared = (number(fields["count"], f"{name}:{line}"), number(fields["total"], f"{name}:{line}"))
    total = sum(number(fields["amount"], f"{name}:{line}") for line, fields in lines)
    if declared != (len(lines), total):
        raise refuse("SETTLEMENT_TOTAL", name, "count or total of the trailer differ from the records, or there is no trailer")
    return Records(tuple(lines), total)


def number(text: str, place: str) -> int:
    """An amount or count. Raises Refused SETTLEMENT_ROW."""
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        raise refuse("SETTLEMENT_ROW", place, "an amount or count is no number, or too long")
    return int(text)


def _fixed(name: str, text: str, layout: Mapping[str, Any]) -> Iterator[tuple[int, str, Fields]]:
    shapes = {DATA: layout["widths"], TRAILER: layout["trailer"], END: layout["end"]}
    for line, row in enumerate(text.split("\r\n"), start=1):
        if not row and line > 1:
            continue
        widths: Sequence[tuple[str, str]] | None = shapes.get(row[:1])
        cells = row.encode(layout["encoding"])
        if widths is None or len(cells) != sum(int(width) for _, width in widths):
            raise refuse("SETTLEMENT_ROW", f"{name}:{line}", "record kind or length does not follow the profile")
        fields, start = {}, 0
        for field, width in widths:
            part = cells[start : start + int(width)]
            fields[field] = part.decode(layout["encoding"], errors="replace").rstrip(" ")
            start += int(width)
        yield line, row[:1], fields


def _csv(name: str, text: str, layout: Mapping[str, Any]) -> Iterator[tuple[int, str, Fields]]:
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    try:
        for line, cells in enumerate(reader, start=1):
            if line == 1:
                if cells != layout["columns"]:
                    raise refuse("SETTLEMENT_ROW", f"{name}:1", "heading differs from the profile")
            elif cells[:1] == [layout["total_mark"]] and len(cells) == 3:
                yield line, TRAILER, {"count": cells[1], "total": cells[2]}
            elif len(cells) != len(layout["keys"]):
                raise refuse("SETTLEMENT_ROW", f"{name}:{line}", "row does not follow the profile")
            else:
                yield line, DATA, dict(zip(layout["keys"], cells, strict=True))
    except csv.Error:
        raise refuse("SETTLEMENT_ROW", f"{name}:{reader.line_num}", "no CSV") from None
