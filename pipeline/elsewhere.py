"""Filings that lie elsewhere (他の経路の受付), taken in: the newest full extract of each source, whole or not at all, each once."""

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Row, Table, delete, select

from connectors.filed_elsewhere import CASES, COUNTER_BOOK, CounterFiling, ReceiverCase, account_parts, read_cases, read_counter_book
from connectors.ledgers import ExtractFile, finished_extracts
from mappings.repeats import Traits
from pipeline.alarms import raise_alarm
from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.intake_tables import applications
from pipeline.journal.repeat_tables import counter_book, elsewhere_files, receiver_cases, repeat_marks
from pipeline.repeat_traits import FILING, marks_of, traits_from, write_marks
from pipeline.repeats import CASE, COUNTER, GONE, find_repeats, renew_elsewhere
from pipeline.residents import by_atena
from vocabulary.findings import Finding, Refused

log = logging.getLogger(__name__)

Entry = tuple[dict[str, Any], Traits]
"""The journal's row of a filing, and what tells that another one is the same."""


def take_counter_book(hub: Hub, connection: str) -> dict[str, int]:
    """Take in the newest counter's book. A refused one raises an alarm and leaves what was known."""

    def enter(write: Write, file: ExtractFile) -> int:
        _forget(hub, write, COUNTER, counter_book)
        filings = read_counter_book(file, hub.code, hub.clock.today())
        return _enter(hub, write, COUNTER, counter_book, (_counter_entry(hub, one) for one in filings))

    return _take(hub, connection, COUNTER_BOOK, COUNTER, enter)


def take_cases(hub: Hub, destination: str, connection: str) -> dict[str, int]:
    """Take in the newest cases of a receiving system, as ``take_counter_book``."""

    def enter(write: Write, file: ExtractFile) -> int:
        _forget(hub, write, CASE, receiver_cases, receiver_cases.c.destination == destination)
        cases = read_cases(file, hub.code, hub.clock.today())
        return _enter(hub, write, CASE, receiver_cases, (_case_entry(hub, destination, one) for one in cases))

    return _take(hub, connection, CASES, f"{CASE}/{destination}", enter)


def _take(hub: Hub, connection: str, kind: str, source: str, enter: Callable[[Write, ExtractFile], int]) -> dict[str, int]:
    """The newest full extract, if it is not the one that is known."""
    files = [file for file in finished_extracts(hub.folder(connection)) if file.kind == kind and file.full]
    known = hub.journal.rows(select(elsewhere_files).where(*_of(hub, source)))
    taken = [(row.name, row.digest) for row in known]
    since = max((row.as_of for row in known), default="")
    ahead = [file for file in files if file.lies_ahead(hub.clock.today())]
    for file in ahead:
        _note_refused(hub, source, Finding("LEDGER_FUTURE", file.name))
    newest = next((file for file in reversed(files) if file.stamp >= since and file not in ahead), None)
    if newest is None or (newest.name, newest.sha256) in taken:
        return {"files": 0, "rows": 0, "refused": len(ahead)}
    try:
        with hub.journal.write() as write:
            rows = enter(write, newest)
            _note_taken(hub, write, source, newest, rows)
    except Refused as refused:
        _note_refused(hub, source, refused.finding)
        return {"files": 0, "rows": 0, "refused": len(ahead) + 1}
    return {"files": 1, "rows": rows, "refused": len(ahead)}


def compare_again(hub: Hub, source: str) -> None:
    """Look anew at the applications that share something with what the source holds now; what stands of the others stays."""
    ours, theirs = repeat_marks, repeat_marks.alias("theirs")
    same = (ours.c.municipality == theirs.c.municipality) & (ours.c.trait == theirs.c.trait) & (ours.c.value == theirs.c.value)
    joined = select(ours.c.entry).join(theirs, same).where(ours.c.source == FILING, theirs.c.source == source, ours.c.trait != "period")
    concerned = applications.c.id.in_(joined.where(ours.c.municipality == hub.code))
    standing = applications.c.disposition.not_in(GONE)
    for row in hub.journal.rows(select(applications).where(concerned, standing).order_by(applications.c.arrived_at)):
        _compare(hub, row)


def _compare(hub: Hub, row: Row[Any]) -> None:
    traits = marks_of(hub, FILING, [row.id])[row.id]
    found = find_repeats(hub, row, traits)
    with hub.journal.write() as write:
        if renew_elsewhere(hub, write, row, found):
            write.leaf("repeats_compared", application=row.id, found=len(found))


def _enter(hub: Hub, write: Write, source: str, table: Table, entries: Iterable[Entry]) -> int:
    count = 0
    for values, traits in entries:
        count += 1
        if values["procedure"]:
            write_marks(hub, write, source, write.insert_row(table, values), traits)
    return count


def _forget(hub: Hub, write: Write, source: str, table: Table, *of: Any) -> None:  # noqa: ANN401  SQLAlchemy's own types say no more
    """Forget what was known of a source; the new extract holds all that is still so."""
    old = select(table.c.id).where(table.c.municipality == hub.code, *of)
    marks = (repeat_marks.c.municipality == hub.code) & (repeat_marks.c.source == source) & repeat_marks.c.entry.in_(old)
    write.execute(delete(repeat_marks).where(marks))
    write.execute(delete(table).where(table.c.municipality == hub.code, *of))


def _counter_entry(hub: Hub, one: CounterFiling) -> Entry:
    values = {"number": one.number, "received_on": one.received_on, "channel": one.channel}
    known = {"filer": [one.filer], "child": one.children, "household": [_household(hub, one.filer)]}
    return {**_common(hub, one.procedure), **values}, traits_from(hub, known)


def _case_entry(hub: Hub, destination: str, one: ReceiverCase) -> Entry:
    days = {"received_on": one.received_on, "decided_on": one.decided_on or None}
    values = {"destination": destination, "number": one.number, "receipt": one.receipt, "state": one.state, **days}
    homes = [one.household or _household(hub, one.filer)]
    people: dict[str, Sequence[str]] = {"filer": [one.filer], "child": one.children, "household": homes}
    known = {**people, "account": [account_parts(one.account)], "period": [one.period]}
    return {**_common(hub, one.procedure), **values}, traits_from(hub, known)


def _common(hub: Hub, portal_id: str) -> dict[str, str]:
    """procedure: empty for one that this municipality does not take through the hub."""
    procedure = hub.catalogue.by_portal_id(portal_id)
    taken = procedure is not None and procedure.id in hub.municipality.procedures
    return {"municipality": hub.code, "procedure": procedure.id if procedure and taken else ""}


def _household(hub: Hub, atena: str) -> str:
    resident = by_atena(hub, atena)
    return resident.household if resident else ""


def _of(hub: Hub, source: str) -> tuple[Any, ...]:
    return (elsewhere_files.c.municipality == hub.code, elsewhere_files.c.source == source)


def _note_taken(hub: Hub, write: Write, source: str, file: ExtractFile, rows: int) -> None:
    write.execute(delete(elsewhere_files).where(*_of(hub, source)))
    key = {"municipality": hub.code, "source": source, "name": file.name, "digest": file.sha256, "as_of": file.stamp}
    write.insert_many(elsewhere_files, [{**key, "rows": rows, "loaded_at": hub.clock.now().isoformat()}])
    write.leaf("elsewhere_taken", source=source, name=file.name, digest=file.sha256, rows=rows)


def _note_refused(hub: Hub, source: str, finding: Finding) -> None:
    with hub.journal.write() as write:
        raise_alarm(hub, write, kind="ELSEWHERE_REFUSED", subject=f"{source} {finding.where} {finding.code}")
        write.leaf("elsewhere_refused", source=source, place=finding.where, code=finding.code)
    log.warning("elsewhere_refused", extra={"source": source, "place": finding.where, "code": finding.code})
