"""What people see and decide about both channels (送信の判断): what stands open, tried anew, or sent no more."""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, select

from pipeline.act_cases import allowed
from pipeline.acts import enter_act
from pipeline.alarms import end_alarm
from pipeline.errors import ActRefused
from pipeline.hub import Hub
from pipeline.journal.decision_tables import notice_outbox, status_outbox
from pipeline.journal.intake_tables import applications
from pipeline.notices.closing import subject_of
from pipeline.notices.states import NOTICES, OPEN, STATUSES, Machine, move
from pipeline.staff import member, require

_NUMBER = re.compile("[0-9]{1,9}")
STATE_WORDS = {"owed": "送信待ち", "sending": "送信中", "refused": "受付不可", "given_up": "送信断念"}
BY_PERSON = "BY_PERSON"
"""Code of what a person gave up."""
NO_CONSENT = "LETTERBOX_NO_CONSENT"
"""Code of what went on to the next channel, as nobody consented to the letter-box."""
REPLACED = "CERTIFICATE_REPLACED"
"""Code of what was taken back and issued anew."""
NOTICE_ALARMS = ("NOTICE_GIVEN_UP", "NOTICE_REFUSED", "NOTICE_CODE_UNKNOWN")
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
    for row in hub.journal.rows(select(notice_outbox).where(_sent_by_runs(hub), _unfinished(NOTICES))):
        yield _standing(str(row.id), row.kind, row)


def _sent_by_runs(hub: Hub) -> ColumnElement[bool]:
    """Notices of the digital ways; letters are made and told of otherwise."""
    return (notice_outbox.c.municipality == hub.code) & notice_outbox.c.channel.in_(("portal", "letterbox"))


def _statuses(hub: Hub) -> Iterator[Standing]:
    joined = select(status_outbox, applications.c.receipt).join(applications, applications.c.id == status_outbox.c.application)
    for row in hub.journal.rows(joined.where(applications.c.municipality == hub.code, _unfinished(STATUSES))):
        yield _standing(f"{row.receipt}/{row.status}", "処理状況", row)


def _unfinished(machine: Machine) -> ColumnElement[bool]:
    column = machine.table.c
    # What was given up on purpose, by a person or because of who is addressed, waits for nobody.
    on_purpose = (column.state == "given_up") & ((column.attempts == 0) | column.code.in_((BY_PERSON, NO_CONSENT, REPLACED)))
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

    Raises ActRefused for a row that is not there, is done, went on to the next channel, or is about to be sent anyway.
    """
    found = _find(hub, name, actor)
    if found.row.state in OPEN and _is_next(found.row):
        raise ActRefused(f"{name} は次の実行で送ります", "送信（hub run notify）の後に hub notices list で確かめてください")
    if found.row.code == NO_CONSENT:
        raise ActRefused(f"{name} は同意がないため次の経路に回しました", "同じお知らせの、次の経路のものを確かめてください")
    if found.row.code == REPLACED:
        raise ActRefused(f"{name} は取り消した証明書です", "再発行した証明書のお知らせを確かめてください")
    anew = {"attempts": 0, "first_try_at": found.row.first_try_at, "next_try_at": None, "code": None}
    return _decide(hub, found, "sending", anew, kind="notice_retried", actor=actor, reason=reason)


def send_no_more(hub: Hub, name: str, *, actor: str, reason: str) -> int:
    """Give a row up. Returns the act. Raises ActRefused for a row that is not there, is done, or is being sent."""
    found = _find(hub, name, actor)
    if found.row.code == BY_PERSON:
        raise ActRefused(f"{name} はすでに送らないと決めています", "送り直すときは hub notices retry です")
    if found.row.state == "sending" and _is_next(found.row):
        raise ActRefused(f"{name} は送信中です", "送信（hub run notify）の後に hub notices list で確かめてください")
    return _decide(hub, found, "given_up", {"next_try_at": None, "code": BY_PERSON}, kind="notice_given_up", actor=actor, reason=reason)


def _is_next(row: Row[Any]) -> bool:
    """Whether the next run takes the row up, or this one has it."""
    return row.code is None and row.next_try_at is None


def _decide(hub: Hub, found: _Found, to: str, values: dict[str, Any], *, kind: str, actor: str, reason: str) -> int:
    with hub.journal.write() as write:
        act = enter_act(hub, write, kind=kind, actor=actor, reason=reason, application=found.row.application, subject=found.subject)
        table = found.machine.table
        # A run may have taken the row up meanwhile.
        same = found.chosen & (table.c.state == found.row.state) & (table.c.attempts == found.row.attempts)
        if found.row.state == to == "given_up":
            changed = write.execute(table.update().where(same).values(code=BY_PERSON)).rowcount
        else:
            changed = move(hub, write, found.machine, same, to, **values)
        if not changed:
            raise ActRefused(f"{found.subject} はほかの実行が扱っています", "hub notices list で今の状態を確かめてください")
        for alarm in found.alarms:
            end_alarm(hub, write, kind=alarm, subject=found.subject, act=act)
    return act


def _find(hub: Hub, name: str, actor: str) -> _Found:
    found = _status(hub, name) if "/" in name else _notice(hub, name)
    if found is None:
        raise ActRefused(f"ID {name} の処理状況・お知らせはありません", "hub notices list で番号を確かめてください")
    if "it" not in member(hub, actor).roles:
        _check_clerk(hub, found.row, actor)
    if found.row.state not in UNFINISHED:
        raise ActRefused(f"{name} は送信ずみです", "送り直すことはできません。内容が変わったときは新しいお知らせになります")
    return found


def _check_clerk(hub: Hub, row: Row[Any], actor: str) -> None:
    """A clerk of the section that owns the case or the kind, entitled where the case is restricted. Raises ActRefused."""
    if row.application is not None:
        (case,) = hub.journal.rows(select(applications).where(applications.c.id == row.application))
        allowed(hub, case, actor)
        return
    kind = hub.catalogue.notice_kinds.get(row.kind)
    require(hub, actor, "clerk", kind.section if kind else None)


def _notice(hub: Hub, name: str) -> _Found | None:
    if not _NUMBER.fullmatch(name):
        return None
    chosen = notice_outbox.c.id == int(name)
    rows = hub.journal.rows(select(notice_outbox).where(chosen, _sent_by_runs(hub)))
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
