"""The full comparison (全件突合): everything that the intermediate server holds of a kind against what its ledger says now.

Independent of what is believed to be accepted there. The server lists by its own numbers, so its records are sorted first, on disk where
they are many.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import func, select

from connectors.intermediate import IntermediateClient
from pipeline.faults import fault_point
from pipeline.hub import Hub
from pipeline.journal.copy_tables import copy_comparisons, copy_extracts, copy_requests
from pipeline.sync import difference_rows
from pipeline.sync.both_sides import compare_sides, server_line
from pipeline.sync.currents import current_lines, current_of
from pipeline.sync.difference_rows import Tally
from pipeline.sync.sealed_lines import LineStore
from pipeline.sync.sorting import sort_lines
from pipeline.sync.window import night_at, night_of, window_of

log = logging.getLogger(__name__)

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison that ended. resolved: differences of earlier comparisons that are gone."""

    kind: str
    tally: Tally
    resolved: int

    @property
    def differences(self) -> int:
        """All that were found."""
        return sum(self.tally.sorts.values())


def compare_kind(hub: Hub, server: IntermediateClient, kind: str) -> Compared | None:
    """Compare one kind and enter what differs; None before its first extract.

    Raises TransientError when the server's copies change meanwhile, PermanentError, EvidenceBroken; then nothing counts as resolved.
    """
    current, declared = current_of(hub, kind), hub.catalogue.copies[kind]
    if current is None:
        return None
    layout, tally = declared.layout(current.layout), Tally()
    scratch = LineStore(hub.root.folder / "copies" / "comparing" / hub.code, hub.sealing)
    scratch.discard_all_but(())
    comparison = difference_rows.begin(hub, kind, layout.version)
    there = (server_line(declared, layout, copy) for copy in server.copies(kind))
    try:
        sides = _here(current_lines(hub, current), tally), _there(sort_lines(there, scratch=scratch), tally)
        found = compare_sides(declared, layout, *sides)
        while batch := list(islice(found, _BATCH)):
            difference_rows.enter(hub, comparison, batch, tally)
            fault_point("copy_comparison.batch_entered")
    finally:
        scratch.discard_all_but(())
    resolved = difference_rows.end(hub, comparison, tally)
    log.info("copy_comparison_ended", extra={"kind": kind, "resolved": resolved, **tally.columns})
    return Compared(kind, tally, resolved)


def stands_still(hub: Hub, kind: str) -> bool:
    """Whether the kind was compared whole in this night, and neither its ledger nor a request has moved since.

    The flow runs every hour of the night; the server's whole list is asked for again only where that may tell something new.
    """
    mine = (copy_comparisons.c.municipality == hub.code, copy_comparisons.c.kind == kind, copy_comparisons.c.ended_at.is_not(None))
    begun = hub.journal.scalar(select(func.max(copy_comparisons.c.begun_at)).where(*mine))
    if begun is None or night_at(window_of(hub), datetime.fromisoformat(begun)).date != night_of(hub):
        return False
    of_kind = (copy_requests.c.municipality == hub.code, copy_requests.c.kind == kind)
    ledger = (copy_extracts.c.municipality == hub.code, copy_extracts.c.ledger == hub.catalogue.copies[kind].ledger)
    moved = (
        select(func.max(copy_requests.c.made_at)).where(*of_kind),
        select(func.max(copy_requests.c.answered_at)).where(*of_kind),
        select(func.max(copy_extracts.c.at)).where(*ledger, copy_extracts.c.state == "taken"),
    )
    return all(moment is None or moment < begun for moment in map(hub.journal.scalar, moved))


def _here(lines: Iterable[bytes], tally: Tally) -> Iterator[bytes]:
    for line in lines:
        tally.here += 1
        yield line


def _there(lines: Iterable[bytes], tally: Tally) -> Iterator[bytes]:
    for line in lines:
        tally.there += 1
        yield line
