"""The peers (比較相手): GNU comm, an outer merge in pandas, and a script with csv and a dict; and the floor, which reads both files.

Of comm only its own run is timed: it says which lines differ; which operation that makes of a record is found afterwards.
"""

import csv
import hashlib
import os
import subprocess
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from pipeline.bench.copy_files import ACCEPTED, COLUMNS, CURRENT, KEY
from pipeline.bench.memory import memory
from pipeline.bench.rounds import Answer, Timed
from pipeline.bench.sync_hub import answer_of

_UNIT = b"\x1f"
_CHUNK = 1024 * 1024
_GLANCE = 0.01


def prepare_comm(folder: Path) -> Timed:
    """``comm -3``: lines of the first file as they are, lines of the second behind a tab."""
    command = ("comm", "-3", str(folder / ACCEPTED), str(folder / CURRENT))

    def run() -> tuple[Answer, int]:
        path = folder / "comm.lines"
        with path.open("wb") as file:
            process = subprocess.Popen(command, stdout=file, env={**os.environ, "LC_ALL": "C"})  # noqa: S603  the command is our own
            peak = _watched(process)
        return lambda: _paired(path.read_bytes().splitlines(keepends=True)), peak

    return run


def prepare_pandas(folder: Path) -> Timed:
    """Both files as frames of text, merged outer by key."""
    import pandas as pd

    names = [str(column) for column in range(COLUMNS)]
    keys, others = names[:KEY], names[KEY:]

    def read(name: str) -> pd.DataFrame:
        return pd.read_csv(
            folder / name, sep="\x1f", header=None, names=names, dtype=str, keep_default_na=False, quoting=csv.QUOTE_NONE
        )

    def run() -> tuple[Answer, int]:
        both = read(ACCEPTED).merge(read(CURRENT), on=keys, how="outer", suffixes=("_old", ""), indicator=True)
        old, new = both[[f"{name}_old" for name in others]], both[others]
        differ = (old.to_numpy() != new.to_numpy()).any(axis=1)
        changed = both[(both["_merge"] != "both") | differ].sort_values(keys)
        rows = zip(changed["_merge"], changed[names].to_numpy(), strict=True)
        path = folder / "pandas.changes"
        path.write_text("".join(_PANDAS[side](list(row)) for side, row in rows), encoding="utf-8", newline="")
        return answer_of(path), 0

    return run


def prepare_csv_dict(folder: Path) -> Timed:
    """The accepted records in a dict, the current ones held against it."""

    def run() -> tuple[Answer, int]:
        found: list[tuple[tuple[str, ...], str]] = []
        with (folder / ACCEPTED).open(encoding="utf-8", newline="") as accepted:
            old = {tuple(row[:KEY]): row for row in _reader(accepted)}
        with (folder / CURRENT).open(encoding="utf-8", newline="") as current:
            for row in _reader(current):
                before = old.pop(tuple(row[:KEY]), None)
                if before != row:
                    found.append((tuple(row[:KEY]), _changed(row) if before else _registered(row)))
        found += [(key, _deleted(list(key))) for key in old]
        path = folder / "csv-dict.changes"
        path.write_text("".join(text for _, text in sorted(found)), encoding="utf-8", newline="")
        return answer_of(path), 0

    return run


def prepare_floor(folder: Path) -> Timed:
    """Both files read, nothing else."""

    def run() -> tuple[Answer, int]:
        for name in (ACCEPTED, CURRENT):
            with (folder / name).open("rb", buffering=0) as file:
                while file.read(_CHUNK):
                    pass
        return lambda: "", 0

    return run


def _watched(process: subprocess.Popen[bytes]) -> int:
    """Wait for a program; its peak is looked at while it runs, since what the kernel tells afterwards includes this process."""
    peaks = [0]
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(_GLANCE):
            peaks.append(memory("VmHWM", str(process.pid)))

    watcher = threading.Thread(target=look)
    watcher.start()
    code = process.wait()
    ended.set()
    watcher.join()
    if code:
        raise subprocess.CalledProcessError(code, process.args)
    return max(peaks)


def _paired(lines: Iterable[bytes]) -> str:
    """Digest of the changes that lines on one side only come to."""
    old: dict[bytes, bytes] = {}
    new: dict[bytes, bytes] = {}
    for line in lines:
        side, text = (new, line[1:]) if line.startswith(b"\t") else (old, line)
        side[_UNIT.join(text.split(_UNIT, KEY)[:KEY])] = text
    digest = hashlib.sha256()
    for key in sorted(old.keys() | new.keys()):
        if key in new:
            digest.update((b"2" if key in old else b"1") + _UNIT + new[key])
        else:
            digest.update(b"3" + _UNIT + key + b"\n")
    return digest.hexdigest()


def _reader(lines: Iterable[str]) -> Iterable[list[str]]:
    return csv.reader(lines, delimiter="\x1f", quoting=csv.QUOTE_NONE)


def _registered(row: list[str]) -> str:
    return "\x1f".join(["1", *row]) + "\n"


def _changed(row: list[str]) -> str:
    return "\x1f".join(["2", *row]) + "\n"


def _deleted(row: list[str]) -> str:
    return "\x1f".join(["3", *row[:KEY]]) + "\n"


_PANDAS: dict[str, Callable[[list[str]], str]] = {"left_only": _deleted, "right_only": _registered, "both": _changed}
