"""Legal basis of notices (お知らせの根拠): a law's article, or an ordinance with its 独自利用事務 number, from a declared table."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import model_validator

from mappings.specification import Spec, nearest
from mappings.yaml_door import SpecError

FILE = "basis.csv"
COLUMNS = ["id", "kind", "title", "article", "dokuji_jimu", "business", "says", "basis"]


class Basis(Spec):
    """What allows the 個人番号 to be used for a notice. law, ordinance: id of a row of ``basis.csv``. dokuji_jimu: 独自利用事務の番号."""

    law: str = ""
    ordinance: str = ""
    dokuji_jimu: str = ""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if bool(self.law) == bool(self.ordinance) or bool(self.ordinance) != bool(self.dokuji_jimu):
            raise ValueError("basis is either law, or ordinance with dokuji_jimu")
        return self


@dataclass(frozen=True, slots=True)
class Ground:
    """A row of ``basis.csv``. kind: law or ordinance. business: 業務ID. says: what it lets the office do, in a few words."""

    id: str
    kind: str
    title: str
    article: str
    dokuji_jimu: str
    business: str
    says: str

    @property
    def words(self) -> str:
        """Such as 母子保健法12条."""
        return f"{self.title}{self.article}" + (f"（独自利用事務 {self.dokuji_jimu}）" if self.dokuji_jimu else "")


def read_basis(*files: Path) -> dict[str, Ground]:
    """The grounds of the files that are there, by id. Raises SpecError."""
    found: dict[str, Ground] = {}
    for file in files:
        if not file.is_file():
            continue
        lines = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
        if lines and list(lines[0]) != COLUMNS:
            raise SpecError(file=file, key="1", problem="has other columns", allowed=",".join(COLUMNS))
        for number, line in enumerate(lines, start=2):
            ground = _ground(file, number, line)
            if ground.id in found:
                raise SpecError(file=file, key=str(number), problem=f"{ground.id} stands twice")
            found[ground.id] = ground
    return found


def _ground(file: Path, number: int, line: dict[str, str]) -> Ground:
    cells = {name: line[name] or "" for name in COLUMNS if name != "basis"}
    whole = all(cells[name] for name in ("id", "title", "article", "business", "says"))
    if not whole or cells["kind"] not in ("law", "ordinance") or line["basis"] not in ("", "GK", "NV"):
        raise SpecError(file=file, key=str(number), problem="is not complete", allowed="kind law or ordinance, basis GK, NV or empty")
    if (cells["kind"] == "ordinance") != bool(cells["dokuji_jimu"]):
        raise SpecError(file=file, key=f"{number}.dokuji_jimu", problem="goes with an ordinance, and only with one")
    return Ground(**cells)


def ground_of(file: Path, basis: Basis, business: str, grounds: dict[str, Ground]) -> Ground:
    """The row that a notice names, of its kind, number and business. Raises SpecError."""
    kind, name = ("law", basis.law) if basis.law else ("ordinance", basis.ordinance)
    found = grounds.get(name)
    fitting = [one.id for one in grounds.values() if (one.kind, one.business) == (kind, business)]
    if found is None or found.id not in fitting:
        problem = f"{name} is no {kind} of business {business} in {FILE}"
        raise SpecError(file=file, key=f"basis.{kind}", problem=problem, allowed=nearest(name, fitting))
    if found.dokuji_jimu != basis.dokuji_jimu:
        raise SpecError(file=file, key="basis.dokuji_jimu", problem=f"{basis.dokuji_jimu} is another's", allowed=found.dokuji_jimu)
    return found
