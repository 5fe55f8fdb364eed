"""Our own way (本システム): the engine of the nightly reconciliation over lines of one length, and the floor, which reads both files."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.bench.exchange_files import HERE, THERE, WIDTH
from pipeline.bench.rounds import Answer, Timed
from pipeline.exchange.matching import Block, compare_sides

_CHUNK = 1 << 14
"""Lines at a time: so many stay in the processor's cache."""
_LINE = np.dtype(
    [("first", ">u2"), ("high", "<u8"), ("low", "<u8"), ("comma", "u1"), ("facts_high", "<u8"), ("facts_low", "<u8"), ("end", "u1")]
)
_KINDS = ("only_there", "only_here", "differing")
Numbers = NDArray[np.uint64]
_TWO_DIGITS = np.zeros(1 << 16, dtype=np.uint64)
_TWO_DIGITS[[int.from_bytes(b"%02d" % number) for number in range(100)]] = np.arange(100, dtype=np.uint64) * np.uint64(10**16)
"""Two digits as they are read → their part of a 処理通番."""


def prepare(folder: Path) -> Timed:
    """The engine over both files."""

    def run() -> tuple[Answer, int]:
        found = compare_sides(_blocks(folder / THERE), _blocks(folder / HERE))
        return lambda: answer_of((kind, getattr(found, kind).tolist()) for kind in _KINDS), 0

    return run


def prepare_floor(folder: Path) -> Timed:
    """Both files read, nothing else."""

    def run() -> tuple[Answer, int]:
        for name in (THERE, HERE):
            with (folder / name).open("rb", buffering=0) as file:
                while file.read(_CHUNK * WIDTH):
                    pass
        return lambda: "", 0

    return run


def answer_of(found: Iterable[tuple[str, list[int]]]) -> str:
    """Digest of the 処理通番 of each kind, in order."""
    digest = hashlib.sha256()
    for kind, keys in found:
        digest.update(f"{kind} {sorted(keys)}\n".encode())
    return digest.hexdigest()


def _blocks(path: Path) -> Iterator[Block]:
    with path.open("rb", buffering=0) as file:
        while data := file.read(_CHUNK * WIDTH):
            lines = np.frombuffer(data, dtype=_LINE)
            keys = _TWO_DIGITS[lines["first"]]
            keys += _decimal(lines["high"]) * np.uint64(10**8)
            keys += _decimal(lines["low"])
            facts = _hexadecimal(lines["facts_high"])
            facts <<= np.uint64(32)
            facts |= _hexadecimal(lines["facts_low"])
            yield keys, facts


def _decimal(words: Numbers) -> Numbers:
    """Eight decimal digits at once, the first in the lowest byte: digits to pairs, pairs to fours, fours to eight."""
    found = words & np.uint64(0x0F0F0F0F0F0F0F0F)
    for factor, shift, mask in ((2561, 8, 0x00FF00FF00FF00FF), (6553601, 16, 0x0000FFFF0000FFFF), (42949672960001, 32, 0xFFFFFFFF)):
        found *= np.uint64(factor)
        found >>= np.uint64(shift)
        found &= np.uint64(mask)
    return found


def _hexadecimal(words: Numbers) -> Numbers:
    """Eight hexadecimal digits at once, the first in the lowest byte: digits to pairs, pairs to fours, fours to eight."""
    found = words >> np.uint64(6)
    found &= np.uint64(0x0101010101010101)
    found *= np.uint64(9)
    found += words & np.uint64(0x0F0F0F0F0F0F0F0F)
    for factor, shift, mask in ((4097, 8, 0x00FF00FF00FF00FF), (16777217, 16, 0x0000FFFF0000FFFF), (281474976710657, 32, 0xFFFFFFFF)):
        found *= np.uint64(factor)
        found >>= np.uint64(shift)
        found &= np.uint64(mask)
    return found
