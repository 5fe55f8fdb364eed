"""Rows in blocks, so that as many as there may be are in memory a few at a time."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Row = TypeVar("Row")
ROWS = 500
"""Rows of one statement: databases take a limited number of values at once."""


def in_blocks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """The rows in lists of at most ``ROWS``."""
    rest = iter(rows)
    while block := list(islice(rest, ROWS)):
        yield block
