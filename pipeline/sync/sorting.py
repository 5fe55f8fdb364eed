"""External merge sort (外部整列) of lines: sorted runs that do not fit lie sealed in a scratch folder and are merged from there."""

import heapq
from collections.abc import Iterable, Iterator
from itertools import islice

from pipeline.sync.sealed_lines import LineFile, LineStore

BUDGET = 12 * 1024 * 1024
"""Bytes of lines that are sorted at once; Python needs about twice as much for them."""
_PURPOSE = "copies/sorting"
# Every run keeps a block open while all are merged: small blocks keep the sum of them small.
_LINES_IN_BLOCK = 400


def sort_lines(lines: Iterable[bytes], *, scratch: LineStore, budget: int = BUDGET) -> Iterator[bytes]:
    """The lines in bytewise order, in constant memory. Runs in ``scratch`` are sealed and gone when the last line was given."""
    runs: list[LineFile] = []
    rest: list[bytes] = []
    size = 0
    for line in lines:
        rest.append(line)
        size += len(line)
        if size >= budget:
            rest.sort()
            runs.append(scratch.write_blocks(_blocks(rest), purpose=_PURPOSE))
            rest, size = [], 0
    rest.sort()
    yield from heapq.merge(*(scratch.lines(run, purpose=_PURPOSE) for run in runs), rest) if runs else rest
    for run in runs:
        scratch.discard(run.path)


def _blocks(lines: list[bytes]) -> Iterator[tuple[bytes, int]]:
    rows = iter(lines)
    while block := list(islice(rows, _LINES_IN_BLOCK)):
        yield b"".join(block), len(block)
