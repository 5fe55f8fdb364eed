"""The sheet that a clerk fills (決定入力): a row for each delivered application without a decision, as workbook and as CSV."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Row, exists, select

from mappings.workbook_choices import with_choices
from mappings.workbook_file import pack
from mappings.workbook_sheet import ESCAPE, column_name, fitted, lay_out
from pipeline.case_numbers import case_number
from pipeline.hub import Hub
from pipeline.journal.decision_tables import STANDING, decisions
from pipeline.journal.intake_tables import applications, persons
from pipeline.kinds import outcomes_of
from pipeline.outside_people import claim_context
from pipeline.pages.list_page import UNPRINTABLE
from pipeline.section_folders import is_left
from vocabulary.spreadsheets import as_text

NAME: Final = "決定入力"
INBOX: Final = "決定取込"
HEADINGS: Final = (
    "受付番号",
    "案件番号",
    "手続",
    "申請者",
    "選べる結果",
    "結果",
    "決裁日",
    "決裁番号",
    "文書番号",
    "通知書の送り方",
    "理由",
    "入力者",
)
GIVEN: Final = 5
"""The first columns are the hub's; the others are the clerk's."""
LETTERS: Final = {"郵送": "post", "窓口": "counter", "なし": "none"}
WIDTH: Final = 30
_OUTCOME, _LETTER = HEADINGS.index("結果") + 1, HEADINGS.index("通知書の送り方") + 1


@dataclass(frozen=True, slots=True)
class SheetRow:
    """What the hub writes of one application. outcomes: titles, of which the clerk chooses one."""

    receipt: str
    case: str
    procedure: str
    applicant: str = field(repr=False)
    outcomes: tuple[str, ...] = ()

    @property
    def cells(self) -> tuple[str, ...]:
        """The hub's cells as text that no spreadsheet takes for something else."""
        return tuple(plain(text) for text in (*astuple(self)[:4], "・".join(self.outcomes)))


def plain(text: str) -> str:
    """A text without what no cell may hold; what a spreadsheet would calculate gets an apostrophe before it."""
    return as_text(UNPRINTABLE.sub("", text).strip())


def undecided(hub: Hub, section: str, *, restricted: bool | None) -> list[Row[Any]]:
    """Delivered applications of a section without a standing decision. restricted: None means both."""
    decided = exists().where(decisions.c.application == applications.c.id, STANDING, decisions.c.kind != "revoke")
    mine = (applications.c.municipality == hub.code) & (applications.c.section == section)
    waiting = select(applications).where(mine, applications.c.disposition == "delivered", ~decided)
    if restricted is not None:
        waiting = waiting.where(applications.c.restricted.is_(restricted))
    return hub.journal.rows(waiting.order_by(applications.c.arrived_at, applications.c.id))


def sheet_row(hub: Hub, row: Row[Any]) -> SheetRow:
    """The hub's part of a row."""
    procedure = hub.procedure(row.procedure)
    titles = tuple(outcome.title for outcome in outcomes_of(hub, procedure, row.id))
    return SheetRow(row.receipt, case_number(hub, row), procedure.title, _applicant(hub, row, procedure.filer), titles)


def workbook_of(rows: Sequence[SheetRow]) -> bytes:
    """The sheet as xlsx, with lists to choose the outcome and the way of the letter from; every cell is text."""
    cells = [[_escaped(text) for text in (*row.cells, *[""] * (len(HEADINGS) - GIVEN))] for row in rows]
    part = fitted(lay_out(NAME, HEADINGS, cells, usual=WIDTH).part)
    choices: dict[tuple[str, ...], list[str]] = {}
    for number, row in enumerate(rows, start=2):
        choices.setdefault(row.outcomes, []).append(f"{column_name(_OUTCOME)}{number}")
        choices.setdefault(tuple(LETTERS), []).append(f"{column_name(_LETTER)}{number}")
    data, _ = pack([with_choices(part, choices)])
    return data


def csv_of(rows: Sequence[SheetRow]) -> bytes:
    """The sheet as CSV with the mark by which a spreadsheet knows UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([HEADINGS, *((*row.cells, *[""] * (len(HEADINGS) - GIVEN)) for row in rows)])
    return text.getvalue().encode("utf-8-sig")


def filled_files(folder: Path) -> Iterator[Path]:
    """What clerks put into 決定取込, without locks, drafts and the results that the hub wrote."""
    inbox = folder / INBOX
    for file in sorted(inbox.iterdir()) if inbox.is_dir() else ():
        if is_left(file) and not file.name.startswith((".", "~$")) and not file.name.endswith("_結果.csv"):
            yield file


def _escaped(text: str) -> str:
    return ESCAPE.sub(lambda found: f"_x005F{found[0]}", text)


def _applicant(hub: Hub, row: Row[Any], filer: str) -> str:
    mine = (persons.c.application == row.id) & (persons.c.role == filer) & (persons.c.ordinal == 1)
    claim = hub.journal.scalar(select(persons.c.claim).where(mine))
    if claim is None:
        return ""
    return str(json.loads(hub.sealing.unseal_text(claim, context=claim_context(hub.code, row.id, filer, 1)))["name"])
