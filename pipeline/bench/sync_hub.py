"""Our own way (本システム): the night's difference of two canonical files, sorted, or sorted first."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.bench.copy_files import ACCEPTED, CURRENT, KEY, SCATTERED
from pipeline.bench.rounds import Answer, Timed
from pipeline.keyring import KeyRing
from pipeline.sealing import Sealing
from pipeline.sync.difference import differences
from pipeline.sync.sealed_lines import LineStore
from pipeline.sync.sorting import sort_lines


def answer_of(path: Path) -> Answer:
    """The answer that a contender wrote to a file."""
    return lambda: hashlib.sha256(path.read_bytes()).hexdigest()


def prepare(folder: Path) -> Timed:
    """Both files sorted."""

    def run() -> tuple[Answer, int]:
        with (folder / ACCEPTED).open("rb") as accepted, (folder / CURRENT).open("rb") as current:
            return _write(folder / "hub.changes", accepted, current), 0

    return run


def prepare_unsorted(folder: Path) -> Timed:
    """The ledger's file in any order: runs are sorted, sealed on disk and merged."""
    with TemporaryDirectory() as home:
        KeyRing.create(Path(home))
        sealing = Sealing(KeyRing.open(Path(home)))

    def run() -> tuple[Answer, int]:
        with ExitStack() as stack:
            scratch = LineStore(Path(stack.enter_context(TemporaryDirectory(dir=folder))), sealing)
            accepted, scattered = (stack.enter_context((folder / name).open("rb")) for name in (ACCEPTED, SCATTERED))
            return _write(folder / "hub.changes", accepted, sort_lines(scattered, scratch=scratch)), 0

    return run


def _write(path: Path, accepted: Iterable[bytes], current: Iterable[bytes]) -> Answer:
    with path.open("wb") as file:
        file.writelines(_rows(accepted, current))
    return answer_of(path)


def _rows(accepted: Iterable[bytes], current: Iterable[bytes]) -> Iterator[bytes]:
    for change in differences(accepted, current, key=KEY):
        yield change.operation.encode() + b"\x1f" + (change.line or change.key + b"\n")
