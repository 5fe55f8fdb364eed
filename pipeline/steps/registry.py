"""Registry (収受): the book of each section and day as PDF in its protected folder, and the hand-over to document management."""

import logging
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Row

from pipeline.alarms import raise_alarm
from pipeline.hub import Hub
from pipeline.printing.glyphs import GlyphMissing
from pipeline.printing.registry_sheet import RegistryDay
from pipeline.protected_files import replace_file
from pipeline.registry import entries_of
from pipeline.registry_files import hand_over, received_today, register, unregistered
from pipeline.section_folders import folder_of

log = logging.getLogger(__name__)


def registry(hub: Hub) -> dict[str, int]:
    """Write the books of the days on which something new was received, then hand over what no hand-over has carried.

    The books come first: an application whose book could not be written is not noted as registered and comes again.
    """
    counts = {"books": 0, "registered": 0, "handed_over": 0}
    with hub.journal.alone(f"registry/{hub.code}") as mine:
        setting = hub.municipality.registry
        new = (received_today(hub) if setting is None else unregistered(hub)) if mine else []
        counts["books"] = sum(write_book(hub, section, day) is not None for section, day in _days_of(new))
        if mine and setting is not None:
            if new:
                register(hub, setting, new)
                counts["registered"] = len(new)
            counts["handed_over"] = hand_over(hub, setting)
    log.info("step_ended", extra={"step": "registry", **counts})
    return counts


def _days_of(rows: Iterable[Row[Any]]) -> list[tuple[str, date]]:
    return sorted({(row.section, date.fromisoformat(row.filed_on)) for row in rows})


def write_book(hub: Hub, section: str, day: date) -> Path | None:
    """Draw the book of a section's day; a reader sees the earlier one or the whole new one. None where a glyph is missing: never a box."""
    entries = entries_of(hub, section, day)
    sheet = RegistryDay(hub.municipality.name, hub.municipality.sections[section].name, day, entries, hub.clock.now())
    target = book_file(hub, section, day)
    try:
        content = sheet.pdf()
    except GlyphMissing:
        with hub.journal.write() as write:
            raise_alarm(hub, write, kind="GLYPH_MISSING", subject=f"{section}/{target.name}")
            write.leaf("registry_held_for_print", section=section, day=day.isoformat())
        return None
    replace_file(target, content)
    return target


def book_file(hub: Hub, section: str, day: date) -> Path:
    """Where the book of a section's day lies."""
    return folder_of(hub, section, restricted=False) / f"受付簿_{day.isoformat()}.pdf"
