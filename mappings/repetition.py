"""Columns that repeat themselves (繰返しの多い列): codes, days and places stand in many rows and need to be worked on once each."""

from collections.abc import Hashable
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)

_SAMPLE = 512


def distinct(column: list[Key]) -> list[Key]:
    """The values of a column that repeats itself, each once, in the order of their first rows; any other column itself."""
    sample = column[:_SAMPLE]
    if 2 * len(set(sample)) > len(sample):
        return column
    values = list(dict.fromkeys(column))
    return column if 2 * len(values) > len(column) else values
