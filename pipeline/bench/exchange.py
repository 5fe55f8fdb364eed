"""The benchmark of the reconciliation (情報提供等記録の突合の測定): two shuffled files of records, beside pandas and the floor."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipeline.bench.contest import Contender, Score
from pipeline.bench.exchange_files import write_files
from pipeline.bench.mapping import UnequalOutputError
from pipeline.bench.rounds import run_rounds

__all__ = ["LAPS", "SIZES", "Result", "measure"]

NAME = "exchange"
SIZES = (10_000_000,)

_OURS, _PEER, _FLOOR = "ours", "pandas", "floor"
_CONTENDERS = (
    Contender(_OURS, "pipeline.bench.exchange_hub:prepare"),
    Contender(_PEER, "pipeline.bench.exchange_pandas:prepare"),
    Contender(_FLOOR, "pipeline.bench.exchange_hub:prepare_floor"),
)
_LAPS = {_OURS: 5, _PEER: 1, _FLOOR: 5}
"""The quick ones run oftener: a second's noise is much of their time."""

LAPS = sum(_LAPS.values())
"""How many laps a measurement has, for a progress bar."""


@dataclass(frozen=True, slots=True)
class Result:
    """The scores of one size; all but the floor found the same differences."""

    size: int
    ours: Score
    peer: Score
    floor: Score

    @property
    def times_slower(self) -> float:
        """Seconds of the peer for one of ours."""
        return self.peer.seconds / self.ours.seconds

    def as_json(self) -> dict[str, Any]:
        """One line of ``--json``."""
        return {
            "bench": NAME,
            "size": self.size,
            "ours_s": round(self.ours.seconds, 3),
            "peers_s": {_PEER: round(self.peer.seconds, 3)},
            "floor_s": round(self.floor.seconds, 4),
            "ratios": {"peer/ours": {_PEER: round(self.times_slower, 2)}, "ours/floor": round(self.ours.seconds / self.floor.seconds, 2)},
            "peak_mb": {one.name: round(one.peak_mb, 1) for one in (self.ours, self.peer)},
        }


def measure(size: int, advance: Callable[[int], object]) -> Result:
    """Let all contenders compare two sides of ``size`` records; ``advance`` is told of each lap. Raises UnequalOutputError."""
    with TemporaryDirectory() as folder:
        write_files(Path(folder), size)
        ours, peer, floor = run_rounds(_CONTENDERS, Path(folder), _LAPS, advance)
    if peer.digest != ours.digest:
        raise UnequalOutputError(f"{NAME} {size}: {peer.name} found other differences than ours")
    return Result(size, ours, peer, floor)
