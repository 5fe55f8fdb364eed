"""Which extracts are still to be taken in (取込み待ちの抽出): the newest full one of a kind if it is new, then the deltas after it."""

from collections.abc import Iterable, Set
from datetime import datetime

from connectors.ledgers import ExtractFile
from vocabulary.clock import JST


def moment_of(stamp: str) -> str:
    """The ISO moment of a stamp YYYYMMDDHHMM, Japan time."""
    return datetime.strptime(stamp, "%Y%m%d%H%M").replace(tzinfo=JST).isoformat(timespec="minutes")


def pending_extracts(files: Iterable[ExtractFile], *, taken: Set[tuple[str, str]], current: str, newest_full: str) -> list[ExtractFile]:
    """What to take in, in order, of one kind's files (oldest first).

    taken: name and digest of every extract in the current state. current: its moment, empty without one. newest_full: the moment of the
    newest full extract in it. All begins anew from a full extract that is new, or when a delta came late that belongs before others.
    """
    ordered = list(files)
    full = next((file for file in reversed(ordered) if file.full and moment_of(file.stamp) >= newest_full), None)
    base = full.stamp if full else ""
    deltas = [file for file in ordered if not file.full and file.stamp >= base and moment_of(file.stamp) >= newest_full]
    fresh = [file for file in deltas if (file.name, file.sha256) not in taken]
    late = bool(fresh) and moment_of(fresh[0].stamp) < current
    if full and (late or (full.name, full.sha256) not in taken):
        return [full, *deltas]
    return fresh
