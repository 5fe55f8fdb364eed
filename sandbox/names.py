"""Names of the synthetic residents (氏名・氏名カナ), from the lists in ``data/names``: plain, variant, IVS, outside CP932, foreign."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources
from random import Random

EVERYDAY = ("plain", "variant", "foreign")
"""Scripts whose every character has a CP932 code."""
ANY = ("plain", "variant", "foreign", "selector", "wide")


@dataclass(frozen=True, slots=True)
class Family:
    """A surname (氏) with its kana. script: plain, variant, selector (IVS), wide (outside CP932) or foreign (full-width Latin)."""

    name: str
    kana: str
    script: str


@cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    text = resources.files("sandbox").joinpath("data", "names", f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def families(script: str) -> tuple[Family, ...]:
    """The surnames of one script."""
    return tuple(Family(**row) for row in _rows("families") if row["script"] == script)


def pick_family(chance: Random, *, scripts: tuple[str, ...]) -> Family:
    """One surname; of several scripts the first is drawn most often."""
    script = scripts[0] if len(scripts) == 1 or chance.random() < 0.7 else chance.choice(scripts[1:])
    return chance.choice(families(script))


def pick_given(chance: Random, *, family: Family, sex: str) -> tuple[str, str]:
    """A given name (名) and its kana for sex 1 (male) or 2 (female)."""
    row = chance.choice(_rows(f"given_{sex}_foreign" if family.script == "foreign" else f"given_{sex}"))
    return row["name"], row["kana"]
