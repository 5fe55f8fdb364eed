"""Substitution tables (縮退表): which character stands in for one that a receiving system cannot take, approved by whom.

A table is ``characters/tables/<id>.csv`` with a head ``<id>.yaml``. A municipality's own approvals go before its rows.
"""

import csv
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from pydantic import Field

from mappings.specification import Assumption, Spec, read_spec
from mappings.yaml_door import SpecError

COLUMNS = ("from", "to", "why", "approved_by", "approved_on")
SOURCE_LENGTH = 3
_POINTS = re.compile(r"U\+[0-9A-F]{4,6}(?: U\+[0-9A-F]{4,6}){0,3}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NOTATION = "1 to 3 code points such as U+845B U+E0100 for from, 1 to 4 for to"


@dataclass(frozen=True, slots=True)
class Substitute:
    """One approved replacement. source: 1 to 3 code points (a base alone or with its selector); target: what is written instead.

    approved: who approved it and when. Raises ValueError for what is no replacement; the text holds code points only.
    """

    source: str
    target: str
    approved: str

    def __post_init__(self) -> None:
        if not 1 <= len(self.source) <= SOURCE_LENGTH or not self.target:
            raise ValueError("a substitution goes from 1 to 3 code points to at least one")
        if self.source == self.target:
            raise ValueError(f"{code_points(self.source)} would replace itself")
        if not self.approved.strip():
            raise ValueError(f"{code_points(self.source)} needs its approval: who and when")


@dataclass(frozen=True, slots=True)
class SubstitutionTable:
    """Approved replacements by source text. A target that holds a source of the same table is refused with ValueError.

    single: for ``str.translate``; sequences: sources of several code points, the longest first, to be replaced before the single ones.
    """

    id: str
    version: str
    entries: Mapping[str, Substitute]
    single: dict[int, str] = field(init=False, repr=False, compare=False)
    sequences: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for entry in self.entries.values():
            chained = next((source for source in self.entries if source in entry.target), "")
            if chained:
                raise ValueError(f"{code_points(entry.source)} becomes {code_points(chained)}, which is itself replaced")
        object.__setattr__(self, "single", {ord(source): entry.target for source, entry in self.entries.items() if len(source) == 1})
        long = sorted((source for source in self.entries if len(source) > 1), key=lambda source: (-len(source), source))
        object.__setattr__(self, "sequences", tuple(long))

    @property
    def name(self) -> str:
        """``id@version`` as the loss ledger keeps it."""
        return f"{self.id}@{self.version}"

    def overridden(self, entries: Iterable[Substitute]) -> "SubstitutionTable":
        """This table with a municipality's approvals going before its rows; the version changes with every approval."""
        added = {entry.source: entry for entry in entries}
        if not added:
            return self
        told = "\n".join(f"{code_points(one.source)}>{code_points(one.target)}>{one.approved}" for _, one in sorted(added.items()))
        version = f"{self.version}+{hashlib.sha256(told.encode()).hexdigest()[:8]}"
        return SubstitutionTable(self.id, version, MappingProxyType({**self.entries, **added}))


NONE = SubstitutionTable("own", "0", MappingProxyType({}))
"""The table of a format that names none: what a municipality approves is added to it."""


class Head(Spec):
    """``<id>.yaml`` beside the rows. version: changes with every change of a row."""

    id: str = Field(pattern=r"^[a-z0-9-]{1,24}$")
    title: str
    version: str = Field(pattern=r"^[0-9A-Za-z.-]{1,20}$")
    assumptions: tuple[Assumption, ...] = ()


def code_points(text: str) -> str:
    """``text`` as ``U+845B U+E0100``."""
    return " ".join(f"U+{ord(sign):04X}" for sign in text)


def from_code_points(text: str) -> str:
    """The characters of ``U+845B U+E0100``. Raises ValueError saying what is allowed."""
    if not _POINTS.fullmatch(text):
        raise ValueError(f"{text} is not {_NOTATION}")
    points = [int(point[2:], 16) for point in text.split()]
    if any(point > 0x10FFFF or 0xD800 <= point <= 0xDFFF for point in points):
        raise ValueError(f"{text} is no character; allowed: {_NOTATION}")
    return "".join(map(chr, points))


def read_substitutions(folder: Path) -> Mapping[str, SubstitutionTable]:
    """All tables of the folder by id. Raises SpecError naming file, line and what is allowed."""
    return MappingProxyType({path.stem: _table(path) for path in sorted(folder.glob("*.csv"))})


def _table(path: Path) -> SubstitutionTable:
    head = read_spec(path.with_suffix(".yaml"), Head)
    if head.id != path.stem:
        raise SpecError(file=path.with_suffix(".yaml"), key="id", problem=f"{head.id} is not the file's name", allowed=path.stem)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    if not rows or tuple(rows[0]) != COLUMNS:
        raise SpecError(file=path, key="line 1", problem="columns differ", allowed=",".join(COLUMNS))
    entries: dict[str, Substitute] = {}
    for line, cells in enumerate(rows[1:], start=2):
        entry = _entry(path, line, cells)
        if entry.source in entries:
            raise SpecError(file=path, key=f"line {line}", problem=f"{code_points(entry.source)} stands twice")
        entries[entry.source] = entry
    try:
        return SubstitutionTable(head.id, head.version, MappingProxyType(entries))
    except ValueError as error:
        raise SpecError(file=path, key="to", problem=str(error), allowed="characters that stand in no row's from") from None


def _entry(path: Path, line: int, cells: list[str]) -> Substitute:
    if len(cells) != len(COLUMNS) or not all(cell.strip() for cell in cells):
        raise SpecError(file=path, key=f"line {line}", problem="a cell is empty or missing", allowed=",".join(COLUMNS))
    source, target, _, approved_by, approved_on = cells
    if not _DAY.fullmatch(approved_on):
        raise SpecError(file=path, key=f"line {line} approved_on", problem=f"{approved_on} is no day", allowed="YYYY-MM-DD")
    try:
        return Substitute(from_code_points(source), from_code_points(target), f"{approved_by} {approved_on}")
    except ValueError as error:
        raise SpecError(file=path, key=f"line {line}", problem=str(error), allowed=_NOTATION) from None
