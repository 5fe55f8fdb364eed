"""処理待ち一覧: one list for each section, and one apart for its restricted cases, in the protected folders."""

import logging
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from pipeline.hub import Hub
from pipeline.list_files import write_list
from pipeline.pages.list_page import ListPage, ListRow
from pipeline.refused_decisions import refused_work
from pipeline.section_folders import folder_of
from pipeline.worklist_rows import Work, summary, work_by_folder
from pipeline.worklist_words import DEADLINES, KINDS
from vocabulary.dates import to_wareki

log = logging.getLogger(__name__)

NAME = "worklist"
TITLE = "処理待ち一覧"
HEADINGS = ("期限", "案件", "理由", "すること", "書類", "いつから", "参考")
LEAD = "期限の近い順です。上から順に処理してください。案件の受付番号を押すと、案件フォルダーが開きます。"
EMPTY = "処理を待っている案件はありません。"
SOON = timedelta(days=7)


def write_worklists(hub: Hub, *sections: str) -> dict[str, list[Work]]:
    """Write the lists of the sections, or of all; gives section → its ordinary work, without the cases that lie apart."""
    found = work_by_folder(hub)
    for folder, works in refused_work(hub).items():
        found[folder] = sorted([*found.get(folder, []), *works], key=lambda work: work.order)
    ordinary: dict[str, list[Work]] = {}
    for section in sections or tuple(hub.municipality.sections):
        usual, apart = (folder_of(hub, section, restricted=restricted) for restricted in (False, True))
        ordinary[section] = found.get(usual, [])
        write_list(usual, NAME, page_of(hub, section, ordinary[section]))
        # A folder that stands keeps a list of today's cases, even of none.
        if apart != usual and (apart in found or apart.is_dir()):
            write_list(apart, NAME, page_of(hub, section, found.get(apart, [])))
    log.info("worklists_written", extra={"sections": len(ordinary)})
    return ordinary


def worklist_file(hub: Hub, section: str) -> Path:
    """Where the ordinary list of a section lies."""
    return folder_of(hub, section, restricted=False) / f"{NAME}.html"


def page_of(hub: Hub, section: str, works: Sequence[Work]) -> ListPage:
    """The list as page and workbook show it."""
    counts = summary(works)
    urgent = sum(_is_urgent(hub, work) for work in works)
    shown = [(key, title) for key, title in KINDS.items() if title in counts]
    return ListPage(
        title=TITLE,
        municipality=hub.municipality.name,
        section=hub.municipality.sections[section].name,
        made_at=hub.clock.now(),
        lead=LEAD,
        empty=EMPTY,
        headings=HEADINGS,
        rows=[_row(hub, work) for work in works],
        figures=[("処理待ち", len(works)), ("期限まで7日以内・期限超過", urgent), *counts.items()] if works else (),
        filters=[("urgent", "期限まで7日以内・期限超過"), *shown],
    )


def _row(hub: Hub, work: Work) -> ListRow:
    keys = (*(("urgent",) if _is_urgent(hub, work) else ()), *work.kinds)
    applicant = (f"{work.applicant} 様",) if work.applicant else ()
    case = (work.folder, work.case, work.procedure, *applicant, "・".join(KINDS[kind] for kind in work.kinds))
    since = (f"{to_wareki(work.since)}から", f"{work.age}開庁日", f"収受 {to_wareki(work.filed)}")
    cells = (tuple(_deadlines(hub, work)) or ("期限なし",), case, work.why, work.todo, work.documents, since, work.notes)
    return ListRow(cells, keys, work.folder)


def _deadlines(hub: Hub, work: Work) -> Iterator[str]:
    today = hub.clock.today()
    for one in work.deadlines:
        late = "【超過】" if one.day < today else ("【本日】" if one.day == today else "")
        yield f"{late}{to_wareki(one.day)}　{DEADLINES[one.kind]}"
        yield f"（{one.sentence}）"


def _is_urgent(hub: Hub, work: Work) -> bool:
    return bool(work.deadlines) and work.deadlines[0].day <= hub.clock.today() + SOON
