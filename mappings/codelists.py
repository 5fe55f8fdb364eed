"""Code lists (コード表): the codes that are valid on a day. A code outside its list is a finding, never a default."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from mappings.yaml_door import SpecError

COLUMNS = ("code", "name", "source", "valid_from", "valid_to")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Code:
    """A code with the days on which it is valid, both included, as ISO texts (0000-01-01 and 9999-12-31 stand for open ends)."""

    code: str
    name: str
    source: str
    valid_from: str
    valid_to: str


@dataclass(frozen=True, slots=True)
class CodeList:
    """One list, in file order; a code may stand again for another period."""

    id: str
    codes: tuple[Code, ...]

    def valid_on(self, day: str) -> Mapping[str, str]:
        """Name of each code that is valid on the ISO day."""
        return {code.code: code.name for code in self.codes if code.valid_from <= day <= code.valid_to}


def read_codelists(folder: Path) -> Mapping[str, CodeList]:
    """All lists of the folder by file name. Raises SpecError."""
    return MappingProxyType({path.stem: _codelist(path) for path in sorted(folder.glob("*.csv"))})


def _codelist(path: Path) -> CodeList:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    if not rows or tuple(rows[0]) != COLUMNS:
        raise SpecError(file=path, key="line 1", problem="columns differ", allowed=",".join(COLUMNS))
    codes: list[Code] = []
    for line, cells in enumerate(rows[1:], start=2):
        if len(cells) != len(COLUMNS) or not all(cells):
            raise SpecError(file=path, key=f"line {line}", problem="a cell is empty or missing", allowed=",".join(COLUMNS))
        code = Code(*cells)
        if not (_DAY.fullmatch(code.valid_from) and _DAY.fullmatch(code.valid_to) and code.valid_from <= code.valid_to):
            raise SpecError(file=path, key=f"line {line}", problem="valid_from and valid_to are no period", allowed="YYYY-MM-DD")
        if any(one.code == code.code and one.valid_from <= code.valid_to and code.valid_from <= one.valid_to for one in codes):
            raise SpecError(file=path, key=f"line {line}", problem=f"code {code.code} is valid twice on one day")
        codes.append(code)
    return CodeList(path.stem, tuple(codes))
