"""Synthetic canonical files (合成の正規ファイル): copies as accepted and as they are now, sorted, and the latter scattered too.

Everything of a record comes from its number, so that any order can be written in constant memory.
"""

from collections.abc import Callable, Iterable
from math import gcd
from pathlib import Path

COLUMNS = 10
KEY = 2
"""Items at the beginning of a line that are its key."""

ACCEPTED, CURRENT, SCATTERED = "accepted.lines", "current.lines", "scattered.lines"
_IN_2000 = dict.fromkeys(range(8), "2") | {8: "3", 9: "1"}
"""Of 2,000 records 8 change, one is deleted, one registered: 0.5 %."""

_NAMES = ("那覇太郎", "首里花子", "小禄一郎", "真和志美咲", "泊健", "安里葵", "識名翔", "天久凛")
_TOWNS = ("泉崎一丁目１番１号", "首里当蔵町三丁目１番地", "小禄五丁目４番１号", "真嘉比二丁目７番", "壺屋一丁目２２番３３号")
_REASONS = ("", "", "", "転出", "支給要件非該当")


def write_files(folder: Path, size: int) -> None:
    """Write the three files."""
    _write(folder / ACCEPTED, range(1, size + 1), _accepted)
    _write(folder / CURRENT, range(1, size + 1), _current)
    _write(folder / SCATTERED, _scattered(size), _current)


def _write(path: Path, numbers: Iterable[int], line: Callable[[int], str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(map(line, numbers))


def _accepted(number: int) -> str:
    mixed = number * 2_654_435_761 & 0xFFFF_FFFF
    return "" if _fate(mixed) == "1" else _line(number, mixed, mixed % 60_000)


def _current(number: int) -> str:
    mixed = number * 2_654_435_761 & 0xFFFF_FFFF
    fate = _fate(mixed)
    return "" if fate == "3" else _line(number, mixed, mixed % 60_000 + (5_000 if fate == "2" else 0))


def _fate(mixed: int) -> str:
    """The operation that a record needs; empty for most."""
    return _IN_2000.get((mixed >> 7) % 2000, "")


def _line(number: int, mixed: int, amount: int) -> str:
    day = f"20{10 + mixed % 16}-{1 + mixed % 12:02d}-{1 + mixed % 28:02d}"
    texts = f"{_NAMES[mixed % 8]}\x1f{_TOWNS[mixed % 5]}\x1f{day}\x1f{mixed % 3}\x1f{amount}\x1f{day[:7]}"
    return f"{number * 7:015d}\x1f{number:010d}\x1f{texts}\x1f{mixed:010d}\x1f{_REASONS[mixed % 5]}\n"


def _scattered(size: int) -> Iterable[int]:
    """Every number once, neighbours far apart."""
    step = next(one for one in range(int(size * 0.618) | 1, 2 * size + 2) if gcd(one, size) == 1)
    return (place * step % size + 1 for place in range(size))
