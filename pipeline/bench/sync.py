"""The benchmark of the sync (副本の差分の測定): two canonical files, 10 items a record, 0.5 % changed, beside peers and the floor."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipeline.bench.contest import Contender, Score
from pipeline.bench.copy_files import COLUMNS, write_files
from pipeline.bench.mapping import UnequalOutputError
from pipeline.bench.rounds import run_rounds

__all__ = ["COLUMNS", "LAPS", "SIZES", "Result", "measure"]

NAME = "sync"
SIZES = (3_770_000,)

_OURS, _UNSORTED, _FLOOR = "ours", "unsorted", "floor"
_CONTENDERS = (
    Contender(_OURS, "pipeline.bench.sync_hub:prepare"),
    Contender("comm", "pipeline.bench.sync_peers:prepare_comm"),
    Contender("pandas", "pipeline.bench.sync_peers:prepare_pandas"),
    Contender("csv-dict", "pipeline.bench.sync_peers:prepare_csv_dict"),
    Contender(_UNSORTED, "pipeline.bench.sync_hub:prepare_unsorted"),
    Contender(_FLOOR, "pipeline.bench.sync_peers:prepare_floor"),
)
_LAPS = {_OURS: 5, "comm": 5, "pandas": 1, "csv-dict": 1, _UNSORTED: 1, _FLOOR: 5}
"""The quick ones run oftener: a second's noise is much of their time."""

LAPS = sum(_LAPS.values())
"""How many laps a measurement has, for a progress bar."""


@dataclass(frozen=True, slots=True)
class Result:
    """The scores of one size; all but the floor found the same changes. unsorted: ours, when the ledger's file must be sorted first."""

    size: int
    ours: Score
    peers: tuple[Score, ...]
    unsorted: Score
    floor: Score

    @property
    def times_slower(self) -> dict[str, float]:
        """Seconds of each peer for one of ours."""
        return {peer.name: peer.seconds / self.ours.seconds for peer in self.peers}

    def as_json(self) -> dict[str, Any]:
        """One line of ``--json``."""
        return {
            "bench": NAME,
            "size": self.size,
            "ours_s": round(self.ours.seconds, 3),
            "peers_s": {peer.name: round(peer.seconds, 3) for peer in self.peers},
            "floor_s": round(self.floor.seconds, 4),
            "ratios": {
                "peer/ours": {name: round(ratio, 2) for name, ratio in self.times_slower.items()},
                "ours/floor": round(self.ours.seconds / self.floor.seconds, 2),
            },
            "peak_mb": {one.name: round(one.peak_mb, 1) for one in (self.ours, *self.peers)},
            "unsorted": {"ours_s": round(self.unsorted.seconds, 3), "peak_mb": round(self.unsorted.peak_mb, 1)},
        }


def measure(size: int, advance: Callable[[int], object]) -> Result:
    """Let all contenders find the changes among ``size`` records; ``advance`` is told of each lap. Raises UnequalOutputError."""
    with TemporaryDirectory() as folder:
        write_files(Path(folder), size)
        scores = {score.name: score for score in run_rounds(_CONTENDERS, Path(folder), _LAPS, advance)}
    ours, floor, unsorted = (scores.pop(name) for name in (_OURS, _FLOOR, _UNSORTED))
    for other in (*scores.values(), unsorted):
        if other.digest != ours.digest:
            raise UnequalOutputError(f"{NAME} {size}: {other.name} found other changes than ours")
    return Result(size, ours, tuple(scores.values()), unsorted, floor)
