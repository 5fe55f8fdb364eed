"""Lay out cases (案件フォルダ): 審査票, form and attachments of each opened application, in the protected folder of its section."""

import logging
import shutil
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import Row, case, exists, func, insert, not_, or_, select

from pipeline.alarms import raise_alarm
from pipeline.case_sheets import sheet_of
from pipeline.cleaned_copies import cleaned_copies
from pipeline.errors import EvidenceBroken
from pipeline.expected_filings import match_filings
from pipeline.expected_lists import write_expected_lists
from pipeline.faults import fault_point
from pipeline.hub import Hub
from pipeline.journal.act_tables import acts
from pipeline.journal.intake_tables import applications, documents, findings, step_results
from pipeline.packages import package_of
from pipeline.printing.batch import write_batch
from pipeline.printing.case_folder import SHEET_NAME, attachment_name, write_case
from pipeline.printing.glyphs import GlyphMissing
from pipeline.printing.sheets import SheetError
from pipeline.section_folders import case_name, folders, section_folder
from pipeline.steps.registry import book_file, write_book
from pipeline.steps.worklist import finding_row
from pipeline.worklists import write_worklists
from vocabulary.findings import Finding, Refused, Severity

log = logging.getLogger(__name__)

STEP = "case"
WORTH_A_SHEET = ("held", "waiting", "delivered", "settled")
DESKS = 2
"""So many cases are drawn at a time."""
AHEAD = 4
"""Cases that are drawn before their turn to be written; their attachments lie in memory meanwhile."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a case folder is to hold."""

    sheet: bytes
    form: bytes
    attachments: tuple[tuple[str, bytes], ...]


def lay_out_cases(hub: Hub) -> dict[str, int]:
    """Write the case folders whose application changed, then the batch print of each section and day concerned, then the lists."""
    with hub.journal.alone(f"cases/{hub.code}") as mine, ThreadPoolExecutor(max_workers=DESKS) as desks:
        counts = _lay_out(hub, _drawn_ahead(hub, _changed(hub) if mine else [], desks))
        if mine:
            _renew_lists(hub)
    log.info("step_ended", extra={"step": STEP, **counts})
    return counts


def _renew_lists(hub: Hub) -> None:
    """The clerks' lists as the journal stands now; those of expected filings only when one of them came."""
    write_worklists(hub)
    if match_filings(hub):
        write_expected_lists(hub)


def _drawn_ahead(hub: Hub, cases: list[tuple[Row[Any], str]], desks: Executor) -> Iterator[tuple[Row[Any], str, "Future[Drawn]"]]:
    """Each case with its pages: the next ones are drawn at the desks while the files of this one are brought to disk."""
    ahead: deque[tuple[Row[Any], str, Future[Drawn]]] = deque()
    for row, inputs in cases:
        ahead.append((row, inputs, desks.submit(draw_case, hub, row)))
        if len(ahead) > AHEAD:
            yield ahead.popleft()
    while ahead:
        yield ahead.popleft()


def _lay_out(hub: Hub, cases: Iterator[tuple[Row[Any], str, "Future[Drawn]"]]) -> dict[str, int]:
    counts = {"cases": 0, "held_for_print": 0, "put_off": 0}
    written: dict[tuple[Path, str], list[tuple[Row[Any], str]]] = {}
    for row, inputs, drawn in cases:
        _leave_open_folder(hub, row)
        try:
            write_folder(hub, row, drawn.result())
        except GlyphMissing:
            _hold_for_print(hub, row)
            counts["held_for_print"] += 1
            continue
        except (EvidenceBroken, Refused, SheetError, ValueError) as error:
            _put_off(hub, row, error)
            counts["put_off"] += 1
            continue
        fault_point("cases.folder_written")
        written.setdefault((section_folder(hub, row), row.filed_on), []).append((row, inputs))
        counts["cases"] += 1
    for (folder, day), done in sorted(written.items(), key=lambda item: item[0]):
        print_batch(hub, folder, day)
        fault_point("cases.batch_printed")
        # Noted last: a case that is noted also stands in the batch print.
        _note(hub, done)
    return counts


def _changed(hub: Hub) -> list[tuple[Row[Any], str]]:
    """Opened applications whose state has no sheet yet: a person has to act, or the records have left; not each stage in between.

    attempt: each act of a person makes a sheet of its own, since it changes what the sheet says. Of withdrawn ones only those that lie
    apart by now are drawn, so that they leave the open folder.
    """
    apart = case((applications.c.restricted, "/restricted"), else_="")
    lent = exists().where(documents.c.application == applications.c.id, documents.c.lies_at.is_not(None))
    shared = case((lent, "/shared"), else_="")
    state = applications.c.stage + "/" + applications.c.disposition + "/" + func.coalesce(applications.c.reason, "") + apart + shared
    acted = select(func.count()).where(acts.c.application == applications.c.id, acts.c.state == "done").correlate(applications)
    attempt = 1 + acted.scalar_subquery()
    of_state = (step_results.c.step == STEP) & (step_results.c.inputs == state) & (step_results.c.attempt == attempt)
    drawn = exists().where(step_results.c.application == applications.c.id, of_state)
    ours = (applications.c.municipality == hub.code) & (applications.c.stage != "stored")
    hidden = (applications.c.disposition == "withdrawn") & applications.c.restricted
    wanted = select(applications, state.label("state"), attempt.label("attempt")).where(ours, not_(drawn))
    rows = hub.journal.rows(wanted.where(or_(applications.c.disposition.in_(WORTH_A_SHEET), hidden)).order_by(applications.c.id))
    return [(row, row.state) for row in rows]


def draw_case(hub: Hub, row: Row[Any]) -> Drawn:
    """The contents of a case folder; changes nothing. Raises GlyphMissing when a character of the sheet cannot be printed.

    Raises EvidenceBroken, Refused, SheetError or ValueError when this case cannot be laid out for another reason.
    """
    package = package_of(hub, row)
    sheet = sheet_of(hub, row, package)
    cleaned = cleaned_copies(hub, row)
    attachments = []
    for ordinal, attachment in enumerate(package.attachments, start=1):
        extension = PurePosixPath(attachment.file).suffix.lstrip(".").lower()
        attachments.append((attachment_name(ordinal, attachment.document, extension), cleaned.get(attachment.file, attachment.data)))
    return Drawn(sheet=sheet.pdf(), form=package.form, attachments=tuple(attachments))


def write_folder(hub: Hub, row: Row[Any], drawn: Drawn) -> None:
    """Write one case folder. Raises ValueError for a name that cannot stand in it."""
    folder = section_folder(hub, row) / case_name(row)
    write_case(folder, sheet_pdf=drawn.sheet, form_pdf=drawn.form, attachments=drawn.attachments)


def _leave_open_folder(hub: Hub, row: Row[Any]) -> None:
    """A case that proved to touch a protected person leaves the folder that everybody of the section reads, batch print and book too."""
    ordinary, _ = folders(hub, row.section)
    if section_folder(hub, row) == ordinary:
        return
    filed = date.fromisoformat(row.filed_on)
    if book_file(hub, row.section, filed).is_file():
        write_book(hub, row.section, filed)
    if not (ordinary / case_name(row)).is_dir():
        return
    # The print first: while the folder stands, a run that was killed in between comes back to both.
    print_batch(hub, ordinary, row.filed_on)
    fault_point("cases.left_open_print")
    shutil.rmtree(ordinary / case_name(row))


def _note(hub: Hub, done: list[tuple[Row[Any], str]]) -> None:
    now = hub.clock.now().isoformat()
    with hub.journal.write() as write:
        for row, inputs in done:
            result = {"application": row.id, "step": STEP, "inputs": inputs, "attempt": row.attempt, "outcome": "done", "at": now}
            if write.insert_new(step_results, result):
                write.leaf("case_laid_out", municipality=hub.code, application=row.id, inputs=inputs)


def _hold_for_print(hub: Hub, row: Row[Any]) -> None:
    """A page with a missing glyph is never printed with a box: the alarm names the application."""
    with hub.journal.write() as write:
        raise_alarm(hub, write, kind="GLYPH_MISSING", subject=row.receipt)
        finding = finding_row(row.id, STEP, Finding("GLYPH_MISSING", where="審査票", severity=Severity.INFO))
        known = select(findings.c.id).where(findings.c.application == row.id, findings.c.code == "GLYPH_MISSING")
        if write.read(known).first() is None:
            write.execute(insert(findings).values(**finding))
        write.leaf("case_held_for_print", application=row.id)


def _put_off(hub: Hub, row: Row[Any], error: Exception) -> None:
    """One case that cannot be laid out waits for the next run; its neighbours do not wait for it."""
    with hub.journal.write() as write:
        if isinstance(error, EvidenceBroken):
            raise_alarm(hub, write, kind="EVIDENCE_BROKEN", subject=row.receipt)
        else:
            raise_alarm(hub, write, kind="CASE_NOT_LAID_OUT", subject=row.receipt)
        write.leaf("case_put_off", application=row.id, error=type(error).__name__)
    # The class name only: the text could carry a value.
    log.error("case_put_off", extra={"application": row.id, "error": type(error).__name__})


def print_batch(hub: Hub, folder: Path, day: str) -> None:
    """一括印刷: the sheets that lie in a section's case folders and were filed on a day, in order of 収受番号, as one PDF."""
    filed = (applications.c.municipality == hub.code) & (applications.c.filed_on == day)
    rows = hub.journal.rows(select(applications).where(filed).order_by(applications.c.filing_year, applications.c.filing_number))
    sheets = [folder / case_name(row) / SHEET_NAME for row in rows if section_folder(hub, row) == folder]
    write_batch(folder / f"一括印刷_{day}.pdf", [sheet for sheet in sheets if sheet.is_file()])
