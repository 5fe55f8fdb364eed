"""Waves (送信の波): a small first one, a pause in which a person can stop it, then all others; each person's notice is owed once."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select, update

from mappings.notice_kinds import NoticeKind
from pipeline.alarms import cause_gone, raise_alarm
from pipeline.campaigns.planning import ALREADY_TOLD, rule_digest, words_context
from pipeline.campaigns.rules import declared
from pipeline.campaigns.slots import free_slots, offer_of
from pipeline.campaigns.texts import filled
from pipeline.hours import Window
from pipeline.hub import Hub
from pipeline.journal.campaign_tables import campaign_people, campaigns
from pipeline.journal.database import Write
from pipeline.journal.decision_tables import notice_outbox
from pipeline.notices.exclusions import PROTECTED, Concerned, checks_of, reasons_for
from pipeline.notices.outbox import NoticeOrder, owe_notice

CHANGED = "CAMPAIGN_CHANGED"
Counts = Counter[str]


def owe_campaigns(hub: Hub) -> Counts:
    """Owe the notices of every approved campaign whose wave has come, in the hours of its kind on opening days."""
    counts: Counts = Counter({"owed": 0, "left_out": 0, "waiting": 0, "ended": 0, "changed": 0})
    approved = (campaigns.c.municipality == hub.code) & (campaigns.c.state == "approved")
    for row in hub.journal.rows(select(campaigns).where(approved).order_by(campaigns.c.id)):
        if not _is_as_approved(hub, row):
            counts["changed"] += 1
        elif _is_open(hub, row):
            _advance(hub, row, counts)
        else:
            counts["waiting"] += 1
    return counts


def _is_as_approved(hub: Hub, row: Row[Any]) -> bool:
    """Whether text and audience are those that were approved; what goes out is what a second person has read."""
    kind, subject = hub.catalogue.notice_kinds.get(row.kind), f"campaign {row.id}"
    if kind is not None and rule_digest(kind) == row.rule_digest:
        cause_gone(hub, (CHANGED,), subject)
        return True
    with hub.journal.write() as write:
        raise_alarm(hub, write, kind=CHANGED, subject=subject)
        write.leaf("campaign_withheld", campaign=row.id)
    return False


def _is_open(hub: Hub, row: Row[Any]) -> bool:
    now = hub.clock.now()
    kind = hub.catalogue.notice_kinds[row.kind]
    hours = Window.model_validate(dict(zip(("start", "end"), kind.hours.split("-"), strict=True)))
    if now.date().isoformat() < row.day or not hub.opening.is_open(now.date()) or not hours.holds(now.time()):
        return False
    if row.first_wave_at and now < datetime.fromisoformat(row.first_wave_at) + timedelta(hours=row.pause_hours):
        return False
    return not _offers(kind) or bool(free_slots(hub, kind.id))


def _offers(kind: NoticeKind) -> bool:
    return any(question.answer == "slot" for question in kind.questionnaire)


def _advance(hub: Hub, row: Row[Any], counts: Counts) -> None:
    size = declared().page if row.first_wave_at else row.first_wave
    while True:
        chosen = (campaign_people.c.campaign == row.id) & (campaign_people.c.state == "chosen")
        page = hub.journal.rows(select(campaign_people).where(chosen).order_by(campaign_people.c.place).limit(size))
        if not _owe_page(hub, row, page, counts) or not row.first_wave_at:
            return


def _owe_page(hub: Hub, row: Row[Any], page: Sequence[Row[Any]], counts: Counts) -> bool:
    """Owe one page in one transaction; whether there is another one to look for."""
    kind = hub.catalogue.notice_kinds[row.kind]
    checks = checks_of(hub, kind.id)
    concerned = [Concerned(one.place, kind.id, one.person, one.addressee, None, checks) for one in page]
    codes = reasons_for(hub, concerned)
    with hub.journal.write() as write:
        mine = select(campaigns.c.state, campaigns.c.first_wave_at).where(campaigns.c.id == row.id).with_for_update()
        now = write.read(mine).one()
        # Stopped meanwhile, or another worker was here.
        if now.state != "approved" or now.first_wave_at != row.first_wave_at:
            return False
        people = _still(write, row.id, page)
        for one in people:
            counts[_owe(hub, write, row, one, codes.get(one.place))] += 1
        if row.first_wave_at is None:
            first = update(campaigns).where(campaigns.c.id == row.id).values(first_wave_at=hub.clock.now().isoformat())
            write.execute(first)
        write.leaf("campaign_wave", campaign=row.id, people=len(people), first=row.first_wave_at is None)
        if _is_done(write, row.id):
            ended = {"state": "ended", "ended_at": hub.clock.now().isoformat()}
            write.execute(update(campaigns).where(campaigns.c.id == row.id).values(**ended))
            write.leaf("campaign_ended", campaign=row.id)
            counts["ended"] += 1
            return False
    return True


def _is_done(write: Write, campaign: int) -> bool:
    waiting = (campaign_people.c.campaign == campaign) & (campaign_people.c.state == "chosen")
    return write.read(select(campaign_people.c.place).where(waiting).limit(1)).first() is None


def _still(write: Write, campaign: int, page: Sequence[Row[Any]]) -> Sequence[Row[Any]]:
    """Those of a page whom no other worker has seen to meanwhile."""
    places = campaign_people.c.place.in_([one.place for one in page])
    chosen = (campaign_people.c.campaign == campaign) & (campaign_people.c.state == "chosen") & places
    waiting = {one.place for one in write.read(select(campaign_people.c.place).where(chosen))}
    return [one for one in page if one.place in waiting]


def _owe(hub: Hub, write: Write, row: Row[Any], one: Row[Any], code: str | None) -> str:
    """Owe one person's notice, or leave the person out after all; gives the state."""
    this = (campaign_people.c.campaign == row.id) & (campaign_people.c.place == one.place) & (campaign_people.c.state == "chosen")
    order = None if code else order_of(hub, row, one)
    if order is not None and _known(hub, write, order):
        code = ALREADY_TOLD
    notice = owe_notice(hub, write, order) if order is not None and not code else None
    left = {"state": "left_out", "code": code or PROTECTED}
    values: Mapping[str, Any] = left if notice is None else {"state": "owed", "notice": notice}
    write.execute(update(campaign_people).where(this).values(**values))
    if notice is None:
        write.leaf("campaign_person_left_out", campaign=row.id, place=one.place, code=left["code"])
    return str(values["state"])


def _known(hub: Hub, write: Write, order: NoticeOrder) -> bool:
    same = (notice_outbox.c.kind == order.kind) & (notice_outbox.c.subject_key == order.subject_key)
    return write.read(select(notice_outbox.c.id).where(notice_outbox.c.municipality == hub.code, same)).first() is not None


def order_of(hub: Hub, row: Row[Any], one: Row[Any]) -> NoticeOrder:
    """The notice of one person of a campaign."""
    kind = hub.catalogue.notice_kinds[row.kind]
    words = json.loads(hub.sealing.unseal_text(one.facts, context=words_context(hub, row.id, one.place)))
    return notice_order(hub, kind, one.addressee, one.subject_key, words)


def notice_order(hub: Hub, kind: NoticeKind, addressee: str, subject_key: str, words: Mapping[str, str]) -> NoticeOrder:
    """A notice of a kind with the free slots of now, where it offers some."""
    free = free_slots(hub, kind.id) if _offers(kind) else []
    subject, body = filled(hub, kind, words, [slot.words for slot in free])
    return NoticeOrder(
        kind=kind.id,
        sort="campaign",
        subject_key=subject_key,
        atena=addressee,
        business=kind.business,
        subject=subject,
        body=body,
        extras=offer_of(hub, kind, free) if kind.questionnaire else None,
        channels=kind.channels,
        display_days=kind.display_days,
    )
