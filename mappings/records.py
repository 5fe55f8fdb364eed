"""What writers and readers of receiving formats exchange (連携レコード): tables in, files with the place of every record out, and back."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, TypeVar, cast

from vocabulary.findings import Finding

Column = list[str | None]
Value = TypeVar("Value")


def texts_of(column: Column) -> list[str]:
    """The texts of a column, an empty one for what is absent; the column itself when nothing is absent or empty."""
    return cast("list[str]", column) if all(column) else [text or "" for text in column]



@dataclass(frozen=True, slots=True)
class Table:
    """The records of one group, row by row: application, ordinal (from 1) within it, and a column for each item."""

    application: list[int]
    ordinal: list[int]
    columns: dict[str, Column]

    def without(self, applications: Set[int]) -> "Table":
        """The rows of all other applications."""
        dropped = [row for row, application in enumerate(self.application) if application in applications]
        if not dropped:
            return self
        columns = {name: _without(column, dropped) for name, column in self.columns.items()}
        return Table(_without(self.application, dropped), _without(self.ordinal, dropped), columns)


def _without(values: list[Value], rows: list[int]) -> list[Value]:
    """The values but those of the rows, which ascend: what stands between two of them is copied at once."""
    kept: list[Value] = []
    start = 0
    for row in rows:
        kept += values[start:row]
        start = row + 1
    kept += values[start:]
    return kept


@dataclass(frozen=True, slots=True)
class Context:
    """Facts of the delivery for file names and header records. procedure: its short name. sequence: number of the file on its day."""

    municipality: str
    business: str
    procedure: str
    day: date
    sequence: int

    def facts(self, group: str = "") -> dict[str, str]:
        """The facts as text, by the names that a format may use."""
        return {
            "municipality": self.municipality,
            "business": self.business,
            "procedure": self.procedure,
            "group": group,
            "day": f"{self.day:%Y%m%d}",
            "sequence": f"{self.sequence:03d}",
        }


class Span(NamedTuple):
    """Where a record stands in its file: ``data[offset : offset + length]``, without the line end. record_kind: its group."""

    application: int
    record_kind: str
    ordinal: int
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class FileBytes:
    """One finished file. group: the only group in it, None when it holds several."""

    name: str
    group: str | None
    data: bytes
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Loss:
    """One approved substitution that was made (縮退): which item of which record, and how often which characters became which.

    source, target: code points, ``U+845B U+E0100``. table: ``id@version`` of the substitution table. approved: by whom, as it says.
    """

    application: int
    where: str
    source: str
    target: str
    times: int
    table: str
    approved: str


@dataclass(frozen=True, slots=True)
class Written:
    """Files without the applications that ``refused`` names, and the substitutions made in those that stayed."""

    files: tuple[FileBytes, ...]
    refused: tuple[tuple[int, Finding], ...]
    losses: tuple[Loss, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """One record as read back from bytes. kind: its group. An empty field is None."""

    kind: str
    fields: Mapping[str, str | None]
