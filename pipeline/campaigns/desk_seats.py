"""Seats that a section gives and takes back itself (電話・窓口の予約と取消), after it has spoken to the resident."""

from sqlalchemy import select, update

from pipeline.acts import enter_act
from pipeline.campaigns.answers import book, open_slot
from pipeline.campaigns.planning import kind_of
from pipeline.campaigns.slot_lists import kind_of_call
from pipeline.errors import ActRefused
from pipeline.hub import Hub
from pipeline.journal.campaign_tables import notice_answers, slot_seats, slots
from pipeline.staff import require


def give_seat(hub: Hub, answer: int, slot: int, *, actor: str, reason: str) -> None:
    """Give a seat to somebody whose answer the section called about. Raises ActRefused: no such call, or no such free slot."""
    kind = kind_of_call(hub, answer)
    require(hub, actor, "clerk", kind_of(hub, kind).section)
    this = notice_answers.c.id == answer
    with hub.journal.write() as write:
        act = enter_act(hub, write, kind="seat_give", actor=actor, reason=reason, subject=f"answer {answer} slot {slot}")
        holder = write.read(select(notice_answers.c.holder).where(this)).scalar_one()
        if open_slot(hub, write, kind, slot) is None or not book(write, slot, holder, answer):
            raise ActRefused(f"枠 {slot} に空いている席はありません", "面談枠の一覧（hub slots list）で空きを確かめてください")
        write.execute(update(notice_answers).where(this).values(state="booked", settled=act))
        write.leaf("seat_given", answer=answer, slot=slot, act=act)


def take_seat_back(hub: Hub, slot: int, seat: int, *, actor: str, reason: str) -> None:
    """Free a seat whose holder cannot come. Raises ActRefused where nobody holds it."""
    this = (slot_seats.c.slot == slot) & (slot_seats.c.seat == seat)
    kinds = select(slots.c.kind).where(slots.c.municipality == hub.code, slots.c.id == slot)
    if (kind := hub.journal.scalar(kinds)) is not None:
        require(hub, actor, "clerk", kind_of(hub, kind).section)
    with hub.journal.write() as write:
        answer = write.read(select(slot_seats.c.answer).where(this).with_for_update()).scalar()
        if kind is None or answer is None:
            raise ActRefused(f"枠 {slot} の席 {seat} に予約はありません", "面談枠の一覧（hub slots list）で番号を確かめてください")
        act = enter_act(hub, write, kind="seat_take_back", actor=actor, reason=reason, subject=f"slot {slot} seat {seat}")
        write.execute(update(slot_seats).where(this).values(holder=None, answer=None))
        write.execute(update(notice_answers).where(notice_answers.c.id == answer).values(state="cancelled"))
        write.leaf("seat_taken_back", answer=answer, slot=slot, act=act)
