"""Share documents (きょうだいの書類): a document of one person that is attached to one filing serves every filing that names the person."""

from collections.abc import Sequence

from sqlalchemy import select, update

from mappings.procedure import Document
from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.intake_tables import applications, documents, persons
from pipeline.residents import by_atena
from pipeline.rounds import Filing, seat_of


def share_documents(hub: Hub, write: Write, row: Filing) -> None:
    """Enter into the ledgers what this filing lends to others of its household and round, and what it borrows from them."""
    for document in hub.procedure(row.procedure).documents:
        for other in _served_together(hub, row, document) if document.serves else ():
            _lend(write, document.code, lender=row, borrower=other)
            _lend(write, document.code, lender=other, borrower=row)


def _served_together(hub: Hub, row: Filing, document: Document) -> Sequence[Filing]:
    """Filings of the round, or without rounds of the fiscal year, that name the person whose document it is, filed from one household."""
    if row.restricted:
        return ()
    whose = persons.c.role == document.serves
    mine = select(persons.c.atena).where(whose, persons.c.application == row.id, persons.c.atena.is_not(None))
    named = applications.c.id.in_(select(persons.c.application).where(whose, persons.c.atena.in_(mine)))
    ours = (applications.c.municipality == hub.code) & (applications.c.procedure == row.procedure) & (applications.c.id != row.id)
    open_to_all = applications.c.restricted.is_(False) & (applications.c.disposition != "withdrawn")
    found = hub.journal.rows(select(applications).where(ours, open_to_all, named).order_by(applications.c.arrived_at, applications.c.id))
    return [other for other in found if _term(hub, other) == _term(hub, row) and _household(hub, other) == _household(hub, row)]


def _term(hub: Hub, row: Filing) -> str:
    seat = seat_of(hub, row)
    return seat.round or row.receipt if seat else str(row.filing_year)


def _household(hub: Hub, row: Filing) -> str:
    filer = persons.c.role == hub.procedure(row.procedure).filer
    atena = hub.journal.scalar(select(persons.c.atena).where(filer, persons.c.application == row.id))
    resident = by_atena(hub, atena) if atena else None
    return resident.household if resident else row.receipt


def _lend(write: Write, code: str, *, lender: Filing, borrower: Filing) -> None:
    """The borrower's ledger shows the document as received, and where it lies, unless it has come there itself or need not come."""
    entry = (documents.c.document == code) & (documents.c.application == lender.id)
    if write.read(select(documents.c.state).where(entry, documents.c.state == "received", documents.c.lies_at.is_(None))).first() is None:
        return
    lent = {"way": "electronic", "state": "received", "lies_at": lender.receipt}
    if write.insert_new(documents, {"application": borrower.id, "document": code, **lent}):
        changed = 1
    else:
        owed = (documents.c.application == borrower.id) & (documents.c.document == code) & (documents.c.state == "owed")
        changed = write.execute(update(documents).where(owed).values(**lent)).rowcount
    if changed:
        write.leaf("document_shared", application=borrower.id, document=code, lies_with=lender.id)
