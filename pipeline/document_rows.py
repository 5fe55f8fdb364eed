"""What the 審査票 says of attached documents that were read (就労証明書), beside what the form says of the same person."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Row, select

from mappings.document import Document
from mappings.procedure import Procedure
from pipeline.finding_places import role_title
from pipeline.hub import Hub
from pipeline.journal.intake_tables import persons
from pipeline.printing.case_sheet import ItemRow
from pipeline.records import Tables
from vocabulary.dates import read_date, to_wareki

NOT_WRITTEN = "記載なし"


def document_rows(hub: Hub, row: Row[Any], tables: Tables) -> Iterator[ItemRow]:
    """For each document a line for every item that the form has too, and one for what else it says."""
    procedure = hub.procedure(row.procedure)
    for document in hub.catalogue.documents_of(procedure).values():
        about = persons.c.role.in_(document.subject.roles)
        people = {person.atena: person for person in hub.journal.rows(select(persons).where(persons.c.application == row.id, about))}
        table = tables.get(document.group)
        for place in range(len(table.application)) if table else ():
            values = {name: column[place] for name, column in table.columns.items()} if table else {}
            person = people[values[document.person]]
            whose = role_title(procedure, person.role, person.ordinal)
            for ours, theirs in document.beside.items():
                form = _of_person(tables, document, values[document.person], theirs)
                title = hub.catalogue.items[procedure.business][document.group][ours].title
                yield ItemRow(f"{whose} {title}", f"申請書 {form or NOT_WRITTEN} ／ {document.title} {values[ours] or NOT_WRITTEN}")
            yield ItemRow(f"{whose} {document.title}", "、".join(_shown(hub, procedure, document, values)))


def _of_person(tables: Tables, document: Document, atena: str | None, item: str) -> str | None:
    """The item of the person's own record of the form."""
    for group, table in tables.items():
        if group not in document.groups and {document.person, item} <= set(table.columns):
            found = [value for owner, value in zip(table.columns[document.person], table.columns[item], strict=True) if owner == atena]
            if found:
                return found[0]
    return None


def _shown(hub: Hub, procedure: Procedure, document: Document, values: Mapping[str, str | None]) -> Iterator[str]:
    for name in document.shown:
        item, value = hub.catalogue.items[procedure.business][document.group][name], values[name]
        if value:
            names = hub.catalogue.codelists[item.code].valid_on(hub.clock.today().isoformat()) if item.code else {}
            day = read_date(value) if item.type == "DATE" else None
            yield f"{item.title} {to_wareki(day) if day else names.get(value, value)}"
