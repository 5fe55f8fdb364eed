"""What people see and decide about both channels (送信の判断): what stands open, tried anew, or sent no more."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, select

from pipeline.acts import enter_act
from pipeline.alarms import end_alarm
from pipeline.errors import ActRefused
from pipeline.hub import Hub
from pipeline.journal.decision_tables import notice_outbox, status_outbox
from pipeline.journal.intake_tables import applications
from pipeline.notices.closing import subject_of
from pipeline.notices.states import NOTICES, OPEN, STATUSES, Machine, move
from pipeline.staff import member, require

STATE_WORDS = {"owed": "送信待ち", "sending": "送信中", "refused": "受付不可", "given_up": "送信断念"}
BY_PERSON = "BY_PERSON"
"""Code of what a person gave up."""
NO_CONSENT = "LETTERBOX_NO_CONSENT"
"""Code of what went on to the next channel, as nobody consented to the letter-box."""
NOTICE_ALARMS = ("NOTICE_GIVEN_UP", "NOTICE_CODE_UNKNOWN")
STATUS_ALARMS = ("STATUS_REFUSED", "STATUS_GIVEN_UP", "STATUS_CODE_UNKNOWN")
UNFINISHED = (*OPEN, "refused", "given_up")


@dataclass(frozen=True, slots=True)
class Standing:
    """A row that is not done. name: number of a notice, or receipt/status; for_person: no run sends it again by itself."""

    name: str
    what: str
    state: str
    code: str | None
    attempts: int
    next_try_at: str | None
    for_person: bool

    def as_json(self) -> dict[str, Any]:
        """One object of ``--json``."""
        return asdict(self)

    def sentence(self) -> str:
        """One line for a clerk."""
        code = f" {self.code}" if self.code else ""
        later = f"次の送信 {self.next_try_at[:16]}" if self.next_try_at else "次の実行で送ります"
        then = "職員の判断を待っています" if self.for_person else later
        return f"{self.name}　{self.what}　{STATE_WORDS[self.state]}{code}　{self.attempts}回送信　{then}"


def standing(hub: Hub) -> list[Standing]:
    """Everything of both channels that is not done, what waits for a person first; what a person gave up is done."""
    return sorted([*_notices(hub), *_statuses(hub)], key=lambda one: (not one.for_person, one.name))


def _notices(hub: Hub) -> Iterator[Standing]:
    mine = (notice_outbox.c.municipality == hub.code) & notice_outbox.c.channel.in_(("portal", "letterbox"))
    for row in hub.journal.rows(select(notice_outbox).where(mine, _unfinished(NOTICES))):
        yield _standing(str(row.id), row.kind, row)


def _statuses(hub: Hub) -> Iterator[Standing]:
    joined = select(status_outbox, applications.c.receipt).join(applications, applications.c.id == status_outbox.c.application)
    for row in hub.journal.rows(joined.where(applications.c.municipality == hub.code, _unfinished(STATUSES))):
        yield _standing(f"{row.receipt}/{row.status}", "処理状況", row)


def _unfinished(machine: Machine) -> ColumnElement[bool]:
    column = machine.table.c
    # What was given up on purpose, by a person or because of who is addressed, waits for nobody.
    on_purpose = (column.state == "given_up") & ((column.attempts == 0) | column.code.in_((BY_PERSON, NO_CONSENT)))
    return column.state.in_(UNFINISHED) & ~on_purpose


def _standing(name: str, what: str, row: Row[Any]) -> Standing:
    for_person = row.state not in OPEN or (row.code is not None and row.next_try_at is None)
    return Standing(name, what, row.state, row.code, row.attempts, row.next_try_at, for_person)


@dataclass(frozen=True, slots=True)
class _Found:
    machine: Machine
    chosen: ColumnElement[bool]
    row: Row[Any]
    alarms: tuple[str, ...]
    subject: str


def try_anew(hub: Hub, name: str, *, actor: str, reason: str) -> int:
    """Have a row tried from its first wait on; it counts as uncertain, so that it is looked up before it is sent. Returns the act.

    Raises ActRefused for a row that is not there, is done, or is about to be sent anyway.
    """
    found = _find(hub, name, actor)
    anew = {"attempts": 0, "first_try_at": found.row.first_try_at, "next_try_at": None, "code": None}
    return _decide(hub, found, "sending", anew, kind="notice_retried", actor=actor, reason=reason)


def send_no_more(hub: Hub, name: str, *, actor: str, reason: str) -> int:
    """Give a row up. Returns the act. Raises as ``try_anew``."""
    found = _find(hub, name, actor)
    return _decide(hub, found, "given_up", {"next_try_at": None, "code": BY_PERSON}, kind="notice_given_up", actor=actor, reason=reason)


def _decide(hub: Hub, found: _Found, to: str, values: dict[str, Any], *, kind: str, actor: str, reason: str) -> int:
    with hub.journal.write() as write:
        act = enter_act(hub, write, kind=kind, actor=actor, reason=reason, application=found.row.application, subject=found.subject)
        if found.row.state == to == "given_up":
            write.execute(found.machine.table.update().where(found.chosen).values(code=BY_PERSON))
        else:
            move(hub, write, found.machine, found.chosen, to, **values)
        for alarm in found.alarms:
            end_alarm(hub, write, kind=alarm, subject=found.subject, act=act)
    return act


def _find(hub: Hub, name: str, actor: str) -> _Found:
    found = _status(hub, name) if "/" in name else _notice(hub, name)
    if found is None:
        raise ActRefused(f"ID {name} の処理状況・お知らせはありません", "hub notices list で番号を確かめてください")
    if "it" not in member(hub, actor).roles:
        require(hub, actor, "clerk")
    if found.row.state not in UNFINISHED:
        raise ActRefused(f"{name} は送信ずみです", "送り直すことはできません。内容が変わったときは新しいお知らせになります")
    return found


def _notice(hub: Hub, name: str) -> _Found | None:
    if not (name.isascii() and name.isdecimal()):
        return None
    chosen = notice_outbox.c.id == int(name)
    rows = hub.journal.rows(select(notice_outbox).where(chosen, notice_outbox.c.municipality == hub.code))
    return _Found(NOTICES, chosen, rows[0], NOTICE_ALARMS, subject_of(int(name))) if rows else None


def _status(hub: Hub, name: str) -> _Found | None:
    receipt, _, status = name.partition("/")
    joined = select(status_outbox).join(applications, applications.c.id == status_outbox.c.application)
    mine = (applications.c.municipality == hub.code) & (applications.c.receipt == receipt) & (status_outbox.c.status == status)
    rows = hub.journal.rows(joined.where(mine, _unfinished(STATUSES)).order_by(applications.c.id))
    if not rows:
        return None
    chosen = (status_outbox.c.application == rows[0].application) & (status_outbox.c.status == status)
    return _Found(STATUSES, chosen, rows[0], STATUS_ALARMS, name)
