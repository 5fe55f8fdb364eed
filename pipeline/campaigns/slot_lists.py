"""Slot lists for the section (面談枠の一覧): who comes when, and whom somebody has to call, as page and workbook in its folder."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select, update

from pipeline.acts import enter_act
from pipeline.campaigns.planning import kind_of
from pipeline.errors import ActRefused
from pipeline.hub import Hub
from pipeline.journal.campaign_tables import notice_answers, slot_seats, slots
from pipeline.journal.decision_tables import notice_outbox
from pipeline.list_files import write_list
from pipeline.pages.list_page import ListPage, ListRow
from pipeline.residents import by_atenas
from pipeline.section_folders import folder_of
from pipeline.staff import require

HEADINGS = ("日時", "場所・席", "宛名番号", "氏名", "状態")
TO_CALL = {"full": "選んだ枠が埋まっていました", "late": "期限の後に答えました", "unclear": "回答を読み取れません"}


def write_slot_lists(hub: Hub) -> list[str]:
    """Write the list of each kind that has slots; gives the kinds."""
    kinds = [row.kind for row in hub.journal.rows(select(slots.c.kind).where(slots.c.municipality == hub.code).distinct())]
    for kind in kinds:
        write_slot_list(hub, kind)
    return kinds


def write_slot_list(hub: Hub, kind: str) -> Path:
    """Write the list of a kind: seats in order, then answers that a person has to see to. People under 支援措置 get no such notice."""
    section = kind_of(hub, kind).section
    seats, calls = seats_of(hub, kind), calls_of(hub, kind)
    known = by_atenas(hub, sorted({row.atena for row in [*seats, *calls] if row.atena}))
    names = {atena: one.name for atena, one in known.items()}
    rows = [_seat(row, names) for row in seats] + [_call(row, names) for row in calls]
    page = ListPage(
        title=f"面談枠の一覧　{hub.catalogue.notice_kinds[kind].title}",
        municipality=hub.municipality.name,
        section=hub.municipality.sections[section].name,
        made_at=hub.clock.now(),
        lead="答えた順に席を割り当てています。「連絡が要る」人には担当課から連絡し、hub slots book か settle で記録します。",
        empty="面談枠はまだありません。",
        headings=HEADINGS,
        rows=rows,
        figures=(
            ("席", len(seats)),
            ("予約", sum(row.atena is not None for row in seats)),
            ("空き", sum(row.atena is None for row in seats)),
            ("連絡が要る", len(calls)),
        ),
        filters=(("booked", "予約"), ("free", "空き"), ("call", "連絡が要る")),
    )
    return write_list(folder_of(hub, section, restricted=False), f"slots_{kind}", page)


def seats_of(hub: Hub, kind: str) -> list[Row[Any]]:
    """Every seat with the 宛名番号 of who holds it, by day, time, place and seat."""
    told = slot_seats.outerjoin(notice_answers, notice_answers.c.id == slot_seats.c.answer)
    told = told.outerjoin(notice_outbox, notice_outbox.c.id == notice_answers.c.notice).join(slots, slots.c.id == slot_seats.c.slot)
    columns = (slots.c.id, slots.c.day, slots.c.time, slots.c.place, slot_seats.c.seat, notice_outbox.c.atena)
    mine = (slots.c.municipality == hub.code) & (slots.c.kind == kind)
    order = (slots.c.day, slots.c.time, slots.c.place, slots.c.id, slot_seats.c.seat)
    return hub.journal.rows(select(*columns).select_from(told).where(mine).order_by(*order))


def calls_of(hub: Hub, kind: str) -> list[Row[Any]]:
    """Answers that a person of the section has to see to: no seat came of them, and nothing was offered instead."""
    columns = (notice_answers.c.id, notice_answers.c.state, notice_answers.c.answered_at, notice_outbox.c.atena)
    joined = select(*columns).join(notice_outbox, notice_outbox.c.id == notice_answers.c.notice)
    waiting = notice_answers.c.state.in_(TO_CALL) & notice_answers.c.told.is_(None) & notice_answers.c.settled.is_(None)
    mine = (notice_answers.c.municipality == hub.code) & (notice_outbox.c.kind == kind)
    return hub.journal.rows(joined.where(mine, waiting).order_by(notice_answers.c.id))


def _seat(row: Row[Any], names: dict[str, str]) -> ListRow:
    when, where = f"{row.day} {row.time}", f"{row.place} 席{row.seat}"
    if row.atena is None:
        return ListRow(((when,), (where,), ("",), ("",), (f"空き（枠 {row.id}）",)), keys=("free",))
    return ListRow(((when,), (where,), (row.atena,), (names.get(row.atena, ""),), (f"予約（枠 {row.id}）",)), keys=("booked",))


def _call(row: Row[Any], names: dict[str, str]) -> ListRow:
    cells: Iterable[str] = (row.answered_at[:16].replace("T", " "), "", row.atena, names.get(row.atena, ""))
    return ListRow((*((cell,) for cell in cells), (f"連絡が要る（回答 {row.id}）", TO_CALL[row.state])), keys=("call",))


def kind_of_call(hub: Hub, answer: int) -> str:
    """The kind of notice of an answer that the section has to call about. Raises ActRefused."""
    found = [kind for kind in _kinds(hub) for row in calls_of(hub, kind) if row.id == answer]
    if not found:
        raise ActRefused(f"回答 {answer} は連絡を待っていません", "面談枠の一覧で番号を確かめてください")
    return found[0]


def settle(hub: Hub, answer: int, *, actor: str, reason: str) -> None:
    """Note that the section called about an answer. Raises ActRefused."""
    require(hub, actor, "clerk", kind_of(hub, kind_of_call(hub, answer)).section)
    with hub.journal.write() as write:
        act = enter_act(hub, write, kind="answer_settled", actor=actor, reason=reason, subject=f"answer {answer}")
        write.execute(update(notice_answers).where(notice_answers.c.id == answer).values(settled=act))
        write.leaf("answer_settled", answer=answer, act=act)


def _kinds(hub: Hub) -> list[str]:
    return [row.kind for row in hub.journal.rows(select(slots.c.kind).where(slots.c.municipality == hub.code).distinct())]
