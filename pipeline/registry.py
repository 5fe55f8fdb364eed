"""The registry (受付簿): what a section received on a day, in the order of its 収受番号."""

import json
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select

from pipeline.case_numbers import case_number, filing_number
from pipeline.hub import Hub
from pipeline.journal.intake_tables import applications, parts, persons
from pipeline.outside_people import claim_context
from pipeline.printing.registry_sheet import Entry

APART = "（別途管理）"
"""Stands for everything that tells who filed, where a protected person (支援措置) is named."""
UNKNOWN = "－"
"""Stands for a filer nobody has read yet: the package did not open."""


def entries_of(hub: Hub, section: str, day: date) -> list[Entry]:
    """The lines of a section's day. A case that is kept apart has its number, and nothing that tells who filed what."""
    of_day = (applications.c.section == section) & (applications.c.filed_on == day.isoformat())
    ordered = select(applications).where(applications.c.municipality == hub.code, of_day)
    rows = hub.journal.rows(ordered.order_by(applications.c.filing_year, applications.c.filing_number))
    narrow = hub.municipality.sections[section].access == "narrow"
    return [_entry(hub, row, apart=row.restricted and not narrow) for row in rows]


def _entry(hub: Hub, row: Row[Any], *, apart: bool) -> Entry:
    own, case = filing_number(row), case_number(hub, row)
    attached = select(parts.c.name).where(parts.c.application == row.id, parts.c.kind == "attachment")
    return Entry(
        number=own,
        case="" if case == own else case,
        received_at=datetime.fromisoformat(row.department_at),
        arrived_at=datetime.fromisoformat(row.arrived_at),
        receipt=APART if apart else row.receipt,
        title=APART if apart else hub.procedure(row.procedure).title,
        filer=APART if apart else _filer(hub, row),
        attachments=len(hub.journal.rows(attached)),
    )


def _filer(hub: Hub, row: Row[Any]) -> str:
    role = hub.procedure(row.procedure).filer
    claimed = select(persons.c.claim).where(persons.c.application == row.id, persons.c.role == role, persons.c.ordinal == 1)
    claim = hub.journal.scalar(claimed)
    if claim is None:
        return UNKNOWN
    values = json.loads(hub.sealing.unseal_text(claim, context=claim_context(hub.code, row.id, role, 1)))
    return str(values["name"])
