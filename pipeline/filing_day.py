"""The day that counts as a filing's (請求日): the municipality sets which arrival; a correction (補正) keeps the first filing's."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select

from pipeline.hub import Hub
from pipeline.journal.intake_tables import applications, persons


@dataclass(frozen=True, slots=True)
class FilingDay:
    """day: 請求日. first: 受付番号 of the filing whose day it is, empty when it is the application's own.

    unfounded: the application names a 前回受付番号 that is no earlier filing of the same person and procedure.
    """

    day: date
    first: str = ""
    unfounded: bool = False


def legal_day(hub: Hub, row: Row[Any]) -> date:
    """The day alone."""
    return filing_day(hub, row).day


def filing_day(hub: Hub, row: Row[Any]) -> FilingDay:
    """The day of an application; of a correction the day of the filing that it corrects, however many lie between.

    Whoever files later under somebody else's 受付番号 gains nothing: the person who files must be the same.
    """
    first = first_filing(hub, row)
    unfounded = bool(row.previous_receipt) and first is row
    return FilingDay(_own_day(hub, first), "" if first is row else first.receipt, unfounded)


def first_filing(hub: Hub, row: Row[Any]) -> Row[Any]:
    """The filing that a chain of corrections began with; the application itself where it corrects none."""
    return (row, *corrected_filings(hub, row))[-1]


def corrected_filings(hub: Hub, row: Row[Any]) -> list[Row[Any]]:
    """The filings that an application corrects, the newest first, however many lie between; none where it corrects none."""
    found: list[Row[Any]] = []
    while (corrected := _corrected(hub, found[-1] if found else row)) is not None:
        found.append(corrected)
    return found


def _own_day(hub: Hub, row: Row[Any]) -> date:
    counts = hub.enabled(row.procedure).legal_day or hub.municipality.legal_day
    return datetime.fromisoformat(row.arrived_at if counts == "arrival" else row.department_at).date()


def _corrected(hub: Hub, row: Row[Any]) -> Row[Any] | None:
    """The filing that ``row`` corrects, if it names one; a withdrawn one has lost its day."""
    if not row.previous_receipt:
        return None
    filer = hub.procedure(row.procedure).filer
    filed_by = (persons.c.role == filer) & (persons.c.ordinal == 1)
    me = select(persons.c.atena).where(filed_by, persons.c.application == row.id).scalar_subquery()
    same_person = applications.c.id.in_(select(persons.c.application).where(filed_by, persons.c.atena == me))
    same = (applications.c.municipality == hub.code) & (applications.c.procedure == row.procedure)
    named = (applications.c.receipt == row.previous_receipt) & (applications.c.disposition != "withdrawn")
    before = applications.c.arrived_at < row.arrived_at
    statement = select(applications).where(same, named, before, same_person)
    return next(iter(hub.journal.rows(statement.order_by(applications.c.version, applications.c.id))), None)
