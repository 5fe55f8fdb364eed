"""Reason codes (理由コード): one data file says for each code what a clerk reads and what to do."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Reason:
    """A row of ``reasons.csv``.

    effect: hold (a person must act), wait (the hub will act), note (stops nothing), refuse (the command ends with exit 3).
    sentence, remedy: Japanese, for clerks; english: one line for developers. release: how many people at least release a finding of
    this code (保留解除): two, one, or no for what nobody may pass over; an error always takes two.
    """

    code: str
    stage: str
    effect: str
    sentence: str
    remedy: str
    english: str
    release: str


@cache
def reasons() -> Mapping[str, Reason]:
    """All reason codes. Raises ValueError when a code stands twice or a cell is empty."""
    text = resources.files("vocabulary").joinpath("reasons.csv").read_text(encoding="utf-8")
    found: dict[str, Reason] = {}
    for row in csv.DictReader(text.splitlines()):
        reason = Reason(**row)
        if reason.code in found or not all(row.values()):
            raise ValueError(f"vocabulary/reasons.csv: {reason.code} stands twice or has an empty cell")
        found[reason.code] = reason
    return MappingProxyType(found)


def reason(code: str) -> Reason:
    """The reason of a code. Raises KeyError for a code that the data file lacks."""
    return reasons()[code]
