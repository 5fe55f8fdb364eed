"""Answers become seats (回答から面談枠へ): first come, first served, each answer once, and a seat is held by one person only.

An answer's moment decides between two answers of one person; whichever comes later from the server, the newer one counts.
"""

import re
from collections import Counter
from datetime import datetime, time
from typing import Any

from sqlalchemy import Row, func, select, update

from connectors.notice_answers import NoticeAnswer
from connectors.notices import NoticeClient
from pipeline.campaigns.slots import free_slots
from pipeline.campaigns.waves import notice_order
from pipeline.hub import Hub
from pipeline.journal.campaign_tables import notice_answers, slot_seats, slots
from pipeline.journal.database import Write
from pipeline.journal.decision_tables import notice_outbox
from pipeline.notices.outbox import extras_of, owe_notice
from vocabulary.clock import JST

CANCEL = "cancel"
_SLOT = re.compile("[0-9]{1,9}")
"""A resident may write any number, also one that no journal holds."""
AGAIN = "/again"
"""End of the subject of the one further notice that offers what is left after a full slot."""


def take_answers(hub: Hub, server: NoticeClient) -> Counter[str]:
    """Take in every answer after those that are known, each in one transaction.

    In the order of the server: whoever takes up broken-off work asks for what comes after the last one that was taken in.
    """
    counts: Counter[str] = Counter()
    after = hub.journal.scalar(select(func.max(notice_answers.c.sequence)).where(notice_answers.c.municipality == hub.code)) or 0
    more = True
    while more:
        page = server.answers(after)
        for one in sorted(page.answers, key=lambda answer: answer.sequence):
            counts[take_answer(hub, one)] += 1
        last = max((one.sequence for one in page.answers), default=after)
        more, after = page.more and last > after, last
    return counts


def take_answer(hub: Hub, answer: NoticeAnswer) -> str:
    """Take in one answer; gives its state, or repeated where it is known."""
    with hub.journal.write() as write:
        mine = (notice_outbox.c.municipality == hub.code) & (notice_outbox.c.reference == answer.reference)
        notice = write.read(select(notice_outbox).where(mine)).first()
        known = (notice_answers.c.municipality == hub.code) & (notice_answers.c.answer_id == answer.answer_id)
        row = {
            "municipality": hub.code,
            "answer_id": answer.answer_id,
            "sequence": answer.sequence,
            "notice": notice.id if notice else None,
            "holder": holder_of(hub, notice) if notice else None,
            "choice": answer.choice,
            "answered_at": answer.answered_at.astimezone(JST).isoformat(),
            "state": "unclear" if notice else "unknown",
            "at": hub.clock.now().isoformat(),
        }
        if not write.insert_new(notice_answers, row):
            return "repeated"
        key = int(write.read(select(notice_answers.c.id).where(known)).scalar_one())
        state = _settle(hub, write, notice, row | {"id": key}) if notice else "unknown"
        write.execute(update(notice_answers).where(notice_answers.c.id == key).values(state=state))
        write.leaf("notice_answered", answer=key, notice=row["notice"], state=state)
    return state


def holder_of(hub: Hub, notice: Row[Any]) -> str:
    """Who holds a seat: one person in one period of a kind, whichever of two notices was answered."""
    return hub.index(f"{notice.kind}/{notice.subject_key.removesuffix(AGAIN)}", "slot-holder")


def _settle(hub: Hub, write: Write, notice: Row[Any], answer: dict[str, Any]) -> str:
    others = (notice_answers.c.municipality == hub.code) & (notice_answers.c.holder == answer["holder"])
    counted = notice_answers.c.state.in_(("booked", "cancelled", "full"))
    newer = others & counted & (notice_answers.c.answered_at > answer["answered_at"])
    if write.read(select(notice_answers.c.id).where(newer).limit(1)).first() is not None:
        return "superseded"
    if answer["answered_at"] > _deadline(hub, notice):
        return "late"
    if answer["choice"] == CANCEL:
        _free(write, answer["holder"])
        return "cancelled"
    slot = _slot(hub, write, notice, answer["choice"])
    if slot is None:
        return "unclear"
    if _holds(write, slot, answer):
        return "booked"
    if not book(write, slot, answer["holder"], answer["id"]):
        _offer_rest(hub, write, notice, answer)
        return "full"
    return "booked"


def _deadline(hub: Hub, notice: Row[Any]) -> str:
    until = extras_of(hub, notice).get("questionnaire", {}).get("until", "")
    day = datetime.fromisoformat(until) if until else hub.clock.now()
    return datetime.combine(day.date(), time(23, 59, 59, tzinfo=JST)).isoformat()


def _slot(hub: Hub, write: Write, notice: Row[Any], choice: str) -> int | None:
    """The slot that is meant: its number, not its place in a list."""
    return open_slot(hub, write, notice.kind, int(choice)) if _SLOT.fullmatch(choice) else None


def open_slot(hub: Hub, write: Write, kind: str, number: int) -> int | None:
    """The slot of this number, where it is one of the kind and not over."""
    ours = (slots.c.municipality == hub.code) & (slots.c.kind == kind) & (slots.c.id == number)
    found = write.read(select(slots.c.id).where(ours, slots.c.day > hub.clock.today().isoformat())).scalar()
    return int(found) if found is not None else None


def _holds(write: Write, slot: int, answer: dict[str, Any]) -> bool:
    """Whether the person sits there already; the seat then goes with the newer answer."""
    mine = (slot_seats.c.slot == slot) & (slot_seats.c.holder == answer["holder"])
    return write.execute(update(slot_seats).where(mine).values(answer=answer["id"])).rowcount == 1


def book(write: Write, slot: int, holder: str, answer: int) -> bool:
    """Take a free seat and give the earlier one back. False, and nothing changed, where the slot is full.

    Two workers that want the last seat wait for each other: the second finds it held.
    """
    free = (slot_seats.c.slot == slot) & slot_seats.c.holder.is_(None)
    while (seat := write.read(select(func.min(slot_seats.c.seat)).where(free)).scalar()) is not None:
        this = (slot_seats.c.slot == slot) & (slot_seats.c.seat == seat)
        locked = write.read(select(slot_seats.c.holder).where(this).with_for_update()).scalar_one()
        if locked is None:
            _free(write, holder)
            write.execute(update(slot_seats).where(this).values(holder=holder, answer=answer))
            return True
    return False


def _free(write: Write, holder: str) -> None:
    write.execute(update(slot_seats).where(slot_seats.c.holder == holder).values(holder=None, answer=None))


def _offer_rest(hub: Hub, write: Write, notice: Row[Any], answer: dict[str, Any]) -> None:
    """Tell once what is left; whoever finds a full slot again, or nothing left, is called by the section."""
    if notice.subject_key.endswith(AGAIN) or not free_slots(hub, notice.kind):
        return
    kind = hub.catalogue.notice_kinds[notice.kind]
    told = owe_notice(hub, write, notice_order(hub, kind, notice.atena, f"{notice.subject_key}{AGAIN}", {}))
    if told is not None:
        write.execute(update(notice_answers).where(notice_answers.c.id == answer["id"]).values(told=told))
