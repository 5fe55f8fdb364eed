"""The benchmark of the mapping (変換の測定): applications of 60 items into fixed-length records, beside the peer and the floor."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pipeline.bench.contest import Contender, Score, contest

NAME = "mapping"
SIZES = (10_000, 100_000, 1_000_000)
ITEMS = 60

_OURS, _PEER, _FLOOR = "ours", "pandas", "floor"
_CONTENDERS = (
    Contender(_OURS, "pipeline.bench.mapping_hub:prepare"),
    Contender(_PEER, "pipeline.bench.mapping_pandas:prepare"),
    Contender(_FLOOR, "pipeline.bench.floor:prepare"),
)
_CHUNK = 10_000
_FEWEST_CHUNKS = 5


class UnequalOutputError(Exception):
    """The contenders wrote different bytes, so their times say nothing."""


@dataclass(frozen=True, slots=True)
class Result:
    """The scores of one size; all but the floor wrote the same bytes."""

    size: int
    ours: Score
    peers: tuple[Score, ...]
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
        }


def measure(size: int, advance: Callable[[int], object]) -> Result:
    """Let all contenders do ``size`` applications; ``advance`` is told how many are done. Raises UnequalOutputError."""
    chunk = min(_CHUNK, max(1, size // _FEWEST_CHUNKS))
    ours, *peers, floor = contest(_CONTENDERS, size, chunk, advance)
    for peer in peers:
        if peer.digest != ours.digest:
            raise UnequalOutputError(f"{NAME} {size}: {peer.name} wrote other bytes than ours")
    return Result(size, ours, tuple(peers), floor)
