"""The list of a plan (対象者の一覧): who gets a notice and who is left out and why, for the section; people under 支援措置 lie apart."""

import csv
import re
from collections.abc import Sequence
from pathlib import Path

from pipeline.campaigns.planning import Plan, Planned
from pipeline.hub import Hub
from pipeline.list_files import write_list
from pipeline.notices.exclusions import PROTECTED
from pipeline.pages.list_page import ListPage, ListRow
from pipeline.residents import by_atenas
from pipeline.section_folders import folder_of
from vocabulary.findings import refuse
from vocabulary.reasons import reason

HEADINGS = ("送る・除く", "宛名番号（対象）", "宛名番号（あて先）", "氏名（対象）", "理由")
_ATENA = re.compile("[0-9]{15}")


def write_plan_lists(hub: Hub, plan: Plan, name: str) -> Path:
    """Write the list of a plan into the section's protected folder, and those under protection into the one apart; gives the first."""
    apart = [one for one in plan.people if one.code == PROTECTED]
    open_to_all = [one for one in plan.people if one.code != PROTECTED]
    section = plan.kind.section
    if apart:
        write_list(folder_of(hub, section, restricted=True), f"{name}_restricted", _page(hub, plan, apart))
    return write_list(folder_of(hub, section, restricted=False), name, _page(hub, plan, open_to_all))


def _page(hub: Hub, plan: Plan, people: Sequence[Planned]) -> ListPage:
    known = by_atenas(hub, sorted({one.person for one in people}))
    names = {atena: one.name for atena, one in known.items()}
    rows = [_row(one, names) for one in sorted(people, key=lambda one: (bool(one.code), one.code, one.person))]
    figures = [("送る", sum(not one.code for one in people)), ("除く", sum(bool(one.code) for one in people))]
    return ListPage(
        title=f"一斉のお知らせの対象者　{plan.kind.title}　{plan.day:%Y-%m-%d}",
        municipality=hub.municipality.name,
        section=hub.municipality.sections[plan.kind.section].name,
        made_at=hub.clock.now(),
        lead="計画したときの対象者です。除く理由は、送る直前にもう一度、一人ずつ確かめます。",
        empty="対象者はいません。",
        headings=HEADINGS,
        rows=rows,
        figures=figures,
        filters=(("chosen", "送る"), ("left_out", "除く")),
    )


def _row(one: Planned, names: dict[str, str]) -> ListRow:
    words = reason(one.code).sentence if one.code else ""
    cells = ("除く" if one.code else "送る", one.person, one.addressee, names.get(one.person, ""), words)
    return ListRow(tuple((cell,) for cell in cells), keys=("left_out" if one.code else "chosen",))


def read_people(path: Path) -> list[str]:
    """The 宛名番号 of a section's own list, a CSV with the column 宛名番号. Raises Refused PEOPLE_LIST naming file and line."""
    try:
        reader = csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines(), strict=True)
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error):
        raise refuse("PEOPLE_LIST", f"{path.name} is no CSV in UTF-8", "no CSV") from None
    if "宛名番号" not in (reader.fieldnames or ()):
        raise refuse("PEOPLE_LIST", f"{path.name}:1 has no column 宛名番号", "columns")
    found = [(row["宛名番号"] or "").strip() for row in rows]
    for line, atena in enumerate(found, start=2):
        if not _ATENA.fullmatch(atena):
            raise refuse("PEOPLE_LIST", f"{path.name}:{line} no 宛名番号 of 15 digits", "atena")
    return found
