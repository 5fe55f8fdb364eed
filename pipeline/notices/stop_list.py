"""The stop list (送付停止者一覧): who gets no notice, or none of some kinds, since a clerk said so; it holds from that second on."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row, select, update

from pipeline.acts import enter_act
from pipeline.errors import ActRefused
from pipeline.hub import Hub
from pipeline.journal.act_tables import acts
from pipeline.journal.campaign_tables import stop_list
from pipeline.journal.database import Write
from pipeline.journal.decision_tables import notice_outbox
from pipeline.notices.states import NOTICES, move
from pipeline.staff import StaffMember, require

ALL = "all"
CATEGORIES = MappingProxyType(
    {
        "stillbirth": ("流産・死産", "PREGNANCY_LOSS"),
        "care": ("措置", "IN_CARE"),
        "death": ("死亡", "DECEASED_PERSON"),
        "attended": ("受診済", "ALREADY_ATTENDED"),
        "wish": ("本人の希望", "STOP_LISTED"),
        "other": ("その他", "STOP_LISTED"),
    }
)
"""Why somebody is on the list → title and the code under which a notice is given up."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One entry that stands. kinds: of notices, or ``all``; category: of ``CATEGORIES``."""

    id: int
    atena: str = field(repr=False)
    kinds: frozenset[str]
    category: str = field(repr=False)
    day: str

    def stops(self, kind: str) -> bool:
        """Whether it stops notices of this kind."""
        return ALL in self.kinds or kind in self.kinds

    @property
    def code(self) -> str:
        """The reason code of what it stops."""
        return CATEGORIES[self.category][1]


@dataclass(frozen=True, slots=True)
class StopOrder:
    """An entry to make."""

    atena: str = field(repr=False)
    kinds: frozenset[str]
    category: str = field(repr=False)


def check_order(hub: Hub, order: StopOrder) -> None:
    """Refuse kinds that do not exist and reasons that are none. Raises ActRefused."""
    known = [ALL, *hub.catalogue.notice_kinds]
    known += [f"{name}/{sort}" for name in hub.municipality.procedures for sort in ("result", "correction")]
    wrong = sorted(order.kinds - set(known))
    if wrong or not order.kinds:
        allowed = "、".join([ALL, *hub.catalogue.notice_kinds])
        raise ActRefused(f"お知らせの種類 {'、'.join(wrong) or '（空）'} は使えません", f"使えるのは {allowed}")
    if order.category not in CATEGORIES:
        raise ActRefused(f"理由の区分 {order.category} は使えません", f"使えるのは {'、'.join(CATEGORIES)}")


def add_stop(hub: Hub, order: StopOrder, *, actor: str, reason: str) -> tuple[int, int]:
    """Enter somebody, and give up at once what is owed to them of these kinds. Gives the entry's number and how many were given up.

    What the section has standing already is not entered twice. Raises ActRefused.
    """
    require(hub, actor, "clerk")
    check_order(hub, order)
    with hub.journal.write() as write:
        known = same_entry(hub, write, order, actor)
        if known is not None:
            return known, 0
        act = enter_act(hub, write, kind="stop_list_add", actor=actor, reason=reason)
        return enter_stop(hub, write, order, act)


def enter_stop(hub: Hub, write: Write, order: StopOrder, act: int) -> tuple[int, int]:
    """As ``add_stop`` inside a transaction, for an act that is entered already."""
    person, entry = hub.index(order.atena, "stop-list"), entry_of(hub, order)
    said = json.dumps({"atena": order.atena, "kinds": sorted(order.kinds), "category": order.category})
    sealed = hub.sealing.seal_text(said, context=_context(hub, person, entry))
    row = {"municipality": hub.code, "person": person, "entry": entry, "sealed": sealed, "day": hub.clock.today().isoformat(), "act": act}
    key = write.insert_row(stop_list, row)
    given_up = _give_up(hub, write, order)
    write.leaf("stop_list_entered", entry=key, act=act, given_up=given_up)
    return key, given_up


def entry_of(hub: Hub, order: StopOrder) -> str:
    """Keyed hash of everything that an entry says, by which a repeated one is known."""
    return hub.index(f"{order.atena}/{'+'.join(sorted(order.kinds))}/{order.category}", "stop-list-entry")


def same_entry(hub: Hub, write: Write, order: StopOrder, actor: str) -> int | None:
    """The standing entry of the clerk's section that says the same. That of another section is no help: it may end any day."""
    desk = require(hub, actor, "clerk")
    same = (stop_list.c.municipality == hub.code) & (stop_list.c.entry == entry_of(hub, order)) & stop_list.c.ended_on.is_(None)
    found = write.read(select(stop_list.c.id, acts.c.actor).join(acts, acts.c.id == stop_list.c.act).where(same))
    return next((row.id for row in found if _is_of(hub, row.actor, desk)), None)


def _give_up(hub: Hub, write: Write, order: StopOrder) -> int:
    chosen = (notice_outbox.c.municipality == hub.code) & (notice_outbox.c.atena == order.atena) & (notice_outbox.c.state == "owed")
    if ALL not in order.kinds:
        chosen &= notice_outbox.c.kind.in_(order.kinds)
    return move(hub, write, NOTICES, chosen, "given_up", code=CATEGORIES[order.category][1], next_try_at=None)


def end_stop(hub: Hub, entry: int, *, actor: str, reason: str) -> None:
    """Take somebody off the list; by a desk of the section that entered it. What was given up meanwhile stays so. Raises ActRefused."""
    desk = require(hub, actor, "clerk")
    standing = (stop_list.c.municipality == hub.code) & (stop_list.c.id == entry) & stop_list.c.ended_on.is_(None)
    with hub.journal.write() as write:
        row = write.read(select(stop_list, acts.c.actor).join(acts, acts.c.id == stop_list.c.act).where(standing)).first()
        if row is None or not _is_of(hub, row.actor, desk):
            what = f"送付停止 {entry} は、{actor} の課にはありません、または終わっています"
            raise ActRefused(what, "hub stop-list list で番号を確かめてください")
        act = enter_act(hub, write, kind="stop_list_end", actor=actor, reason=reason, subject=f"stop list {entry}")
        write.execute(update(stop_list).where(standing).values(ended_on=hub.clock.today().isoformat(), end_act=act))
        write.leaf("stop_list_ended", entry=entry, act=act)


def stops_of(hub: Hub, people: Collection[str]) -> Mapping[str, Sequence[Stop]]:
    """The standing entries of these people, by 宛名番号."""
    indexes = {hub.index(atena, "stop-list"): atena for atena in people}
    standing = (stop_list.c.municipality == hub.code) & stop_list.c.ended_on.is_(None)
    found: dict[str, list[Stop]] = {}
    for row in hub.journal.rows(select(stop_list).where(standing, stop_list.c.person.in_(indexes)).order_by(stop_list.c.id)):
        found.setdefault(indexes[row.person], []).append(_open(hub, row))
    return found


def standing_stops(hub: Hub, actor: str) -> list[Stop]:
    """Whom the sections of a clerk have on the list now: why somebody is on it concerns no other section. Raises ActRefused."""
    desk = require(hub, actor, "clerk")
    standing = (stop_list.c.municipality == hub.code) & stop_list.c.ended_on.is_(None)
    entered = select(stop_list, acts.c.actor).join(acts, acts.c.id == stop_list.c.act).where(standing)
    return [_open(hub, row) for row in hub.journal.rows(entered.order_by(stop_list.c.id)) if _is_of(hub, row.actor, desk)]


def _is_of(hub: Hub, entered_by: str, desk: StaffMember) -> bool:
    """Whether a desk does the work of a section of whoever entered something; what a desk that is gone entered is everybody's."""
    known = hub.municipality.staff.get(entered_by)
    return known is None or not desk.sections.isdisjoint(known.sections)


def _open(hub: Hub, row: Row[Any]) -> Stop:
    said = json.loads(hub.sealing.unseal_text(row.sealed, context=_context(hub, row.person, row.entry)))
    return Stop(row.id, said["atena"], frozenset(said["kinds"]), said["category"], row.day)


def _context(hub: Hub, person: str, entry: str) -> str:
    return f"stop-list/{hub.code}/{person}/{entry}"
