"""Vaccination schedules (予防接種の標準的な時期) as data: which dose is open from which age, and up to which."""

import csv
from dataclasses import dataclass
from pathlib import Path

from mappings.audience import AgeMark, age_mark
from mappings.yaml_door import SpecError

COLUMNS = ["code", "dose", "vaccine", "told_from", "open_from", "open_until", "source", "basis"]


@dataclass(frozen=True, slots=True)
class Dose:
    """One dose (接種). code, dose: as the ledger has them. open_from, open_until: the ages of 定期接種, the last not included.

    told_from: the age of the 標準的な接種期間, from which the notice speaks of it.
    """

    code: str
    dose: str
    vaccine: str
    told_from: AgeMark
    open_from: AgeMark
    open_until: AgeMark


def read_schedule(file: Path) -> tuple[Dose, ...]:
    """The doses of a schedule, in order. Raises SpecError."""
    try:
        reader = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
        lines = list(reader)
    except OSError:
        raise SpecError(file=file, key="schedule", problem="is absent", allowed="a CSV beside notice.yaml") from None
    except UnicodeDecodeError:
        raise SpecError(file=file, key="schedule", problem="is not UTF-8", allowed="a CSV in UTF-8") from None
    if not lines or reader.fieldnames != COLUMNS:
        raise SpecError(file=file, key="1", problem="has other columns", allowed=",".join(COLUMNS))
    return tuple(_dose(file, number, line) for number, line in enumerate(lines, start=2))


def _dose(file: Path, number: int, line: dict[str, str]) -> Dose:
    if None in line or None in line.values():
        raise SpecError(file=file, key=str(number), problem="has more or fewer cells than the heading", allowed=",".join(COLUMNS))
    if not line["code"] or not line["dose"].isdigit() or not line["vaccine"] or not line["source"] or line["basis"] not in ("", "GK", "NV"):
        raise SpecError(file=file, key=str(number), problem="lacks code, dose, vaccine or source", allowed="basis GK, NV or empty")
    try:
        ages = [age_mark(line[name]) for name in ("told_from", "open_from", "open_until")]
    except ValueError as error:
        raise SpecError(file=file, key=str(number), problem=str(error)) from None
    return Dose(line["code"], line["dose"], line["vaccine"], *ages)
