"""The business systems' ledgers (正本) as the hub gets them: CSV extracts with their ``.end`` files, and one as a database.

Below ``sandbox/ledgers``: a folder for each ledger with its extracts, ``hoiku.db``, and ``book.json``, the ledgers' own truth.
"""

import csv
import io
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from sandbox.ledger_changes import Book, live_through, people_of
from sandbox.ledger_rows import Row, ledger_rows
from sandbox.town import Town

DATABASE, TABLE, DATABASE_LEDGER = "hoiku.db", "認定台帳", "hoiku"
MORNING, EVENING = "0600", "1800"
NEW, CHANGED, REMOVED = "1", "2", "3"
_DECLARED = Path(__file__).parents[1] / "mappings" / "copies"
_BOOK = "book.json"
_SUNDAY = 6


@dataclass(frozen=True, slots=True)
class Kind:
    """What a business system knows of a kind of copy: its ledger, key and columns, and the items of each layout by its first day."""

    id: str
    ledger: str
    key: tuple[str, ...]
    columns: Mapping[str, str]
    layouts: Mapping[str, tuple[str, ...]]

    def layout_on(self, day: date) -> str:
        """First day of the layout that is valid on the day."""
        return max(first for first in self.layouts if first <= day.isoformat())

    def key_of(self, row: Row) -> str:
        """The key as one text."""
        return " ".join(row[name] for name in self.key)


def read_kinds(folder: Path = _DECLARED) -> Mapping[str, Kind]:
    """The declared kinds by id."""
    return {kind.id: kind for kind in (_kind(file) for file in sorted(folder.glob("*/copy.yaml")))}


def publish_ledgers(folder: Path, town: Town, *, day: date, municipality: str) -> None:
    """Write full extracts of every ledger as of the morning of ``day``, the database, and the book."""
    kinds = read_kinds()
    rows = {name: {kinds[name].key_of(row): row for row in found} for name, found in ledger_rows(town).items()}
    book: Book = {"seed": town.seed, "municipality": municipality, "day": day.isoformat(), "rows": rows, **people_of(town)}
    for kind in kinds.values():
        _hand_over(folder, book, kind, rows[kind.id], {}, stamp=f"{day:%Y%m%d}{MORNING}", full=True)
    _save(folder, book)


def advance(folder: Path, day: date) -> Mapping[str, Mapping[str, int]]:
    """Let the ledgers live through ``day`` and hand over what changed, in the evening: full on Sundays and in a new layout, else a delta.

    folder: ``DIR/sandbox/ledgers``. Gives kind → how many rows are ``new``, ``changed`` and ``removed``. Days are lived through once, in
    order: a day that is not after the last one changes nothing.
    """
    book: Book = json.loads((folder / _BOOK).read_text(encoding="utf-8"))
    last = date.fromisoformat(book["day"])
    if book.get("lived", "") >= day.isoformat() or day < last:
        return {}
    before = json.loads(json.dumps(book["rows"]))
    live_through(book, seed=book["seed"], day=day)
    counts = {}
    for kind in read_kinds().values():
        rows, full = book["rows"][kind.id], day.weekday() == _SUNDAY or kind.layout_on(day) != kind.layout_on(last)
        changes = _changes(before[kind.id], rows)
        told = list(changes.values())
        counts[kind.id] = {"new": told.count(NEW), "changed": told.count(CHANGED), "removed": told.count(REMOVED)}
        _hand_over(folder, book, kind, rows if full else before[kind.id] | rows, changes, stamp=f"{day:%Y%m%d}{EVENING}", full=full)
    _save(folder, book | {"day": day.isoformat(), "lived": day.isoformat()})
    return counts


def truth(folder: Path) -> Mapping[str, Mapping[str, Row]]:
    """Kind → key → the row that the ledger holds now, with the items of all layouts: for tests that compare."""
    rows: Mapping[str, Mapping[str, Row]] = json.loads((folder / _BOOK).read_text(encoding="utf-8"))["rows"]
    return rows


def write_extract(folder: Path, name: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
    """One extract: the file first, then the ``.end`` that says that it is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    listed = list(rows)
    writer.writerows(listed)
    data = text.getvalue().encode("utf-8")
    path = folder / name
    path.write_bytes(data)
    end = {"rows": len(listed), "sha256": sha256(data).hexdigest()}
    path.with_name(f"{name}.end").write_text(json.dumps(end) + "\n", encoding="utf-8")
    return path


def _hand_over(
    folder: Path, book: Book, kind: Kind, rows: Mapping[str, Row], changes: Mapping[str, str], *, stamp: str, full: bool
) -> None:
    if kind.ledger == DATABASE_LEDGER:
        present = {key: row for key, row in rows.items() if changes.get(key) != REMOVED}
        _write_database(folder / DATABASE, kind, book["municipality"], present)
        return
    items = kind.layouts[kind.layout_on(date.fromisoformat(f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}"))]
    header = ["団体コード", *(kind.columns[name] for name in items), *([] if full else ["更新区分"])]
    chosen = sorted(rows) if full else sorted(changes)
    cells = ([book["municipality"], *(rows[key].get(name, "") for name in items), *([] if full else [changes[key]])] for key in chosen)
    name = f"{book['municipality']}_{kind.id}_{'full' if full else 'delta'}_{stamp}.csv"
    write_extract(folder / kind.ledger, name, header, cells)


def _changes(before: Mapping[str, Row], after: Mapping[str, Row]) -> dict[str, str]:
    """Key → 更新区分 of every row that differs."""
    found = {key: NEW if key not in before else CHANGED for key, row in after.items() if before.get(key) != row}
    return found | {key: REMOVED for key in before if key not in after}


def _write_database(path: Path, kind: Kind, municipality: str, rows: Mapping[str, Row]) -> None:
    """The ledger's table with the columns of the newest layout; amounts are numbers, absent values NULL, as a business system has them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = list(kind.columns)
    columns = ", ".join(f'"{kind.columns[name]}" {"INTEGER" if name.endswith("gaku") else "TEXT"}' for name in names)
    with closing(sqlite3.connect(path)) as link, link:
        link.execute(f'DROP TABLE IF EXISTS "{TABLE}"')
        link.execute(f'CREATE TABLE "{TABLE}" ("団体コード" TEXT, {columns})')
        marks = ", ".join("?" * (len(names) + 1))
        cells = [(municipality, *(row.get(name) for name in names)) for _, row in sorted(rows.items())]
        link.executemany(f'INSERT INTO "{TABLE}" VALUES ({marks})', cells)  # noqa: S608  the name of the table is a constant


def _save(folder: Path, book: Book) -> None:
    (folder / _BOOK).write_text(json.dumps(book, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


def _kind(file: Path) -> Kind:
    cells: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506  the base loader makes strings only
    columns = {name: item["column"] for name, item in cells["items"].items()}
    layouts = {layout["valid_from"]: tuple(layout["items"]) for layout in cells["layouts"]}
    return Kind(cells["id"], cells["ledger"], tuple(cells["key"]), columns, layouts)
