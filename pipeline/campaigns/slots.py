"""Slots of an interview (面談枠): declared by the section as a CSV, offered in notices, held by one answer for each seat."""

import csv
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from mappings.notice_kinds import NoticeKind
from pipeline.acts import enter_act
from pipeline.campaigns.planning import kind_of
from pipeline.campaigns.texts import due_on
from pipeline.hub import Hub
from pipeline.journal.campaign_tables import slot_seats, slots
from pipeline.notices.facts import due_words
from pipeline.staff import require
from vocabulary.findings import refuse
from vocabulary.masking import mask_numbers

COLUMNS = ["日", "時刻", "場所", "席数"]
MOST_SEATS = 200
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_LONGEST_PLACE = 80


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot with its free seats. day: ISO; time: HH:MM."""

    id: int
    day: str
    time: str
    place: str
    free: int

    @property
    def words(self) -> str:
        """As a resident reads it: 令和8年12月3日（木）10:00 相談室1."""
        return f"{due_words(date.fromisoformat(self.day))}{self.time} {self.place}"


def read_slots(path: Path, today: date) -> list[dict[str, Any]]:
    """The rows of a file: 日 (YYYY-MM-DD), 時刻 (HH:MM), 場所, 席数. Raises Refused SLOT_ROW naming file and line."""
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines(), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise refuse("SLOT_ROW", f"{path.name} is no CSV in UTF-8", "no CSV") from None
    if not rows or any(list(row) != COLUMNS for row in rows):
        raise refuse("SLOT_ROW", f"{path.name}:1 columns are {','.join(COLUMNS)}", "columns")
    found = [_row(f"{path.name}:{line}", row, today) for line, row in enumerate(rows, start=2)]
    keys = [(one["day"], one["time"], one["place"]) for one in found]
    if len(set(keys)) != len(keys):
        raise refuse("SLOT_ROW", f"{path.name} the same slot stands twice", "twice")
    return found


def _row(place: str, row: Mapping[str, str], today: date) -> dict[str, Any]:
    day, time, where, seats = (str(row[name] or "").strip() for name in COLUMNS)
    known = _day(day)
    if known is None:
        raise refuse("SLOT_ROW", f"{place} 日 is YYYY-MM-DD", "day")
    if known <= today:
        raise refuse("SLOT_ROW", f"{place} 日 is not after today", "day")
    if not _TIME.fullmatch(time):
        raise refuse("SLOT_ROW", f"{place} 時刻 is HH:MM", "time")
    if not where or len(where) > _LONGEST_PLACE or mask_numbers(where) != where:
        raise refuse("SLOT_ROW", f"{place} 場所 has 1 to {_LONGEST_PLACE} characters", "place")
    if not (seats.isascii() and seats.isdigit() and len(seats) <= len(str(MOST_SEATS)) and 1 <= int(seats) <= MOST_SEATS):
        raise refuse("SLOT_ROW", f"{place} 席数 is 1 to {MOST_SEATS}", "seats")
    return {"day": day, "time": time, "place": where, "seats": int(seats)}


def _day(text: str) -> date | None:
    """One form only: 20261203 is a day as well, but a slot that came in both forms would be two slots."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.isoformat() == text else None


def open_slots(hub: Hub, name: str, path: Path, *, actor: str, reason: str) -> int:
    """Open the slots of a file, all or nothing; gives how many were new. A slot that is open already stays as it is.

    Raises Refused SLOT_ROW, ActRefused.
    """
    kind = kind_of(hub, name)
    require(hub, actor, "clerk", kind.section)
    rows = read_slots(path, hub.clock.today())
    known = {(row.day, row.time, row.place) for row in hub.journal.rows(select(slots).where(_of(hub, name)))}
    new = [row for row in rows if (row["day"], row["time"], row["place"]) not in known]
    if new:
        with hub.journal.write() as write:
            # A file is named by whoever made it, maybe by a person; its digest says which one it was.
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            act = enter_act(hub, write, kind="slots_open", actor=actor, reason=reason, subject=f"{name} {digest[:16]}")
            for row in new:
                where = {key: row[key] for key in ("day", "time", "place")}
                key = write.insert_row(slots, {"municipality": hub.code, "kind": name, **where, "act": act})
                write.insert_many(slot_seats, [{"slot": key, "seat": seat} for seat in range(1, row["seats"] + 1)])
            write.leaf("slots_opened", act=act, kind=name, slots=len(new), seats=sum(row["seats"] for row in new))
    return len(new)


def free_slots(hub: Hub, kind: str) -> list[Slot]:
    """Slots after today that have a free seat, by day, time and place."""
    joined = select(slots, func.count().label("free")).join(slot_seats, slot_seats.c.slot == slots.c.id)
    free = joined.where(_of(hub, kind), slots.c.day > hub.clock.today().isoformat(), slot_seats.c.holder.is_(None))
    rows = hub.journal.rows(free.group_by(*slots.c).order_by(slots.c.day, slots.c.time, slots.c.place))
    return [Slot(row.id, row.day, row.time, row.place, row.free) for row in rows]


def offer_of(hub: Hub, kind: NoticeKind, free: Sequence[Slot]) -> dict[str, Any]:
    """What comes with a questionnaire: its questions, the slots that were free when it was written, the last day to answer."""
    questions = [{"id": one.id, "title": one.title, "answer": one.answer, "options": list(one.options)} for one in kind.questionnaire]
    offered = [{"id": str(slot.id), "day": slot.day, "time": slot.time, "place": slot.place} for slot in free]
    return {"questionnaire": {"questions": questions, "slots": offered, "until": due_on(hub, kind).isoformat()}}


def _of(hub: Hub, kind: str) -> Any:  # noqa: ANN401  a condition of SQLAlchemy has no simple type
    return (slots.c.municipality == hub.code) & (slots.c.kind == kind)
