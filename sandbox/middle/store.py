"""What the intermediate server keeps (情報提供DB and its request books): one SQLite file, and an outbox for the journal of effects.

A change and the effects that it has are one transaction; the journal is written afterwards, and on start whatever a kill kept from it.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.journals import Journals

SYSTEM = "middle"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS persons (
    number TEXT PRIMARY KEY, code_from TEXT NOT NULL, nondisclosure TEXT NOT NULL DEFAULT '0', autoresponse_off TEXT NOT NULL DEFAULT '0');
CREATE TABLE IF NOT EXISTS copies (
    kind TEXT, key TEXT, number TEXT NOT NULL, layout TEXT NOT NULL, updated_at TEXT NOT NULL, cells TEXT NOT NULL,
    PRIMARY KEY (kind, key));
CREATE TABLE IF NOT EXISTS requests (
    place INTEGER PRIMARY KEY, function TEXT NOT NULL, request_id TEXT NOT NULL, digest TEXT NOT NULL, body TEXT NOT NULL,
    complete INTEGER NOT NULL, held_until TEXT NOT NULL, asked INTEGER NOT NULL DEFAULT 0, answer TEXT, UNIQUE (function, request_id));
CREATE TABLE IF NOT EXISTS parts (
    request_id TEXT, part INTEGER, digest TEXT NOT NULL, rows TEXT NOT NULL, PRIMARY KEY (request_id, part));
CREATE TABLE IF NOT EXISTS inquiries (inquiry_id TEXT PRIMARY KEY, sequence TEXT NOT NULL, result TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS exchanges (sequence TEXT PRIMARY KEY, cells TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS resident_requests (request_number TEXT PRIMARY KEY, number TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS stops (starts TEXT NOT NULL, ends TEXT NOT NULL, source TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS effects (place INTEGER PRIMARY KEY, effect TEXT NOT NULL, key TEXT NOT NULL, fields TEXT NOT NULL);
"""


class Store:
    """The server's database. Shared by threads, which wait for one another."""

    def __init__(self, path: Path, journals: Journals) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._journals = journals
        self._lock = threading.RLock()
        self._link = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._link.row_factory = sqlite3.Row
        self._link.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; {_SCHEMA}")
        self._journalled = max((int(entry["place"]) for entry in journals.effects.before if entry["system"] == SYSTEM), default=0)
        self._write_journal()

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of the block or nothing; its effects are journalled when it is safe."""
        with self._lock:
            self._link.execute("BEGIN IMMEDIATE")
            try:
                yield self._link
            except BaseException:
                self._link.execute("ROLLBACK")
                raise
            self._link.execute("COMMIT")
            self._write_journal()

    def rows(self, statement: str, *values: object) -> list[sqlite3.Row]:
        """What a query answers."""
        with self._lock:
            return self._link.execute(statement, values).fetchall()

    def _write_journal(self) -> None:
        found = self.rows("SELECT * FROM effects WHERE place > ? ORDER BY place", self._journalled)
        if not found:
            return
        entries = ({"effect": one["effect"], "key": one["key"], "place": one["place"], **json.loads(one["fields"])} for one in found)
        self._journals.effects.append(*({"system": SYSTEM, **entry} for entry in entries))
        self._journalled = int(found[-1]["place"])


def note(link: sqlite3.Connection, effect: str, key: str, **fields: object) -> None:
    """Record a change of the outside world within a transaction. ``key``, ``fields``: numbers of requests, codes; no resident's value."""
    link.execute("INSERT INTO effects (effect, key, fields) VALUES (?, ?, ?)", (effect, key, json.dumps(fields, ensure_ascii=False)))
