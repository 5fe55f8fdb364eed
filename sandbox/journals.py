"""The stand-ins' own record: calls.jsonl (what was asked) and effects.jsonl (what changed in the outside world), one JSON object a line.

A safe resend is a second call and no second effect. Neither file holds a resident's value: references, receipt numbers, names of files,
digests, counts and codes only.
"""

import json
import os
import threading
from pathlib import Path
from typing import Any

Entry = dict[str, Any]


class Journal:
    """An append-only file of numbered entries, shared by threads."""

    def __init__(self, path: Path, *, durable: bool) -> None:
        """Open ``path`` and read what it holds; an entry cut off by a kill is dropped. ``durable``: synced after each entry."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._durable = durable
        self._lock = threading.Lock()
        self.before: list[Entry] = _whole_entries(path)
        self._count = len(self.before)
        self._file = path.open("ab")

    def append(self, *entries: Entry) -> None:
        """Number the entries and write them together."""
        with self._lock:
            for entry in entries:
                self._count += 1
                self._file.write(json.dumps({"seq": self._count, **entry}, ensure_ascii=False).encode() + b"\n")
            self._file.flush()
            if self._durable:
                os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class Journals:
    """Both journals of a sandbox, in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.calls = Journal(folder / "calls.jsonl", durable=False)
        self.effects = Journal(folder / "effects.jsonl", durable=True)

    def effect(self, system: str, effect: str, key: str, **fields: object) -> None:
        """Record a change of the outside world."""
        self.effects.append({"system": system, "effect": effect, "key": key, **fields})

    def earlier(self, system: str, effect: str) -> list[Entry]:
        """The effects of a kind that were recorded before this start."""
        return [entry for entry in self.effects.before if entry["system"] == system and entry["effect"] == effect]


def read_journal(path: Path) -> list[Entry]:
    """The whole entries of a journal file; empty when there is none."""
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")
    return [json.loads(line) for line in lines[:-1]]


def _whole_entries(path: Path) -> list[Entry]:
    entries = read_journal(path)
    if path.exists():
        data = path.read_bytes()
        os.truncate(path, data.rfind(b"\n") + 1)
    return entries
