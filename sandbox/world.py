"""The world before the business day (模擬環境の準備), placed below a root: town, register files, test JPKI, the portal's applications."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from sandbox.defects import choose
from sandbox.town_plan import plan, room_for_defects
from sandbox.world_making import FOLDERS, make_day, make_rush

NAHA = "472018"
CACHE_VARIABLE = "HUB_TOWN_CACHE"
_PROJECT = Path(__file__).parents[1]
MADE = "made.json"


def prepare(root: Path, *, seed: int, applications: int, day: date, municipality: str = NAHA, defects: Sequence[str] | None = None) -> None:
    """Write ``root``/sandbox: a town and exactly ``applications`` lines of the portal's list, for business day ``day``.

    defects: names of ``defects.yaml``; None takes as many as leave half of the lines good, () none. The same arguments give the same bytes;
    a root that already holds this very world is left alone. Raises ValueError for unknown defects, too many of them, or no application.
    """
    if applications < 1:
        raise ValueError("a world needs at least one application")
    chosen = choose(defects, room=room_for_defects(applications))
    names = [defect.name for defect in chosen]
    arguments = {"seed": seed, "applications": applications, "day": day.isoformat(), "municipality": municipality, "defects": names}

    def make(folder: Path) -> None:
        make_day(folder, plan(applications, chosen), seed=seed, day=day, municipality=municipality)

    _place(root / "sandbox", arguments, make)


def prepare_rush(root: Path, *, seed: int, day: date, municipality: str = NAHA, applicants: int = 200, twin_pairs: int = 20) -> None:
    """Write ``root``/sandbox: ``applicants`` claims (認定請求) that arrive at one instant, ``twin_pairs`` of them by twins at one address.

    Raises ValueError for more twins than applicants.
    """
    arguments = {"seed": seed, "rush": applicants, "twin_pairs": twin_pairs, "day": day.isoformat(), "municipality": municipality}

    def make(folder: Path) -> None:
        make_rush(folder, seed=seed, day=day, municipality=municipality, applicants=applicants, twin_pairs=twin_pairs)

    _place(root / "sandbox", arguments, make)


def _place(home: Path, arguments: Mapping[str, Any], make: Callable[[Path], None]) -> None:
    """Copy the world of these arguments to ``home``, making it first where no cache has it."""
    made = json.dumps({**arguments, "program": _fingerprint()}, sort_keys=True)
    if _is_made(home, made):
        return
    home.mkdir(parents=True, exist_ok=True)
    for name in FOLDERS:
        shutil.rmtree(home / name, ignore_errors=True)
    store = _cache_folder()
    if store is None:
        make(home)
    else:
        shutil.copytree(_cached(store / sha256(made.encode()).hexdigest()[:24], make), home, dirs_exist_ok=True)
    (home / "town" / MADE).write_text(made, encoding="utf-8")


def _cached(entry: Path, make: Callable[[Path], None]) -> Path:
    """The cache's copy of a world. It appears under its name only when it is whole, whoever else makes the same one meanwhile."""
    if not entry.is_dir():
        fresh = Path(tempfile.mkdtemp(prefix=".making-", dir=entry.parent))
        make(fresh)
        with suppress(OSError):
            fresh.rename(entry)
        shutil.rmtree(fresh, ignore_errors=True)
    return entry


def _is_made(home: Path, made: str) -> bool:
    note = home / "town" / MADE
    return note.is_file() and note.read_text(encoding="utf-8") == made


def _cache_folder() -> Path | None:
    """``HUB_TOWN_CACHE``, else ``var/town`` of the project; None where that cannot be written."""
    folder = Path(os.environ.get(CACHE_VARIABLE) or _PROJECT / "var" / "town")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


@cache
def _fingerprint() -> str:
    """A digest of the program and data that make a world, so that a cache never outlives them."""
    total = sha256()
    for path in _sources():
        total.update(path.relative_to(_PROJECT).as_posix().encode() + b"\0" + sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]


def _sources() -> Iterator[Path]:
    here = Path(__file__).parent
    yield from sorted(here.glob("*.py"))
    yield here / "defects.yaml"
    yield from sorted((_PROJECT / "mappings" / "copies").glob("*/copy.yaml"))
    yield from sorted(path for folder in ("data", "templates") for path in (here / folder).rglob("*") if path.is_file())
    yield from sorted((_PROJECT / "vocabulary").glob("*.py"))
