"""Attached documents (就労証明書など) read as records beside the application, for the person among its own whom they are about."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from connectors.workbook import Sheet, WorkbookLimits, read_workbook
from mappings.catalogue import Catalogue
from mappings.document import Document
from mappings.document_reader import MOST_CELLS, Reading, Remark, cell_name, names_of, read_document
from mappings.document_sheet import Area, SheetView
from mappings.items import Group
from mappings.procedure import Procedure
from mappings.records import Column, Table
from vocabulary.dates import read_date
from vocabulary.findings import Finding, Refused, Severity
from vocabulary.names import kana_key, same_name

_LIMITS = WorkbookLimits(sheets=32, cells=4 * MOST_CELLS)
_LEAST_LABELS = 5
"""A sheet with fewer labels of the document is another sheet, such as the lists to pick from."""
_MOST_REMARKS = 20

Attached = tuple[dict[str, Table], tuple[Finding, ...]]
"""Records of attached documents by group, and what a clerk has to look at."""


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file of an application. document: 書類コード. name: its place in the package."""

    document: str
    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """A person whom the form names; birth: as the form has it. atena: None while nobody knows it."""

    role: str
    atena: str | None
    name: str = field(repr=False)
    kana: str = field(repr=False)
    birth: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Desk:
    """What the reading of one application needs. day: ISO, on which codes must be valid."""

    catalogue: Catalogue
    procedure: Procedure
    application: int
    receipt: str
    day: str
    people: Sequence[NamedPerson]


@dataclass(frozen=True, slots=True)
class _Found:
    """One document that was read: its definition, the person it is about, what it says."""

    document: Document
    atena: str
    reading: Reading


def read_files(desk: Desk, files: Sequence[AttachedFile]) -> Attached:
    """The records of an application's attached documents, and what a clerk has to look at; none of it stops the application.

    Only where the procedure waits for a document that could not be read, the last finding holds.
    """
    definitions = desk.catalogue.documents_of(desk.procedure)
    found: list[_Found] = []
    findings: list[Finding] = []
    unread: set[str] = set()
    for file in files:
        if file.document in definitions:
            read, told = _read(desk, definitions[file.document], file)
            # The same sheet attached twice is one document.
            found += [one for one in read if one not in found]
            findings += told
            unread |= set() if read else {file.document}
    needed = {document.code for document in desk.procedure.documents if document.blocks}
    findings += [Finding("DOCUMENT_NEEDED", where=code) for code in sorted(needed & unread)]
    return _tables(desk, found), tuple(findings)


def _read(desk: Desk, document: Document, file: AttachedFile) -> tuple[list[_Found], list[Finding]]:
    """Every filled-in sheet of an attachment; what is no workbook, or has none, is left to a clerk."""
    try:
        sheets = list(_filled_in(document, read_workbook(file.data, file.name, _LIMITS)))
    except Refused as refused:
        return [], [replace(_remark(file.name, Remark("DOCUMENT_UNREADABLE", "")), detail=refused.finding.code)]
    if not sheets:
        return [], [_remark(file.name, Remark("DOCUMENT_UNREADABLE", ""))]
    found: list[_Found] = []
    findings: list[Finding] = []
    for view, formula in sheets:
        items = desk.catalogue.items[document.business]
        reading = read_document(document, view, items=items, codelists=desk.catalogue.codelists, day=desk.day)
        remarks = [*formula, *reading.remarks][:_MOST_REMARKS]
        if reading.usable:
            atena = _person_of(desk, document, reading)
            if atena is None:
                remarks.append(Remark("DOCUMENT_SUBJECT", ""))
            else:
                found.append(_Found(document, atena, reading))
        findings += [_remark(file.name, remark) for remark in remarks]
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


def _person_of(desk: Desk, document: Document, reading: Reading) -> str | None:
    """The 宛名番号 of the one person of the application with this birth date and name or kana. None for nobody, or several."""
    subject = document.subject
    name, kana, birth = (reading.values.get(item, "") for item in (subject.name, subject.kana, subject.birth))
    found: set[str | None] = set()
    for person in (one for one in desk.people if one.role in subject.roles):
        day = read_date(person.birth)
        named = same_name(name, person.name) or bool(kana and kana_key(kana) == kana_key(person.kana))
        if named and day is not None and day.iso == birth:
            found.add(person.atena)
    return found.pop() if len(found) == 1 else None


def _tables(desk: Desk, found: Sequence[_Found]) -> dict[str, Table]:
    """A record for each document and one for each of its rows; groups without records are left out."""
    records: dict[str, list[dict[str, str]]] = {}
    for number, attached in enumerate(found, start=1):
        document = attached.document
        whose = {"uketsukebango": desk.receipt, document.number: str(number), document.person: attached.atena}
        records.setdefault(document.group, []).append({**attached.reading.values, **whose})
        for place, values in enumerate(attached.reading.rows, start=1):
            records.setdefault(document.rows.group, []).append({**values, **whose, "renban": str(place)})
    items = {group: declared for one in found for group, declared in desk.catalogue.items[one.document.business].items()}
    return {group: _table(desk.application, rows, items[group]) for group, rows in records.items()}


def _table(application: int, rows: Sequence[Mapping[str, str]], group: Group) -> Table:
    columns: dict[str, Column] = {name: [values.get(name) for values in rows] for name in group}
    return Table([application] * len(rows), list(range(1, len(rows) + 1)), columns)
