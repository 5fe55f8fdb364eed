"""Rows of an extract (抽出の行) become canonical lines; what is wrong with them is counted, for a faulty extract is refused as a whole."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from connectors.ledgers import CHANGE_COLUMN, CHANGES, MUNICIPALITY_COLUMN, REMOVED
from mappings.canonical_lines import SEPARATOR, join, key_of
from mappings.copies import PERSON, CopyItem, CopyKind, CopyLayout
from vocabulary.dates import read_date
from vocabulary.findings import Finding, Refused, refuse

CODES = (
    "LEDGER_TRUNCATED", "LEDGER_BYTES", "LEDGER_FOREIGN", "LEDGER_LAYOUT", "LEDGER_HEADER", "LEDGER_FUTURE", "LEDGER_DUPLICATE",
    "LEDGER_ATENA", "COPY_VALUE", "LEDGER_ROW", "LEDGER_SHRUNK", "LEDGER_NO_BASE",
)  # fmt: skip
"""Why an extract is refused, the weightiest first."""
_OPEN_END = "9999-12-31"
# As official items type them; half-width kana count as X.
_TYPES = {"X": r"[ -~｡-ﾟ]*", "Ｎ": r".*", "9": r"[0-9]*", "S9": r"-?[0-9]*", "DATE": r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "YEAR": r"[0-9]{4}"}
_UNIT = SEPARATOR.encode()


@dataclass(slots=True)
class Faults:
    """What is wrong with an extract: how often each reason, and where first."""

    name: str
    counts: Counter[str] = field(default_factory=Counter)
    places: dict[str, str] = field(default_factory=dict)

    def note(self, code: str, place: str) -> None:
        """One more fault. place: row number and item, never a value."""
        self.counts[code] += 1
        self.places.setdefault(code, place)

    def finding(self) -> Finding | None:
        """The weightiest reason with all counts; None when nothing is wrong."""
        code = next((code for code in CODES if code in self.counts), None)
        if code is None:
            return None
        detail = ", ".join(f"{one} {self.counts[one]}" for one in CODES if one in self.counts)
        return Finding(code, f"{self.name}:{self.places[code]}", detail=detail)


@dataclass(frozen=True, slots=True)
class RowReader:
    """How rows of one extract are read. as_of: day of the extract, ISO. full: without 更新区分."""

    municipality: str
    kind: CopyKind
    layout: CopyLayout
    full: bool
    as_of: str

    def check_header(self, header: Sequence[str], name: str) -> None:
        """Raise Refused LEDGER_LAYOUT for the header of another version, LEDGER_HEADER for any other."""
        if tuple(header) == self.header(self.layout):
            return
        other = next((layout for layout in self.kind.layouts if tuple(header) == self.header(layout)), None)
        if other:
            raise refuse("LEDGER_LAYOUT", f"{name}:1", f"has layout {other.version}, valid is {self.layout.version}")
        raise refuse("LEDGER_HEADER", f"{name}:1", f"has {len(header)} columns, wanted are {len(self.header(self.layout))}")

    def header(self, layout: CopyLayout) -> tuple[str, ...]:
        """The columns of an extract in a layout."""
        return (MUNICIPALITY_COLUMN, *self.kind.columns(layout), *(() if self.full else (CHANGE_COLUMN,)))

    def lines(self, rows: Iterator[Sequence[str]], faults: Faults) -> Iterator[bytes]:
        """The line of each faultless row, in the extract's order; that of a delta carries its 更新区分 as one more item at its end."""
        checks = [(name, _fits(self.kind.items[name])) for name in self.layout.items]
        past = [place for place, name in enumerate(self.layout.items) if self.kind.items[name].past]
        width = len(self.header(self.layout))
        for number, cells in enumerate(rows, start=2):
            if len(cells) != width or not (self.full or cells[-1] in CHANGES):
                faults.note("LEDGER_ROW", str(number))
            elif cells[0] != self.municipality:
                faults.note("LEDGER_FOREIGN", str(number))
            else:
                yield from self._line(cells, number, checks, past, faults)

    def _line(
        self, cells: Sequence[str], number: int, checks: list[tuple[str, Callable[[str], bool]]], past: list[int], faults: Faults
    ) -> Iterator[bytes]:
        values, change = (cells[1:], "") if self.full else (cells[1:-1], cells[-1])
        # A record that goes needs nothing but its key.
        judged = checks[: len(self.kind.key)] if change == REMOVED else checks
        wrong = [name for (name, fits), value in zip(judged, values, strict=False) if not fits(value)]
        for name in wrong:
            faults.note("LEDGER_ATENA" if name.endswith(PERSON) else "LEDGER_ROW", f"{number} {name}")
        future = [place for place in past if _OPEN_END != values[place] > self.as_of]
        for place in future:
            faults.note("LEDGER_FUTURE", f"{number} {self.layout.items[place]}")
        if wrong or future:
            return
        try:
            line = join(self.kind, self.layout, values)
        except Refused as refused:
            faults.note(refused.finding.code, f"{number} {refused.finding.where}")
            return
        yield line if self.full else line[:-1] + _UNIT + change.encode() + b"\n"


def keys_once(kind: CopyKind, lines: Iterator[bytes], faults: Faults) -> Iterator[bytes]:
    """Sorted lines without those whose key stands once more; these are faults, their place in the extract is lost by sorting."""
    before = b""
    for line in lines:
        key = key_of(kind, line)
        if key == before:
            faults.note("LEDGER_DUPLICATE", "")
        else:
            yield line
        before = key


def change_of(line: bytes) -> tuple[bytes, str]:
    """The line of a delta without its 更新区分, and the 更新区分."""
    rest, _, change = line.rpartition(_UNIT)
    return rest + b"\n", change.decode().rstrip("\n")


def _fits(item: CopyItem) -> Callable[[str], bool]:
    """Whether a value follows type, length, form and presence of the item."""
    matches = re.compile(item.form or _TYPES[item.type], re.DOTALL).fullmatch
    length = item.length + (item.type == "S9")
    is_date, required = item.type == "DATE", item.required

    def fits(value: str) -> bool:
        if not value:
            return not required
        return len(value) <= length and matches(value) is not None and (not is_date or _is_day(value))

    return fits


@lru_cache(maxsize=50_000)
def _is_day(text: str) -> bool:
    """Whether the day exists, parts 00 allowed."""
    return read_date(text) is not None
