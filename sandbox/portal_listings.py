"""What the portal stand-in has to offer: the rows of ``portal/listings.jsonl`` and which of them are to be seen at a moment."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Listing:
    """One row: a version of an application. ``listed_version``: the version that the list names, where it lags behind the ZIP."""

    receipt: str
    procedure: str
    version: int
    arrived_at: str
    zip: Path
    appears_after_fetch: bool
    withdrawn: bool
    listed_version: int

    def item(self) -> dict[str, Any]:
        """The row as the interface lists it."""
        return {
            "receiptNumber": self.receipt,
            "procedureId": self.procedure,
            "version": self.listed_version,
            "arrivedAt": self.arrived_at,
        }


class Listings:
    """The rows of the file, read again when the file changes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stamp: tuple[int, int] | None = None
        self._rows: list[Listing] = []

    def seen(self, fetched: Collection[str], withdrawn: Collection[str]) -> list[Listing]:
        """One row for each receipt number, newest arrival first: its newest version, once that has appeared.

        One that was withdrawn after it was fetched stays in the list, marked so.
        """
        newest: dict[str, Listing] = {}
        for row in self._read():
            hidden = row.receipt not in fetched and (row.receipt in withdrawn or row.appears_after_fetch)
            if not hidden and (row.receipt not in newest or newest[row.receipt].version < row.version):
                newest[row.receipt] = row
        return sorted(newest.values(), key=lambda row: (row.arrived_at, row.receipt), reverse=True)

    def knows(self, receipt: str) -> bool:
        """Whether the receipt number ever stood in the list."""
        return any(row.receipt == receipt for row in self._read())

    def _read(self) -> list[Listing]:
        file = self._folder / "listings.jsonl"
        if not file.exists():
            return []
        state = file.stat()
        stamp = (state.st_mtime_ns, state.st_size)
        if stamp != self._stamp:
            self._rows = [self._row(json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]
            self._stamp = stamp
        return self._rows

    def _row(self, cells: dict[str, Any]) -> Listing:
        return Listing(
            receipt=cells["receipt"],
            procedure=cells["procedure"],
            version=cells["version"],
            arrived_at=cells["arrived_at"],
            zip=self._folder / cells["zip"],
            appears_after_fetch=cells.get("appears") == "after_first_fetch",
            withdrawn=cells.get("withdrawn") == "before_fetch",
            listed_version=cells.get("listed_version") or cells["version"],
        )
