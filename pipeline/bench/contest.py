"""A contest (競走): contenders in processes of their own take the same chunks in turn, so that noise of the machine meets all alike."""

import gc
import hashlib
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from pipeline.bench.memory import forget_peak, memory

Timed = Callable[[], Path]
"""What is timed; gives the file that it wrote."""

Prepare = Callable[[Path, int, int, int], Timed]
"""Takes folder, first application, count, and the size of the file that our own way wrote; what it does itself is not timed."""

_WARM_UP = 200
_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Contender:
    """prepare: ``module:function`` of a ``Prepare``, imported in the contender's own process."""

    name: str
    prepare: str


@dataclass(frozen=True, slots=True)
class Score:
    """seconds: of all chunks together. peak_mb: most memory above the process's idle. digest: of all bytes in order."""

    name: str
    seconds: float
    peak_mb: float
    digest: str


@dataclass(frozen=True, slots=True)
class _Lap:
    seconds: float
    size: int
    peak: int
    digest: str


def contest(contenders: Sequence[Contender], size: int, chunk: int, advance: Callable[[int], object]) -> list[Score]:
    """Let every contender do ``size`` applications, chunk after chunk; ``advance`` is told the count of each chunk that all have done.

    The first contender is ours; the others are told the size of its files.
    """
    seconds = dict.fromkeys((one.name for one in contenders), 0.0)
    laps: dict[str, _Lap] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        pipes = [(one.name, stack.enter_context(_process(one, folder))) for one in contenders]
        for first, count in _chunks(size, chunk):
            written = 0
            for name, pipe in pipes:
                pipe.send((first, count, written))
                lap: _Lap = pipe.recv()
                written = written or lap.size
                seconds[name] += lap.seconds
                laps[name] = lap
            advance(count)
    return [Score(name, seconds[name], lap.peak / _MEGABYTE, lap.digest) for name, lap in laps.items()]


def _chunks(size: int, chunk: int) -> Iterator[tuple[int, int]]:
    """(first application, count), beginning with application 1."""
    for first in range(1, size + 1, chunk):
        yield first, min(chunk, size + 1 - first)


@contextmanager
def _process(contender: Contender, folder: Path) -> Iterator[Connection]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(contender, folder, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()
        process.join()


def _run(contender: Contender, folder: Path, pipe: Connection) -> None:
    """The contender's process: a chunk to warm up, then chunk after chunk until the pipe is closed."""
    module, name = contender.prepare.split(":")
    prepare: Prepare = getattr(import_module(module), name)
    prepare(folder, 1, _WARM_UP, _WARM_UP)().unlink()
    gc.collect()
    idle = forget_peak()
    digest = hashlib.sha256()
    while True:
        try:
            first, count, written = pipe.recv()
        except EOFError:
            return
        timed = prepare(folder, first, count, written)
        start = perf_counter()
        path = timed()
        seconds = perf_counter() - start
        data = path.read_bytes()
        path.unlink()
        digest.update(data)
        pipe.send(_Lap(seconds, len(data), memory("VmHWM") - idle, digest.hexdigest()))
