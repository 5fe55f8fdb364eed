"""Expected filings (提出対象者): who has to file a 現況届, taken in from extracts, and which filing came of each."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row, select, update

from connectors.expected_people import ExpectedPerson, read_expected
from connectors.ledgers import ExtractFile, finished_extracts
from pipeline.alarms import raise_alarm
from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.expected_tables import expected_files, expected_filings
from pipeline.journal.intake_tables import applications, persons
from pipeline.journal.repeat_tables import counter_book, repeat_marks
from vocabulary.findings import Finding, Refused

log = logging.getLogger(__name__)

GONE = ("settled", "withdrawn")
Key = tuple[str, str, str]
"""Procedure, keyed hash of a person, keyed hash of a period."""


def sealed_context(municipality: str, procedure: str, period: str, person: str) -> str:
    """The place that the sealed 宛名番号 of an expected filing belongs to."""
    return f"expected/{municipality}/{procedure}/{period}/{person}"


def atena_of(hub: Hub, row: Row[Any]) -> str:
    """The 宛名番号 of an expected filing."""
    return hub.sealing.unseal_text(row.sealed, context=sealed_context(hub.code, row.procedure, row.period, row.person))


def expected_rows(hub: Hub) -> list[Row[Any]]:
    """Everybody who was ever expected, in the order of entry."""
    return hub.journal.rows(select(expected_filings).where(expected_filings.c.municipality == hub.code).order_by(expected_filings.c.id))


def take_extracts(hub: Hub) -> dict[str, int]:
    """Take in the newest extract of each declared procedure; a refused one raises an alarm and leaves what was known."""
    counts = {"files": 0, "rows": 0, "refused": 0}
    for procedure, setting in hub.municipality.expected.items():
        files = [one for one in finished_extracts(hub.folder(setting.connection)) if one.kind == procedure and one.full]
        ahead = [file for file in files if file.lies_ahead(hub.clock.today())]
        for file in ahead:
            _note_refused(hub, Finding("LEDGER_FUTURE", file.name))
        counts["refused"] += len(ahead)
        newest = next((file for file in reversed(files) if file not in ahead), None)
        if newest is None or _is_known(hub, newest):
            continue
        try:
            counts["rows"] += _take(hub, procedure, newest)
            counts["files"] += 1
        except Refused as refused:
            _note_refused(hub, refused.finding)
            counts["refused"] += 1
    return counts


def _is_known(hub: Hub, file: ExtractFile) -> bool:
    same = (expected_files.c.municipality == hub.code) & (expected_files.c.name == file.name) & (expected_files.c.digest == file.sha256)
    return bool(hub.journal.rows(select(expected_files.c.name).where(same)))


def _take(hub: Hub, procedure: str, file: ExtractFile) -> int:
    people = read_expected(file, hub.code)
    with hub.journal.write() as write:
        ours = (expected_filings.c.municipality == hub.code) & (expected_filings.c.procedure == procedure)
        # Who no longer stands in the extract does not have to file; what came of them stays known.
        periods = sorted({person.period for person in people})
        write.execute(update(expected_filings).where(ours, expected_filings.c.period.in_(periods)).values(listed=False))
        for person in people:
            _enter(hub, write, procedure, person)
        key = {"municipality": hub.code, "kind": "extract", "name": file.name, "digest": file.sha256}
        write.insert_new(expected_files, {**key, "rows": len(people), "loaded_at": hub.clock.now().isoformat()})
        write.leaf("expected_filings_taken", procedure=procedure, name=file.name, digest=file.sha256, rows=len(people))
    return len(people)


def _enter(hub: Hub, write: Write, procedure: str, person: ExpectedPerson) -> None:
    index = hub.index(person.atena, "expected")
    key = {"municipality": hub.code, "procedure": procedure, "period": person.period, "person": index}
    sealed = hub.sealing.seal_text(person.atena, context=sealed_context(hub.code, procedure, person.period, index))
    if not write.insert_new(expected_filings, {**key, "sealed": sealed, "listed": True}):
        same = [expected_filings.c[column] == value for column, value in key.items()]
        write.execute(update(expected_filings).where(*same).values(listed=True))


def _note_refused(hub: Hub, finding: Finding) -> None:
    with hub.journal.write() as write:
        raise_alarm(hub, write, kind="EXPECTED_REFUSED", subject=f"{finding.where} {finding.code}")
        write.leaf("expected_filings_refused", place=finding.where, code=finding.code)
    log.warning("expected_filings_refused", extra={"place": finding.where, "code": finding.code})


def match_filings(hub: Hub) -> int:
    """Bring each expected filing together with the application that answers it, or the line of the counter's book; gives the changes."""
    rows = expected_rows(hub)
    if not rows:
        return 0
    online, counter = _online(hub), _counter(hub)
    changes: list[tuple[int, dict[str, Any]]] = []
    for row in rows:
        atena = atena_of(hub, row)
        values: dict[str, Any] = {}
        found = online.get((row.procedure, hub.index(atena, "expected"), hub.index(row.period, "repeat/period")))
        if found != row.application:
            values["application"] = found
        paper = _paper_of(hub, row, atena, counter) if row.paper_on is None else None
        if paper:
            values |= {"paper_on": paper.received_on, "paper_number": paper.number}
        if values:
            changes.append((row.id, values))
    if changes:
        with hub.journal.write() as write:
            for key, values in changes:
                write.execute(update(expected_filings).where(expected_filings.c.id == key).values(**values))
            write.leaf("expected_filings_matched", municipality=hub.code, changes=len(changes))
    return len(changes)


def _online(hub: Hub) -> Mapping[Key, int]:
    """The first standing application of each person, procedure and period."""
    kept = repeat_marks
    period = (kept.c.source == "filing") & (kept.c.entry == applications.c.id) & (kept.c.trait == "period")
    found: dict[Key, int] = {}
    for procedure, setting in hub.municipality.expected.items():
        role = setting.role or hub.procedure(procedure).filer
        of_role = (persons.c.application == applications.c.id) & (persons.c.role == role) & persons.c.atena.is_not(None)
        joined = select(applications.c.id, persons.c.atena, kept.c.value).join(persons, of_role).join(kept, period)
        ours = (applications.c.municipality == hub.code) & (applications.c.procedure == procedure)
        standing = joined.where(ours, kept.c.municipality == hub.code, applications.c.disposition.not_in(GONE))
        for row in hub.journal.rows(standing.order_by(applications.c.id)):
            found.setdefault((procedure, hub.index(row.atena, "expected"), row.value), row.id)
    return found


def _counter(hub: Hub) -> Mapping[tuple[str, str, str], list[Row[Any]]]:
    """Lines of the counter's book by procedure, trait (filer or child) and keyed hash of the person."""
    kept = repeat_marks
    line = (kept.c.source == "counter") & (kept.c.entry == counter_book.c.id) & kept.c.trait.in_(("filer", "child"))
    lines = select(counter_book, kept.c.trait, kept.c.value).join(kept, line).where(counter_book.c.municipality == hub.code)
    found: dict[tuple[str, str, str], list[Row[Any]]] = {}
    for row in hub.journal.rows(lines.order_by(counter_book.c.received_on)):
        found.setdefault((row.procedure, row.trait, row.value), []).append(row)
    return found


def _paper_of(hub: Hub, row: Row[Any], atena: str, counter: Mapping[tuple[str, str, str], Iterable[Row[Any]]]) -> Row[Any] | None:
    """The book knows no period: a line counts for the fiscal year (4月から3月) in which it was received."""
    setting = hub.municipality.expected.get(row.procedure)
    trait = "child" if setting and setting.role not in ("", hub.procedure(row.procedure).filer) else "filer"
    lines = counter.get((row.procedure, trait, hub.index(atena, f"repeat/{trait}")), ())
    first, last = f"{row.period}-04-01", f"{int(row.period) + 1}-03-31"
    return next((one for one in lines if first <= one.received_on <= last), None)
