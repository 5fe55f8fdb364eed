"""Files of a stored application that are read as documents (添付書類), with the people whom its form names."""

import json
from typing import Any

from sqlalchemy import Row, select

from pipeline.attached_documents import Attached, AttachedFile, Desk, NamedPerson, read_files
from pipeline.cleaned_copies import cleaned_copies
from pipeline.filing_day import legal_day
from pipeline.hub import Hub
from pipeline.journal.intake_tables import parts, persons
from pipeline.outside_people import claim_context
from pipeline.packages import package_of


def read_attached(hub: Hub, row: Row[Any]) -> Attached:
    """Read the attached documents of a stored application, as clerks see them: the scanner gate's copy where it made one."""
    procedure = hub.procedure(row.procedure)
    codes = list(hub.catalogue.documents_of(procedure))
    attached = select(parts.c.name).where(parts.c.application == row.id, parts.c.document.in_(codes))
    if not codes or hub.journal.scalar(attached.limit(1)) is None:
        return {}, ()
    cleaned = cleaned_copies(hub, row)
    listed = package_of(hub, row).attachments
    files = [AttachedFile(one.document, one.file, cleaned.get(one.file, one.data)) for one in listed]
    day = legal_day(hub, row).isoformat()
    return read_files(Desk(hub.catalogue, procedure, row.id, row.receipt, day, _people(hub, row)), files)


def _people(hub: Hub, row: Row[Any]) -> list[NamedPerson]:
    found = []
    for person in hub.journal.rows(select(persons).where(persons.c.application == row.id)):
        claim = json.loads(hub.sealing.unseal_text(person.claim, context=claim_context(hub.code, row.id, person.role, person.ordinal)))
        found.append(NamedPerson(person.role, person.atena, claim["name"], claim["kana"] or "", claim["birth"]))
    return found
