"""Attached documents (就労証明書など) read as records beside the application, for the person among its own whom they are about."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, select

from connectors.workbook import Sheet, WorkbookLimits, read_workbook
from mappings.document import Document
from mappings.document_reader import MOST_CELLS, Reading, Remark, cell_name, names_of, read_document
from mappings.document_sheet import Area, SheetView
from mappings.items import Group
from mappings.records import Column, Table
from pipeline.cleaned_copies import cleaned_copies
from pipeline.filing_day import legal_day
from pipeline.hub import Hub
from pipeline.journal.intake_tables import parts, persons
from pipeline.packages import package_of
from pipeline.records import Tables
from pipeline.steps.identify import claim_context
from vocabulary.dates import read_date
from vocabulary.findings import Finding, Refused, Severity
from vocabulary.names import kana_key, same_name

_LIMITS = WorkbookLimits(sheets=32, cells=4 * MOST_CELLS)
_LEAST_LABELS = 5
"""A sheet with fewer labels of the document is another sheet, such as the lists to pick from."""
_MOST_REMARKS = 20

Attached = tuple[Tables, tuple[Finding, ...]]
"""Records of attached documents by group, and what a clerk has to look at."""


@dataclass(frozen=True, slots=True)
class _Found:
    """One document that was read: its definition, the person it is about, what it says."""

    document: Document
    atena: str
    reading: Reading


def read_attached(hub: Hub, row: Row[Any]) -> Attached:
    """The records of an application's attached documents, and what a clerk has to look at; none of it stops the application.

    Only where the procedure waits for a document that could not be read, the last finding holds.
    """
    procedure = hub.procedure(row.procedure)
    definitions = hub.catalogue.documents_of(procedure)
    if not definitions or not _has_any(hub, row, definitions):
        return {}, ()
    found: list[_Found] = []
    findings: list[Finding] = []
    unread: set[str] = set()
    cleaned = cleaned_copies(hub, row)
    for attachment in package_of(hub, row).attachments:
        definition = definitions.get(attachment.document)
        if definition is not None:
            read, told = _read(hub, row, definition, attachment.file, cleaned.get(attachment.file, attachment.data))
            found += read
            findings += told
            unread |= set() if read else {attachment.document}
    needed = {document.code for document in procedure.documents if document.blocks}
    findings += [Finding("DOCUMENT_NEEDED", where=code) for code in sorted(needed & unread)]
    return _tables(hub, row, found), tuple(findings)


def _has_any(hub: Hub, row: Row[Any], definitions: Mapping[str, Document]) -> bool:
    attached = select(parts.c.name).where(parts.c.application == row.id, parts.c.document.in_(list(definitions)))
    return hub.journal.scalar(attached.limit(1)) is not None


def _read(hub: Hub, row: Row[Any], document: Document, file: str, data: bytes) -> tuple[list[_Found], list[Finding]]:
    """Every filled-in sheet of an attachment; what is no workbook, or has none, is left to a clerk."""
    try:
        sheets = list(_filled_in(document, read_workbook(data, file, _LIMITS)))
    except Refused as refused:
        return [], [replace(_remark(file, Remark("DOCUMENT_UNREADABLE", "")), detail=refused.finding.code)]
    if not sheets:
        return [], [_remark(file, Remark("DOCUMENT_UNREADABLE", ""))]
    found: list[_Found] = []
    findings: list[Finding] = []
    for view, formula in sheets:
        items = hub.catalogue.items[document.business]
        reading = read_document(document, view, items=items, codelists=hub.catalogue.codelists, day=legal_day(hub, row).isoformat())
        remarks = [*formula, *reading.remarks][:_MOST_REMARKS]
        if reading.usable:
            atena = _person_of(hub, row, document, reading)
            if atena is None:
                remarks.append(Remark("DOCUMENT_SUBJECT", ""))
            else:
                found.append(_Found(document, atena, reading))
        findings += [_remark(file, remark) for remark in remarks]
    return found, findings


def _remark(file: str, remark: Remark) -> Finding:
    return Finding(remark.code, where=f"{file}: {remark.where}" if remark.where else file, severity=Severity.ALERT)


def _filled_in(document: Document, sheets: Sequence[Sheet]) -> Iterator[tuple[SheetView, list[Remark]]]:
    """The visible sheets that have the document's labels, and a remark when a program's last calculation stands for a value."""
    for sheet in sheets:
        if sheet.hidden or len(sheet.cells) > MOST_CELLS:
            continue
        cells = {(cell.row, cell.column): cell.text for cell in sheet.cells if cell.text.strip()}
        merged = {(one.top, one.left): Area(one.top, one.left, one.bottom, one.right) for one in sheet.merged}
        view = SheetView(cells, merged, names_of(document))
        if len({label.name for label in view.labels}) >= _LEAST_LABELS:
            calculated = [(cell.row, cell.column) for cell in sheet.cells if cell.formula and cell.text]
            yield view, [Remark("DOCUMENT_FORMULA", cell_name(calculated[0]))] if calculated else []


def _person_of(hub: Hub, row: Row[Any], document: Document, reading: Reading) -> str | None:
    """The 宛名番号 of the one person of the application with this birth date and name or kana. None for nobody, or several."""
    subject = document.subject
    listed = hub.journal.rows(select(persons).where(persons.c.application == row.id, persons.c.role.in_(subject.roles)))
    found: set[str | None] = set()
    for person in listed:
        claim = json.loads(hub.sealing.unseal_text(person.claim, context=claim_context(hub.code, row.id, person.role, person.ordinal)))
        birth = read_date(claim["birth"])
        kana = reading.values.get(subject.kana)
        named = same_name(reading.values[subject.name], claim["name"]) or bool(kana and kana_key(kana) == kana_key(claim["kana"] or ""))
        if named and birth is not None and birth.iso == reading.values[subject.birth]:
            found.add(person.atena)
    return found.pop() if len(found) == 1 else None


def _tables(hub: Hub, row: Row[Any], found: Sequence[_Found]) -> Tables:
    """A record for each document and one for each of its rows; groups without records are left out."""
    records: dict[str, list[dict[str, str]]] = {}
    for number, attached in enumerate(found, start=1):
        document = attached.document
        whose = {"uketsukebango": row.receipt, document.number: str(number), document.person: attached.atena}
        records.setdefault(document.group, []).append({**attached.reading.values, **whose})
        for place, values in enumerate(attached.reading.rows, start=1):
            records.setdefault(document.rows.group, []).append({**values, **whose, "renban": str(place)})
    items = {group: declared for one in found for group, declared in hub.catalogue.items[one.document.business].items()}
    return {group: _table(row.id, rows, items[group]) for group, rows in records.items()}


def _table(application: int, rows: Sequence[Mapping[str, str]], group: Group) -> Table:
    columns: dict[str, Column] = {name: [values.get(name) for values in rows] for name in group}
    return Table([application] * len(rows), list(range(1, len(rows) + 1)), columns)
