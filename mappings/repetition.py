"""Columns that repeat themselves (繰返しの多い列): codes, days and places stand in many rows and need to be worked on once each."""

from collections.abc import Hashable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Key = TypeVar("Key", bound=Hashable)
Places = NDArray[np.int64]

_SAMPLE = 512


def distinct(column: Sequence[Key]) -> tuple[list[Key], Places | None]:
    """The values of a column that repeats itself, each once, and which of them each row shows; else the column as it is, and None."""
    sample = column[:_SAMPLE]
    if 2 * len(set(sample)) > len(sample):
        return list(column), None
    index = {value: number for number, value in enumerate(dict.fromkeys(column))}
    if 2 * len(index) > len(column):
        return list(column), None
    return list(index), np.fromiter(map(index.__getitem__, column), np.int64, len(column))
