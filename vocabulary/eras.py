"""Eras (元号): which years belong to which, from 明治6年, the first year of the Gregorian calendar in Japan."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Era:
    """A row of ``eras.csv``: code digit (1 明治 … 5 令和), letter, name, and the first and last day that may be written in it.

    30 July 1912 and 25 December 1926 may be written in either era, so that two eras hold them.
    """

    code: str
    letter: str
    name: str
    first_day: date
    last_day: date

    @property
    def first_year(self) -> int:
        """The western year of year 1 (元年). 明治 began in 1868, before the days that can be converted."""
        return 1868 if self.letter == "M" else self.first_day.year

    def western_year(self, year: int) -> int:
        """The western year of the era's ``year`` (元年 is 1)."""
        return self.first_year + year - 1

    def year_of(self, day: date) -> int:
        """The era's year in which ``day`` lies."""
        return day.year - self.first_year + 1

    def overlaps(self, earliest: date, latest: date) -> bool:
        """Whether any day from ``earliest`` to ``latest`` may be written in the era."""
        return earliest <= self.last_day and latest >= self.first_day


@cache
def eras() -> tuple[Era, ...]:
    """All eras, oldest first."""
    return tuple(_read())


def _read() -> Iterator[Era]:
    text = resources.files("vocabulary").joinpath("eras.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        first_day, last_day = date.fromisoformat(row["first_day"]), date.fromisoformat(row["last_day"])
        yield Era(row["code"], row["letter"], row["name"], first_day, last_day)


def era_of(sign: str) -> Era | None:
    """The era with this name (令和), letter (R, r) or code digit (5)."""
    return next((era for era in eras() if sign.upper() in {era.name, era.letter, era.code}), None)


def era_on(day: date) -> Era | None:
    """The era of a day, on a border day the newer one; None before 明治6年 and for the open end 9999-12-31."""
    return next((era for era in reversed(eras()) if era.first_day <= day <= era.last_day), None)
