"""The benchmark of notices (お知らせの送信の測定): one by one to one server, journal included, beside a kept session."""

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipeline.bench.contest import Contender, Score
from pipeline.bench.mapping import UnequalOutputError
from pipeline.bench.notice_senders import PORT, make_outbox
from pipeline.bench.notice_server import make_certificate, serve
from pipeline.bench.rounds import run_rounds

NAME = "notices"
SIZES = (10_000,)

_OURS, _PEER, _FLOOR = "ours", "requests", "floor"
_CONTENDERS = (
    Contender(_OURS, "pipeline.bench.notice_senders:prepare_ours"),
    Contender(_PEER, "pipeline.bench.notice_senders:prepare_requests"),
    Contender(_FLOOR, "pipeline.bench.notice_senders:prepare_floor"),
)
_LAPS = dict.fromkeys((_OURS, _PEER, _FLOOR), 3)
LAPS = sum(_LAPS.values())
"""How many laps a measurement has, for a progress bar."""


@dataclass(frozen=True, slots=True)
class Result:
    """The scores of one size; the server took the same notices from all three."""

    size: int
    ours: Score
    peer: Score
    floor: Score

    @property
    def times_slower(self) -> float:
        """Seconds of the kept session for one of ours."""
        return self.peer.seconds / self.ours.seconds

    def as_json(self) -> dict[str, Any]:
        """One line of ``--json``."""
        return {
            "bench": NAME,
            "size": self.size,
            "ours_s": round(self.ours.seconds, 3),
            "peers_s": {_PEER: round(self.peer.seconds, 3)},
            "floor_s": round(self.floor.seconds, 3),
            "ratios": {
                "peer/ours": {_PEER: round(self.times_slower, 2)},
                "ours/floor": round(self.ours.seconds / self.floor.seconds, 2),
            },
            "peak_mb": {one.name: round(one.peak_mb, 1) for one in (self.ours, self.peer)},
        }


def measure(size: int, advance: Callable[[int], object]) -> Result:
    """Let all contenders send ``size`` notices; ``advance`` is told of each lap. Raises UnequalOutputError."""
    with TemporaryDirectory() as name, _server(Path(name)):
        make_outbox(Path(name), size)
        scores = {score.name: score for score in run_rounds(_CONTENDERS, Path(name), _LAPS, advance)}
    for other in (_PEER, _FLOOR):
        if scores[other].digest != scores[_OURS].digest:
            raise UnequalOutputError(f"{NAME} {size}: {other} sent other notices than ours")
    return Result(size, scores[_OURS], scores[_PEER], scores[_FLOOR])


@contextmanager
def _server(folder: Path) -> Iterator[None]:
    """The server in a process of its own; its port stands in a file."""
    make_certificate(folder)
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(folder, theirs), daemon=True)
    process.start()
    try:
        (folder / PORT).write_text(str(ours.recv()), encoding="ascii")
        yield
    finally:
        process.terminate()
        process.join()
