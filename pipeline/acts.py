"""Acts of people (職員の行為): who did what to which case and why. They live in the journal, whatever a scheduler remembers."""

import os
import pwd
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, or_, select, update

from pipeline.errors import ActRefused
from pipeline.hub import Hub
from pipeline.journal.act_tables import acts
from pipeline.journal.database import Write
from pipeline.journal.intake_tables import applications
from pipeline.orders import check_order

Act = Row[Any]

LETTING_GO = ("release", "assign")
"""Kinds of acts that two people need to let a held case go on."""


def enter_act(
    hub: Hub,
    write: Write,
    *,
    kind: str,
    actor: str,
    reason: str,
    application: int | None = None,
    subject: str = "",
    first: int | None = None,
    state: str = "done",
) -> int:
    """Enter an act with its log leaf; gives its number. first: the request of another person that this act carries out.

    Raises SettingError for an order without actor or reason, ActRefused for a second person who is the first one or comes too late.
    """
    check_order(actor, reason)
    if first is not None:
        _second(hub, write, first, actor)
    now = hub.clock.now()
    row = {
        "municipality": hub.code,
        "kind": kind,
        "application": application,
        "subject": subject[:200],
        "actor": actor,
        "login": _login(),
        "reason": reason,
        "day": now.date().isoformat(),
        "at": now.isoformat(),
        "first": first,
        "state": state,
    }
    act = write.insert_row(acts, row)
    # What a person wrote stays in the journal; the leaf binds it there without repeating it to every reader of the log.
    said = hub.index(reason, "act-reason")
    facts: dict[str, str | int | None] = {"act": act, "kind": kind, "application": application, "subject": row["subject"], "first": first}
    write.leaf("act_entered", **facts, actor=actor, login=row["login"], state=state, said=said)
    return act


def _second(hub: Hub, write: Write, first: int, actor: str) -> None:
    """The request is carried out by somebody else than asked for it, where declared also from another OS account, and only once."""
    waiting = (acts.c.id == first) & (acts.c.state == "asked")
    asked_by = write.read(select(acts.c.actor, acts.c.login).where(waiting).with_for_update()).first()
    if asked_by is None:
        raise ActRefused(f"行為 {first} は二人目の承認を待っていません", "hub acts で状態を確かめてください")
    if asked_by.actor == actor:
        raise ActRefused(f"同じ職員（{actor}）が二度は承認できません", "承認者の権限を持つ別の職員が、同じコマンドを実行してください")
    if hub.municipality.separate_logins and asked_by.login == _login():
        what = f"依頼と同じOSアカウント（{asked_by.login}）からは承認できません"
        raise ActRefused(what, "承認者の権限を持つ別の職員が、自分のOSアカウントで同じコマンドを実行してください")
    write.execute(update(acts).where(acts.c.id == first).values(state="done"))


def awaiting() -> ColumnElement[bool]:
    """The SQL condition on acts that a second person can still carry the request out: what lets a case go is moot once nothing holds it."""
    case = applications.alias()
    held = exists().where(case.c.id == acts.c.application, case.c.disposition == "held")
    return and_(acts.c.state == "asked", or_(acts.c.kind.not_in(LETTING_GO), held))


def asked(hub: Hub) -> list[Act]:
    """Requests that wait for a second person, the oldest first."""
    return hub.journal.rows(select(acts).where(acts.c.municipality == hub.code, awaiting()).order_by(acts.c.id))


def acts_of(hub: Hub, application: int) -> list[Act]:
    """Everything that people did to an application, in order."""
    return hub.journal.rows(select(acts).where(acts.c.municipality == hub.code, acts.c.application == application).order_by(acts.c.id))


def _login() -> str:
    """The account of the operating system; its number where it has no name. Environment variables could say anything."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name[:80]
    except KeyError:
        return str(os.getuid())
