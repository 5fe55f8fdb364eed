"""Sheets of the stop list (送付停止の一覧表): a CSV that a clerk puts into the section's folder, taken in whole or not at all."""

import csv
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from pipeline.acts import enter_act
from pipeline.alarms import raise_alarm
from pipeline.errors import ActRefused
from pipeline.hub import Hub
from pipeline.journal.campaign_tables import stop_sheets
from pipeline.journal.database import Write
from pipeline.notices.stop_list import CATEGORIES, StopOrder, check_order, enter_stop, same_entry
from pipeline.section_folders import LARGEST, folder_of, is_left, read_left
from pipeline.staff import require
from vocabulary.findings import Finding, Refused, refuse

FOLDER = "stop-list"
COLUMNS = ["宛名番号", "お知らせの種類", "理由", "職員"]
_ATENA = re.compile("[0-9]{15}")
_TITLES = {title: name for name, (title, _) in CATEGORIES.items()}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that a clerk left. section: in whose folder it lies. name: of the clerk's choosing, so it gets into no log and no alarm."""

    section: str
    name: str
    data: bytes = field(repr=False)

    @property
    def digest(self) -> str:
        """SHA-256 of its bytes: the same content is not read twice, whatever its name."""
        return hashlib.sha256(self.data).hexdigest()


def take_stop_sheets(hub: Hub) -> dict[str, int]:
    """Take in every sheet that is new; a refused one raises an alarm and changes nothing."""
    counts = {"stop_sheets": 0, "stopped": 0, "sheets_refused": 0}
    for section in hub.municipality.sections:
        folder = folder_of(hub, section, restricted=False) / FOLDER
        for sheet in [Sheet(section, path.name, read_left(path)) for path in sorted(folder.glob("*.csv")) if is_left(path)]:
            if _is_known(hub, sheet):
                continue
            try:
                counts["stopped"] += _take(hub, sheet)
                counts["stop_sheets"] += 1
            except Refused as refused:
                _refuse(hub, sheet, refused.finding)
                counts["sheets_refused"] += 1
    return counts


def _is_known(hub: Hub, sheet: Sheet) -> bool:
    same = (stop_sheets.c.municipality == hub.code) & (stop_sheets.c.section == sheet.section) & (stop_sheets.c.digest == sheet.digest)
    return bool(hub.journal.rows(select(stop_sheets.c.name).where(same)))


def _take(hub: Hub, sheet: Sheet) -> int:
    """How many people are newly on the list."""
    orders = [_order(hub, sheet, f"line {line}", row) for line, row in enumerate(_rows(sheet), start=2)]
    new = 0
    with hub.journal.write() as write:
        acts: dict[str, int] = {}
        for actor, order in orders:
            if same_entry(hub, write, order, actor) is None:
                if actor not in acts:
                    what = f"sheet {sheet.digest[:16]}"
                    acts[actor] = enter_act(hub, write, kind="stop_list_sheet", actor=actor, reason="送付停止の一覧表", subject=what)
                enter_stop(hub, write, order, acts[actor])
                new += 1
        _note(hub, write, sheet, rows=len(orders), refused=None)
        write.leaf("stop_sheet_taken", section=sheet.section, rows=len(orders), new=new)
    return new


def _rows(sheet: Sheet) -> list[dict[str, str]]:
    if len(sheet.data) > LARGEST:
        raise refuse("STOP_SHEET", "line 1", "is too large")
    try:
        rows = list(csv.DictReader(sheet.data.decode("utf-8-sig").splitlines(), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise refuse("STOP_SHEET", "line 1", "is no CSV in UTF-8") from None
    if not rows or list(rows[0]) != COLUMNS or any(None in row or None in row.values() for row in rows):
        raise refuse("STOP_SHEET", "line 1", f"columns are {','.join(COLUMNS)}")
    return rows


def _order(hub: Hub, sheet: Sheet, place: str, row: Mapping[str, str]) -> tuple[str, StopOrder]:
    atena, kinds, reason, actor = (row[name].strip() for name in COLUMNS)
    if not _ATENA.fullmatch(atena):
        raise refuse("STOP_SHEET", place, "no 宛名番号 of 15 digits")
    if reason not in _TITLES:
        raise refuse("STOP_SHEET", place, f"理由 is one of {','.join(_TITLES)}")
    order = StopOrder(atena, frozenset(kinds.split()), _TITLES[reason])
    try:
        require(hub, actor, "clerk", sheet.section)
        check_order(hub, order)
    except ActRefused:
        raise refuse("STOP_SHEET", place, "職員 is no clerk of the section, or お知らせの種類 does not exist") from None
    return actor, order


def _refuse(hub: Hub, sheet: Sheet, finding: Finding) -> None:
    with hub.journal.write() as write:
        _note(hub, write, sheet, rows=0, refused=finding.code)
        raise_alarm(hub, write, kind="STOP_SHEET_REFUSED", subject=f"{sheet.section}/{finding.where}")
        write.leaf("stop_sheet_refused", section=sheet.section, place=finding.where, code=finding.code)


def _note(hub: Hub, write: Write, sheet: Sheet, *, rows: int, refused: str | None) -> None:
    # A name in another encoding than the system's has signs that no journal takes.
    name = sheet.name[:160].encode(errors="replace").decode()
    row = {"municipality": hub.code, "section": sheet.section, "digest": sheet.digest, "name": name}
    write.insert_new(stop_sheets, {**row, "rows": rows, "refused": refused, "at": hub.clock.now().isoformat()})
