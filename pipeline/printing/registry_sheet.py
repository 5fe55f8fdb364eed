"""The book of a day as PDF (受付簿): A4 pages with the boxes of 決裁, in 和暦."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from pipeline.printing.batch import join_pages
from pipeline.printing.sheets import render
from vocabulary.clock import JST
from vocabulary.dates import to_wareki

LINES: Final = 30
"""Lines of a page: each takes one or two rows of print."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the book. number: 収受番号; case: 案件番号, empty when it is the number itself; attachments: how many came."""

    number: str
    case: str
    received_at: datetime
    arrived_at: datetime
    receipt: str
    title: str
    filer: str
    attachments: int


@dataclass(frozen=True, slots=True)
class RegistryDay:
    """What the pages show: one section's day. made_at: when the pages were drawn."""

    municipality: str
    section: str
    day: date
    entries: Sequence[Entry]
    made_at: datetime

    def pdf(self) -> bytes:
        """All pages. Raises GlyphMissing or SheetError as ``sheets.render``."""
        chunks = [self.entries[start : start + LINES] for start in range(0, max(1, len(self.entries)), LINES)]
        return join_pages([render("registry", self._page(number, len(chunks), chunk)) for number, chunk in enumerate(chunks, 1)])

    def _page(self, number: int, pages: int, entries: Sequence[Entry]) -> dict[str, object]:
        return {
            "municipality": self.municipality,
            "section": self.section,
            "day": to_wareki(self.day),
            "made_at": _moment(self.made_at),
            "count": len(self.entries),
            "page": number,
            "pages": pages,
            "entries": [_line(self.day, entry) for entry in entries],
        }


def _line(day: date, entry: Entry) -> list[str]:
    received, arrived = entry.received_at.astimezone(JST), entry.arrived_at.astimezone(JST)
    case = f"案件 {entry.case}" if entry.case else ""
    came = f"{arrived:%H:%M}" if arrived.date() == day else _moment(arrived)
    return [entry.number, f"{received:%H:%M}", entry.receipt, entry.title, entry.filer, came, str(entry.attachments), case]


def _moment(at: datetime) -> str:
    local = at.astimezone(JST)
    return f"{to_wareki(local.date())} {local:%H:%M}"
