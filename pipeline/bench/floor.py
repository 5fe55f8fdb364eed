"""The floor (下限): as many blank bytes written as the files hold; no program that writes them can be quicker."""

from pathlib import Path

from pipeline.bench.contest import Timed


def prepare(folder: Path, _first: int, _count: int, size: int) -> Timed:
    """Blank bytes, made and written."""

    def run() -> Path:
        path = folder / "floor.dat"
        path.write_bytes(b" " * size)
        return path

    return run
