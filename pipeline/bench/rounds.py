"""Rounds (周回): contenders take the whole input in turn, several times, each lap in a process of its own.

So the memory of one lap is not that of another, and the noise of the machine meets all alike.
"""

import gc
import multiprocessing
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from time import perf_counter

from pipeline.bench.contest import Contender, Score
from pipeline.bench.memory import forget_peak, memory

Answer = Callable[[], str]
"""Gives the digest of what was found; not timed."""

Timed = Callable[[], tuple[Answer, int]]
"""What is timed; gives its answer, and the most memory in bytes of a program that it started (0 when none)."""

Prepare = Callable[[Path], Timed]
"""Takes the folder that holds the input; what it does itself is not timed."""

_MEGABYTE = 1_000_000


def run_rounds(contenders: Sequence[Contender], folder: Path, laps: Mapping[str, int], advance: Callable[[int], object]) -> list[Score]:
    """Each contender as many laps as ``laps`` says, in turn; ``advance`` is told of each lap. seconds: the median; peak_mb: the highest.

    Raises UnequalLapsError when a contender finds different things in its laps.
    """
    done: dict[str, list[Score]] = {one.name: [] for one in contenders}
    for lap in range(max(laps.values())):
        for one in contenders:
            if lap < laps[one.name]:
                done[one.name].append(_lap(one, folder))
                advance(1)
    return [_together(scores) for scores in done.values()]


class UnequalLapsError(Exception):
    """The same contender found different things on the same input."""


def _together(scores: Sequence[Score]) -> Score:
    first = scores[0]
    if any(score.digest != first.digest for score in scores):
        raise UnequalLapsError(f"{first.name} gave different answers")
    return Score(first.name, median(score.seconds for score in scores), max(score.peak_mb for score in scores), first.digest)


def _lap(contender: Contender, folder: Path) -> Score:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(contender, folder, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        score: Score = ours.recv()
    finally:
        ours.close()
        process.join()
    return score


def _run(contender: Contender, folder: Path, pipe: Connection) -> None:
    module, name = contender.prepare.split(":")
    prepare: Prepare = getattr(import_module(module), name)
    timed = prepare(folder)
    gc.collect()
    idle = forget_peak()
    start = perf_counter()
    answer, started = timed()
    seconds = perf_counter() - start
    peak = memory("VmHWM") - idle + started
    pipe.send(Score(contender.name, seconds, peak / _MEGABYTE, answer()))
