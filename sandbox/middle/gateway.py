"""Stand-in of the gateway (団体内統合宛名機能): swaps 宛名番号 for its own 団体内統合宛名番号 on the way in, and back on the way out.

The server behind it never sees 宛名番号. Rows whose number cannot be swapped are kept back and come back with the result; the others go on.
"""

import hashlib
import json
import re
import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sandbox.middle.kinds import PERSON

_NUMBER = re.compile(r"[0-9]{15}")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS numbers (person TEXT PRIMARY KEY, number TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS kept_back (
    function TEXT, request_id TEXT, place INTEGER, row TEXT NOT NULL, PRIMARY KEY (function, request_id, place));
"""


class Gateway:
    """The two-way list of numbers of one municipality, in a file of its own. Shared by threads."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._link = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._link.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; {_SCHEMA}")
        self._inward: dict[str, str] = dict(self._link.execute("SELECT person, number FROM numbers"))
        self._outward = {number: person for person, number in self._inward.items()}

    def numbers(self, people: Iterable[str]) -> Mapping[str, str]:
        """宛名番号 → 団体内統合宛名番号, issued where there was none. A text that is no 宛名番号 is absent."""
        wanted = [person for person in dict.fromkeys(people) if _NUMBER.fullmatch(person)]
        with self._lock:
            fresh = {person: _issue(person) for person in wanted if person not in self._inward}
            if fresh:
                self._link.execute("BEGIN IMMEDIATE")
                self._link.executemany("INSERT INTO numbers VALUES (?, ?)", fresh.items())
                self._link.execute("COMMIT")
                self._inward |= fresh
                self._outward |= {number: person for person, number in fresh.items()}
            return {person: self._inward[person] for person in wanted}

    def inward(self, rows: Sequence[Mapping[str, Any]]) -> tuple[list[dict[str, Any]], list[Mapping[str, Any]]]:
        """Rows with numbers swapped, and the rows that cannot be swapped as they came."""
        numbers = self.numbers(str(row.get(PERSON, "")) for row in rows)
        good = [{**row, PERSON: numbers[row[PERSON]]} for row in rows if row.get(PERSON) in numbers]
        return good, [row for row in rows if row.get(PERSON) not in numbers]

    def outward(self, answer: Mapping[str, Any]) -> dict[str, Any]:
        """The same answer with every number of the server swapped back, in lists of lists too."""
        return {key: self._outward.get(one, one) if key == PERSON else self._listed(one) for key, one in answer.items()}

    def keep_back(self, function: str, request_id: str, place: int, row: Mapping[str, str]) -> None:
        """Put a result on the error list of a request: for a row that never went on to the server. The same place again is the same row."""
        with self._lock:
            cells = (function, request_id, place, json.dumps(row, ensure_ascii=False))
            self._link.execute("INSERT OR REPLACE INTO kept_back VALUES (?, ?, ?, ?)", cells)

    def kept_back(self, function: str, request_id: str) -> list[dict[str, str]]:
        """The error list of a request."""
        statement = "SELECT row FROM kept_back WHERE function = ? AND request_id = ? ORDER BY place"
        with self._lock:
            return [json.loads(row) for (row,) in self._link.execute(statement, (function, request_id))]

    def close(self) -> None:
        """Close the file."""
        self._link.close()

    def _listed(self, value: object) -> object:
        if isinstance(value, Mapping):
            return self.outward(value)
        return [self._listed(one) for one in value] if isinstance(value, list) else value


def _issue(person: str) -> str:
    """A number that says nothing of the one that it stands for."""
    return f"7{int(hashlib.sha256(f'gateway:{person}'.encode()).hexdigest(), 16) % 10**14:014d}"
