"""未提出者一覧: for each 現況届 and year who filed online or on paper, who did not, and who was reminded; protected people apart."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sqlalchemy import select

from pipeline.expected_filings import atena_of, expected_rows
from pipeline.hub import Hub
from pipeline.journal.expected_tables import expected_reminders
from pipeline.journal.intake_tables import applications
from pipeline.list_files import write_list
from pipeline.pages.list_page import ListPage, ListRow
from pipeline.residents import by_atenas
from pipeline.section_folders import folder_of, folders
from vocabulary.dates import to_wareki

STATES = {"missing": "未提出", "reminded": "督促済", "online": "電子", "paper": "紙"}
HEADINGS = ("状態", "宛名番号", "氏名", "届いた日と番号", "督促した日")


@dataclass(frozen=True, slots=True)
class Expected:
    """One person who has to file. state: of ``STATES``; came: day and number of what came, in words; reminders: ISO days."""

    id: int
    state: str
    atena: str = field(repr=False)
    name: str = field(repr=False)
    kana: str = field(repr=False)
    came: tuple[str, ...]
    reminders: tuple[str, ...]


Lists = Mapping[tuple[str, str, bool], list[Expected]]
"""(procedure, period, whether it lies apart) → people, those who have not filed first."""


def expected_lists(hub: Hub) -> Lists:
    """Everybody who has to file now, by list."""
    rows = [row for row in expected_rows(hub) if row.listed and row.procedure in hub.municipality.expected]
    atena = {row.id: atena_of(hub, row) for row in rows}
    known = by_atenas(hub, list(atena.values()))
    ours = applications.c.municipality == hub.code
    came = {row.id: row for row in hub.journal.rows(select(applications.c.id, applications.c.receipt, applications.c.filed_on).where(ours))}
    reminded: dict[int, list[str]] = defaultdict(list)
    for note in hub.journal.rows(select(expected_reminders).order_by(expected_reminders.c.day)):
        reminded[note.expected].append(note.day)
    found: dict[tuple[str, str, bool], list[Expected]] = defaultdict(list)
    for row in rows:
        resident = known.get(atena[row.id])
        online = came.get(row.application) if row.application else None
        words = [f"{to_wareki(date.fromisoformat(online.filed_on))} 受付番号{online.receipt}"] if online else []
        words += [f"{to_wareki(date.fromisoformat(row.paper_on))} 紙 {row.paper_number}"] if row.paper_on else []
        missing = "reminded" if reminded[row.id] else "missing"
        state = "online" if online else "paper" if row.paper_on else missing
        name, kana = (resident.name, resident.kana) if resident else ("住民情報なし", "")
        apart = _lies_apart(hub, row.procedure, protected=resident is not None and resident.protected)
        person = Expected(row.id, state, atena[row.id], name, kana, tuple(words), tuple(reminded[row.id]))
        found[row.procedure, row.period, apart].append(person)
    order = list(STATES)
    for people in found.values():
        people.sort(key=lambda person: (order.index(person.state), person.kana, person.atena))
    return found


def _lies_apart(hub: Hub, procedure: str, *, protected: bool) -> bool:
    ordinary, _ = folders(hub, hub.enabled(procedure).section)
    return folder_of(hub, hub.enabled(procedure).section, restricted=protected) != ordinary


def write_expected_lists(hub: Hub) -> int:
    """Write every list; a list apart stays, empty, when nobody is on it any more. Gives how many."""
    found = dict(expected_lists(hub))
    for procedure, period, _ in list(found):
        for apart in (False, True):
            if not apart or list_file(hub, procedure, period, apart=True).is_file():
                found.setdefault((procedure, period, apart), [])
    for (procedure, period, apart), people in found.items():
        file = list_file(hub, procedure, period, apart=apart)
        write_list(file.parent, file.stem, page_of(hub, procedure, period, people))
    return len(found)


def list_file(hub: Hub, procedure: str, period: str, *, apart: bool) -> Path:
    """Where a list lies: ``expected_<procedure>_<period>.html`` in the section's folder."""
    return folders(hub, hub.enabled(procedure).section)[apart] / f"expected_{procedure}_{period}.html"


def page_of(hub: Hub, procedure: str, period: str, people: Sequence[Expected]) -> ListPage:
    """The list as page and workbook show it: the figures first."""
    receiving = hub.receiving(procedure)
    until = f"受付期間は{_month_day(receiving.start)}から{_month_day(receiving.until)}です。" if receiving else ""
    year = to_wareki(date(int(period), 4, 1)).split("年")[0]
    return ListPage(
        title=f"未提出者一覧 {hub.procedure(procedure).title} {year}年度",
        municipality=hub.municipality.name,
        section=hub.municipality.sections[hub.enabled(procedure).section].name,
        made_at=hub.clock.now(),
        lead=f"まだ届いていない人が先です。{until}電子は宛名番号と年度で突き合わせ、紙は受領の登録と窓口受付簿によります。",
        empty="提出の対象者はいません。",
        headings=HEADINGS,
        rows=[_row(person) for person in people],
        figures=figures(people),
        filters=list(STATES.items()),
    )


def figures(people: Sequence[Expected]) -> list[tuple[str, int]]:
    """対象 = 電子 + 紙 + 未提出; those reminded are a part of 未提出."""
    counts = {state: sum(person.state == state for person in people) for state in STATES}
    missing = counts["missing"] + counts["reminded"]
    total = [("対象", len(people)), ("電子", counts["online"]), ("紙", counts["paper"])]
    return [*total, ("未提出", missing), ("うち督促済", counts["reminded"])]


def _row(person: Expected) -> ListRow:
    days = tuple(to_wareki(date.fromisoformat(day)) for day in person.reminders)
    return ListRow(((STATES[person.state],), (person.atena,), (person.name,), person.came, days), (person.state,))


def _month_day(text: str) -> str:
    month, day = text.split("-")
    return f"{int(month)}月{int(day)}日"
