"""Layouts that the intermediate server announced (レイアウト版), beside those that the copies are declared in."""

import json
from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import select

from connectors.intermediate_records import AnnouncedLayout
from pipeline.hub import Hub
from pipeline.journal.server_tables import server_masters


def layouts_differing(hub: Hub, announced: Iterable[AnnouncedLayout]) -> Mapping[str, str]:
    """Kinds of copies whose declared layout of today is not the one that the server takes, each with "declared/taken" ("-" for none)."""
    today = hub.clock.today()
    kinds = hub.municipality.copies.kinds if hub.municipality.copies else ()
    listed = list(announced)
    found: dict[str, str] = {}
    for name in kinds:
        declared, taken = hub.catalogue.copies[name].layout_on(today), _taken(listed, name, today)
        if declared is None or declared.version != taken:
            found[name] = f"{declared.version if declared else '-'}/{taken or '-'}"
    return found


def layout_agrees(hub: Hub, kind: str) -> bool:
    """Whether the server, as it said last, takes the layout that is declared for today. Without a word of the server it does not."""
    row = next(iter(hub.journal.rows(select(server_masters).where(server_masters.c.municipality == hub.code))), None)
    if row is None:
        return False
    announced = (AnnouncedLayout(name, version, date.fromisoformat(first)) for name, version, first in json.loads(row.layouts))
    return kind not in layouts_differing(hub, announced)


def _taken(announced: Iterable[AnnouncedLayout], kind: str, day: date) -> str:
    """The version that the server takes on a day; empty for none."""
    begun = [layout for layout in announced if layout.kind == kind and layout.valid_from <= day]
    return max(begun, key=lambda layout: layout.valid_from).version if begun else ""
