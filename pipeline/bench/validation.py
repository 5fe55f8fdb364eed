"""The benchmark of the checks (検査の測定): 60 checks of many applications beside Great Expectations with its default settings.

And how much of the warm chain map → check → release is Great Expectations' own time.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipeline.bench.contest import Contender, Score
from pipeline.bench.mapping import UnequalOutputError
from pipeline.bench.rounds import run_rounds

NAME = "validation"
SIZES = (100_000,)

_OURS, _PEER, _FLOOR, _CHAIN = "ours", "gx-default", "floor", "chain"
_CONTENDERS = (
    Contender(_OURS, "pipeline.bench.validation_hub:prepare"),
    Contender(_PEER, "pipeline.bench.validation_default:prepare"),
    Contender(_FLOOR, "pipeline.bench.validation_hub:prepare_floor"),
    Contender(_CHAIN, "pipeline.bench.validation_chain:prepare"),
)
_LAPS = {_OURS: 3, _PEER: 3, _FLOOR: 3, _CHAIN: 1}

LAPS = sum(_LAPS.values())
"""How many laps a measurement has, for a progress bar."""


@dataclass(frozen=True, slots=True)
class Result:
    """The scores of one size; ours and the peer came to the same verdicts.

    chain: seconds of map, check and release, and of Great Expectations (gx) within the check.
    """

    size: int
    ours: Score
    peer: Score
    floor: Score
    chain: Mapping[str, float]

    @property
    def times_slower(self) -> float:
        """Seconds of the peer for one of ours."""
        return self.peer.seconds / self.ours.seconds

    @property
    def share(self) -> float:
        """Great Expectations' part of the chain, 0 to 1."""
        return self.chain["gx"] / sum(self.chain[stage] for stage in ("map", "check", "release"))

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
            "chain_s": {stage: round(seconds, 3) for stage, seconds in self.chain.items()},
            "share": {"gx": round(self.share, 3)},
        }


def measure(size: int, advance: Callable[[int], object]) -> Result:
    """Let all contenders judge ``size`` applications; ``advance`` is told of each lap. Raises UnequalOutputError."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "size").write_text(str(size), encoding="ascii")
        ours, peer, floor, chain = run_rounds(_CONTENDERS, Path(folder), _LAPS, advance)
    if peer.digest != ours.digest:
        raise UnequalOutputError(f"{NAME} {size}: {peer.name} came to other verdicts than ours")
    return Result(size, ours, peer, floor, json.loads(chain.digest))
