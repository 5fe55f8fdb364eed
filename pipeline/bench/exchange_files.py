"""Input of the exchange benchmark: the records of the server and our own rows, each shuffled, one ``処理通番,facts`` a line."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

THERE, HERE = "there.csv", "here.csv"
WIDTH = 18 + 1 + 16 + 1
"""Bytes of a line: 18 digits, comma, 16 hex digits, line feed."""
DIFFERING = 0.001
"""Share of the records that only one side has, on each side, and share of those whose facts differ."""

_FIRST = 202611240000000000
_HEX = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
_CHUNK = 1 << 20
Numbers = NDArray[np.uint64]


def write_files(folder: Path, size: int) -> None:
    """Write both sides, ``size`` records each. The same size gives the same files."""
    dice = np.random.default_rng(size)
    few = max(1, int(size * DIFFERING))
    keys = np.uint64(_FIRST) + np.arange(size + few, dtype=np.uint64) * np.uint64(7)
    facts = dice.integers(0, 1 << 63, size + few, dtype=np.uint64)
    _write(folder / THERE, keys[:size], facts[:size], dice)
    facts[few : 2 * few] ^= np.uint64(1)
    _write(folder / HERE, keys[few:], facts[few:], dice)


def _write(path: Path, keys: Numbers, facts: Numbers, dice: np.random.Generator) -> None:
    order = dice.permutation(len(keys))
    with path.open("wb") as file:
        for start in range(0, len(order), _CHUNK):
            some = order[start : start + _CHUNK]
            file.write(_lines(keys[some], facts[some]))


def _lines(keys: Numbers, facts: Numbers) -> bytes:
    lines = np.empty((len(keys), WIDTH), dtype=np.uint8)
    lines[:, 18], lines[:, 35] = ord(","), ord("\n")
    for place in range(18):
        lines[:, 17 - place] = keys // np.uint64(10**place) % np.uint64(10) + np.uint64(48)
    for place in range(16):
        lines[:, 34 - place] = _HEX[facts >> np.uint64(4 * place) & np.uint64(15)]
    return lines.tobytes()
