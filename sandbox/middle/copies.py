"""The copies (副本) of the server: registered, changed and deleted record by record when a file is worked off, listed page by page."""

import json
import math
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.middle.kinds import PERSON, Kind, Layout
from sandbox.middle.persons import Persons
from sandbox.middle.requests import Body
from sandbox.middle.store import Store, note

PAGE = 500
REGISTER, CHANGE, DELETE = "1", "2", "3"
_EFFECTS: Mapping[str, str] = {REGISTER: "copy_registered", CHANGE: "copy_changed", DELETE: "copy_deleted"}
_SEPARATOR = "\x1f"
OK = "OK"


@dataclass(frozen=True, slots=True)
class _Record:
    """One row of a file, its key as the server files it."""

    kind: Kind
    layout: Layout
    cells: Mapping[str, str]

    @property
    def key(self) -> str:
        return _SEPARATOR.join((self.cells[PERSON], *(self.cells[name] for name in self.kind.key)))

    @property
    def values(self) -> dict[str, str]:
        return {name: self.cells[name] for name in self.layout.items}

    def fault(self) -> str:
        """The code of the first item that does not fit; empty when all do. A deletion needs its key only."""
        names = self.kind.key if self.cells["operation"] == DELETE else self.layout.items
        return next((f"ITEM_INVALID:{name}" for name in names if not self.kind.items[name].holds(self.cells[name])), "")


class Copies:
    """All copies of a municipality."""

    def __init__(self, store: Store, kinds: Mapping[str, Kind], persons: Persons, now: Callable[[], datetime]) -> None:
        self._store = store
        self._kinds = kinds
        self._persons = persons
        self._now = now

    def work_off(self, link: sqlite3.Connection, request_id: str, body: Body) -> Body:
        """Carry out a whole file (DBM 20113) and return the result of each record."""
        kind = self._kinds[body["kind"]]
        layout = kind.layouts.get(body["layout"])
        parts = link.execute("SELECT rows FROM parts WHERE request_id = ? ORDER BY part", (request_id,)).fetchall()
        rows = [row for part in parts for row in json.loads(part["rows"])]
        valid = layout is not None and layout.valid_from <= self._now().date() <= layout.valid_until
        seen: set[str] = set()
        results = []
        for place, cells in enumerate(rows, 1):
            planned = _planned(body.get("partial", {}), place)
            if layout is None or not valid:
                code = "LAYOUT_INVALID"
            elif cells["recordid"] in seen or not cells["recordid"]:
                code = "ITEM_INVALID:recordid"
            else:
                code = planned or self._apply(link, request_id, _Record(kind, layout, cells))
            seen.add(cells["recordid"])
            results.append({"recordId": cells["recordid"], "result": OK if code == OK else "NG", "code": code})
        return {"rows": results}

    def _apply(self, link: sqlite3.Connection, request_id: str, record: _Record) -> str:
        operation = record.cells["operation"]
        if operation not in _EFFECTS:
            return "ITEM_INVALID:operation"
        if not self._persons.has_code(link, record.cells[PERSON]):
            return "CODE_NOT_OBTAINED"
        fault = record.fault()
        if fault:
            return fault
        there = link.execute("SELECT 1 FROM copies WHERE kind = ? AND key = ?", (record.kind.id, record.key)).fetchone() is not None
        if there and operation == REGISTER:
            return "ALREADY_EXISTS"
        if not there and operation != REGISTER:
            return "NOT_FOUND"
        if operation == DELETE:
            link.execute("DELETE FROM copies WHERE kind = ? AND key = ?", (record.kind.id, record.key))
        else:
            self._keep(link, record)
        key = f"{request_id}/{record.cells['recordid']}"
        note(link, _EFFECTS[operation], key, kind=record.kind.id, layout=record.layout.version)
        return OK

    def _keep(self, link: sqlite3.Connection, record: _Record) -> None:
        cells = json.dumps(record.values, ensure_ascii=False)
        row = (record.kind.id, record.key, record.cells[PERSON], record.layout.version, self._now().isoformat(), cells)
        link.execute("INSERT OR REPLACE INTO copies VALUES (?, ?, ?, ?, ?, ?)", row)

    def page(self, kind: str, number: int) -> Body:
        """One page of the copies of a kind (DBM 30312), by the server's own key; pages count from 1."""
        (count,) = self._store.rows("SELECT count(*) AS n FROM copies WHERE kind = ?", kind)
        statement = "SELECT * FROM copies WHERE kind = ? ORDER BY key LIMIT ? OFFSET ?"
        rows = self._store.rows(statement, kind, PAGE, (number - 1) * PAGE)
        return {"total": count["n"], "page": number, "pages": max(1, math.ceil(count["n"] / PAGE)), "items": [_listed(row) for row in rows]}

    def all(self, kind: str) -> list[dict[str, Any]]:
        """Every copy of a kind."""
        return [_listed(row) for row in self._store.rows("SELECT * FROM copies WHERE kind = ? ORDER BY key", kind)]

    def of_person(self, link: sqlite3.Connection, number: str) -> list[dict[str, Any]]:
        """What the portal shows of a person (自己情報): kind, title, and the shown items by label; unfilled items are left out."""
        found = []
        for row in link.execute("SELECT * FROM copies WHERE number = ? ORDER BY kind, key", (number,)):
            kind, cells = self._kinds.get(row["kind"]), json.loads(row["cells"])
            if kind is not None:
                labelled = [(kind.items[name].label, value) for name, value in cells.items() if name in kind.items and value]
                values = [{"label": label, "value": value} for label, value in labelled if label]
                found.append({"kind": kind.id, "title": kind.title, "updatedAt": row["updated_at"], "values": values})
        return found

    def plant(self, kind: str, number: str, cells: Mapping[str, str] | None, layout: str, updated_at: str) -> None:
        """Put a copy there, or take all copies of a kind from a person (``cells`` None), past all checks: for tests of the comparison."""
        with self._store.change() as link:
            if cells is None:
                link.execute("DELETE FROM copies WHERE kind = ? AND number = ?", (kind, number))
                return
            key = _SEPARATOR.join((number, *(cells[name] for name in self._kinds[kind].key)))
            row = (kind, key, number, layout, updated_at, json.dumps(dict(cells), ensure_ascii=False))
            link.execute("INSERT OR REPLACE INTO copies VALUES (?, ?, ?, ?, ?, ?)", row)


def _planned(partial: Mapping[str, str], place: int) -> str:
    """The code that a script gives to every n-th record of a file; empty for the others."""
    every = int(partial.get("every", "0"))
    return partial["code"] if every and place % every == 0 else ""


def _listed(row: sqlite3.Row) -> dict[str, Any]:
    return {PERSON: row["number"], "layout": row["layout"], "updatedAt": row["updated_at"], "values": json.loads(row["cells"])}
