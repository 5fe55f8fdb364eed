"""What a 審査票 says of repeats (重複の疑い): the other filing, and what the two say where they differ; for the sheet only."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, select

from pipeline.hub import Hub
from pipeline.journal.intake_tables import applications
from pipeline.printing.case_sheet import ItemRow
from pipeline.repeat_differences import differing_items
from pipeline.repeat_traits import FILING
from pipeline.repeats import SAME_FILING, repeats_of
from pipeline.section_folders import lies_apart
from vocabulary.masking import mask_numbers

TITLE = "重複の疑い"
SOURCES = {FILING: "受付番号", "counter": "窓口受付簿", "case": "業務システムの案件"}
STATES = {"paper": "窓口で受付", "post": "郵送で受付", "open": "処理中", "decided": "決定済み"}
_SAME = "同じ人・同じ手続・同じ時期の申請です"
_HIDDEN = "閲覧を制限した案件と重なっています。支援措置の案件を見てよい職員に確かめてください"
_MOST_ITEMS = 8


def repeat_rows(hub: Hub, row: Row[Any]) -> Iterator[ItemRow]:
    """A row for each repeat that is more than a trial; nothing of a filing that lies apart stands on another one's sheet."""
    titles = {kind.id: kind.title for kind in hub.catalogue.repeats.of(hub.procedure(row.procedure).repeats)} | {SAME_FILING: _SAME}
    for repeat in repeats_of(hub, row.id):
        if repeat.status == "shadow":
            continue
        other = filing_of(hub, repeat.earlier) if repeat.source == FILING else None
        if other is not None and lies_apart(hub, other, row):
            yield ItemRow(TITLE, _HIDDEN)
            continue
        source = SOURCES[repeat.source.partition("/")[0]]
        state = STATES.get(repeat.state, "オンラインで受付")
        differing = "、".join(repeat.differences) or "なし"
        yield ItemRow(TITLE, f"{titles.get(repeat.kind, '')}（{source} {repeat.earlier}、{repeat.day}、{state}）。相違点: {differing}")
        if other is not None:
            for one in differing_items(hub, row, other)[:_MOST_ITEMS]:
                yield ItemRow(f"相違 {one.title}", mask_numbers(f"今回「{one.mine}」 先の申請「{one.theirs}」"))


def filing_of(hub: Hub, receipt: str) -> Row[Any] | None:
    """The newest version of a filing that the hub holds."""
    same = (applications.c.municipality == hub.code) & (applications.c.receipt == receipt)
    return next(iter(hub.journal.rows(select(applications).where(same).order_by(applications.c.id.desc()))), None)
