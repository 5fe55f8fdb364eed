"""Decision sheets (決定入力): what clerks filled is read, every row's fate is written beside it, and today's blank sheets are laid out."""

import csv
import hashlib
import io
import logging
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select

from pipeline.act_cases import allowed
from pipeline.decided_applications import decidable_application, is_filed
from pipeline.decision_sheet_reader import FilledRow, read_sheet
from pipeline.decision_sheets import INBOX, LETTERS, NAME, csv_of, filled_files, plain, sheet_row, undecided, workbook_of
from pipeline.decisions import DecisionInput, Entered, Known, enter_decision
from pipeline.errors import ActRefused
from pipeline.faults import fault_point
from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.decision_tables import decisions
from pipeline.protected_files import replace_file
from pipeline.refused_decisions import Place, hold_refusal, is_settled, pass_refusal
from pipeline.section_folders import folder_of, read_left, section_folder
from vocabulary.findings import Refused
from vocabulary.reasons import reason

log = logging.getLogger(__name__)

TAKEN = "取込済"
LONGEST_STEM = 40
ENTERED, KNOWN, SETTLED = "登録しました。", "すでに登録されています。", "取り込めない結果として処理済みです。"


def decision_sheets(hub: Hub) -> dict[str, int]:
    """Take in the filled sheets of all sections, then write the blank ones of the day."""
    counts: Counter[str] = Counter(sheets=0, decisions=0, refused_rows=0)
    with hub.journal.alone(f"decision_sheets/{hub.code}") as mine:
        for section in hub.municipality.sections if mine else ():
            usual, apart = (folder_of(hub, section, restricted=restricted) for restricted in (False, True))
            for folder in dict.fromkeys((usual, apart)):
                for file in filled_files(folder):
                    counts += _take(hub, file, folder, section, restricted=folder == apart != usual)
            _lay_out(hub, section, usual, restricted=None if usual == apart else False)
            if usual != apart:
                _lay_out(hub, section, apart, restricted=True)
    log.info("step_ended", extra={"step": "decision_sheets", **counts})
    return {name: counts[name] for name in ("sheets", "decisions", "refused_rows")}


def _take(hub: Hub, file: Path, folder: Path, section: str, *, restricted: bool) -> Counter[str]:
    """Enter a filled sheet whole, in one transaction; what a killed run left is taken again and says the same."""
    data = read_left(file)
    digest = hashlib.sha256(data).hexdigest()
    source = f"sheet/{folder.name}/{digest[:16]}"
    became: Counter[str] = Counter(sheets=1)
    with hub.journal.write() as write:
        try:
            fates = [_fate(hub, write, row, folder, Place(source, row.number, section, restricted)) for row in read_sheet(file.name, data)]
        except Refused:
            hold_refusal(hub, write, Place(source, 0, section, restricted), "DECISION_SHEET", None)
            fates = [(0, "", _words("DECISION_SHEET"), "refused_rows")]
        became.update(kind for *_, kind in fates if kind)
        write.leaf("decision_sheet_taken", source=source, digest=digest, rows=len(fates))
    _put_away(file, digest, fates)
    return became


def _put_away(file: Path, digest: str, fates: Sequence[tuple[int, str, str, str]]) -> None:
    """Write the fates beside the sheet, then move it; until it is moved the next run takes it again."""
    name = f"{file.stem[:LONGEST_STEM]}_{digest[:8]}"
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([("行", "受付番号", "結果"), *((plain(str(a)), plain(b), c) for a, b, c, _ in fates)])
    replace_file(file.with_name(f"{name}_結果.csv"), text.getvalue().encode("utf-8-sig"))
    fault_point("decision_sheet.fates_written")
    taken = file.parent / TAKEN
    taken.mkdir(mode=0o700, exist_ok=True)
    file.replace(taken / f"{name}{file.suffix[:LONGEST_STEM]}")
    fault_point("decision_sheet.moved")


def _fate(hub: Hub, write: Write, row: FilledRow, folder: Path, place: Place) -> tuple[int, str, str, str]:
    """(row, 受付番号, sentence, what is counted) of one filled row."""
    if is_settled(hub, write, place):
        return row.number, row["受付番号"], SETTLED, ""
    application = decidable_application(hub, write, row["受付番号"])
    if application is None:
        code = "DECISION_FOREIGN" if is_filed(write, row["受付番号"]) else "DECISION_UNKNOWN"
    elif row.formula or section_folder(hub, application) != folder or not _is_the_hubs(hub, row, application):
        code, application = "DECISION_ROW", None
    else:
        code = _actor_fault(hub, row, application)
    if not code and application is not None:
        answer = enter_decision(hub, write, application, _given(row, place.source))
        if isinstance(answer, Entered | Known):
            pass_refusal(hub, write, place)
            mine = write.read(select(decisions.c.source).where(decisions.c.id == answer.decision)).scalar() == place.source
            return row.number, row["受付番号"], ENTERED if mine else KNOWN, "decisions" if isinstance(answer, Entered) else ""
        code = answer.code
    hold_refusal(hub, write, place, code, application)
    return row.number, row["受付番号"], _words(code), "refused_rows"


def _is_the_hubs(hub: Hub, row: FilledRow, application: Row[Any]) -> bool:
    """Whether the row still has the case, procedure and person that the hub wrote beside its 受付番号: no column was sorted alone."""
    written = sheet_row(hub, application)
    return [row[name] for name in ("案件番号", "手続", "申請者")] == list(written.cells[1:4])


def _actor_fault(hub: Hub, row: FilledRow, application: Row[Any]) -> str:
    try:
        allowed(hub, application, row["入力者"])
    except ActRefused:
        return "DECISION_ACTOR"
    return ""


def _given(row: FilledRow, source: str) -> DecisionInput:
    return DecisionInput(
        outcome=row["結果"],
        decided_on=row.day,
        decision_number=row["決裁番号"],
        document_number=row["文書番号"],
        letter=LETTERS.get(row["通知書の送り方"], ""),
        grounds=row["理由"],
        source=source,
        actor=row["入力者"],
    )


def _words(code: str) -> str:
    return f"取り込めません：{reason(code).sentence}{reason(code).remedy}"


def _lay_out(hub: Hub, section: str, folder: Path, *, restricted: bool | None) -> None:
    """Write today's blank sheets where somebody has something to decide; a sheet that a clerk began to fill is left as it is."""
    rows = [sheet_row(hub, row) for row in undecided(hub, section, restricted=restricted)]
    name = f"{NAME}_{hub.clock.today().isoformat()}"
    for file, data in ((folder / f"{name}.xlsx", workbook_of(rows)), (folder / f"{name}.csv", csv_of(rows))):
        if (rows or file.exists()) and _is_blank(file, data):
            (folder / INBOX).mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_file(file, data)


def _is_blank(file: Path, fresh: bytes) -> bool:
    """Whether nothing would be lost by writing the sheet anew, and it would be another one."""
    if not file.exists():
        return True
    data = read_left(file)
    try:
        return data != fresh and not read_sheet(file.name, data)
    except Refused:
        return False
