"""Request files (特定個人情報ファイル): changes of one kind as CSV in parts, and back; the gateway swaps the 宛名番号 on the way."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from mappings.canonical_lines import join, split
from mappings.copies import PERSON, CopyKind, CopyLayout
from pipeline.errors import EvidenceBroken
from pipeline.sync.difference import DELETE, Change

_FIRST = ("recordid", "operation", PERSON)


@dataclass(frozen=True, slots=True, repr=False)
class FileRecord:
    """One record of a request file. record_id: レコード識別番号, counted through the whole file."""

    record_id: str
    change: Change

    @property
    def atena(self) -> str:
        """Whose record it is (宛名番号)."""
        return self.change.key.partition(b"\x1f")[0].decode()


def parts_of(kind: CopyKind, layout: CopyLayout, changes: Iterable[Change], *, records: int) -> Iterator[tuple[bytes, int]]:
    """Parts of at most so many records: (UTF-8 CSV with CRLF and its header, how many records)."""
    rest = iter(changes)
    number = 1
    while batch := list(islice(rest, records)):
        text = io.StringIO(newline="")
        table = csv.writer(text)
        table.writerow(header_of(layout))
        table.writerows(_cells(kind, layout, change, f"{place:08d}") for place, change in enumerate(batch, number))
        yield text.getvalue().encode(), len(batch)
        number += len(batch)


def header_of(layout: CopyLayout) -> list[str]:
    """The columns: which record, what to do, whose it is, and the items in the layout's order."""
    return [*_FIRST, *layout.items[1:]]


def _cells(kind: CopyKind, layout: CopyLayout, change: Change, record_id: str) -> list[str]:
    """A deletion carries its key only."""
    if change.line is not None:
        values = split(layout, change.line)
    else:
        values = [*change.key.decode().split("\x1f"), *[""] * (len(layout.items) - len(kind.key))]
    return [record_id, change.operation, *values]


def records_of(kind: CopyKind, layout: CopyLayout, part: bytes) -> Iterator[FileRecord]:
    """The records of a part. Raises EvidenceBroken when it does not have the layout's columns."""
    rows = csv.reader(io.StringIO(part.decode(), newline=""), strict=True)
    if next(rows, None) != header_of(layout):
        raise EvidenceBroken(f"a request file of {kind.id} does not have the columns of layout {layout.version}")
    for record_id, operation, *values in rows:
        key = "\x1f".join(values[: len(kind.key)]).encode()
        line = None if operation == DELETE else join(kind, layout, values)
        yield FileRecord(record_id, Change(operation, key, line))
