"""Asking for a correction (補正の求め): a clerk's request, its extension (期限の延長), and an answer on paper or at the counter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, insert, select, update

from pipeline.act_cases import ENDED, Case, allowed
from pipeline.acts import enter_act
from pipeline.corrections.cases import ASKED, UNANSWERED, Correction, corrections_of, let_go, locked, say
from pipeline.corrections.places import Item, list_of
from pipeline.corrections.telling import extension_key, owe_text, say_by_person, told_by_person
from pipeline.errors import ActRefused
from pipeline.hub import Hub
from pipeline.journal.correction_tables import correction_items, corrections
from pipeline.journal.database import Write
from pipeline.journal.decision_tables import decisions
from pipeline.journal.delivery_tables import obligations
from pipeline.journal.intake_tables import applications
from pipeline.steps.statuses import owe_status
from vocabulary.dates import to_wareki

STATUS = "CORRECTION"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it stands. by_person: nobody may be told automatically, so a clerk tells them."""

    act: int
    number: int
    due: date
    by_person: bool


def ask(hub: Hub, row: Case, items: Sequence[Item], due: date, *, actor: str, reason: str) -> Asked:
    """Ask for a correction: the case stops, the portal is owed 補正依頼中; the notice follows it. Raises ActRefused."""
    allowed(hub, row, actor)
    list_of(hub, hub.procedure(row.procedure), items)
    with hub.journal.write() as write:
        now = _correctable(hub, write, row)
        number = int(write.read(select(func.count()).select_from(corrections).where(corrections.c.application == row.id)).scalar_one()) + 1
        act = enter_act(hub, write, kind="correct", actor=actor, reason=reason, application=row.id, subject=f"{number}回目 {due}")
        by_person = told_by_person(hub, write, now)
        correction = write.insert_row(corrections, _row(hub, row, number=number, due=due, act=act, by_person=by_person))
        asked = [{"correction": correction, "place": one.place, "says": one.says} for one in items]
        write.execute(insert(correction_items), asked)
        say(hub, write, row.id, ASKED, number)
        if by_person:
            say_by_person(write, row.id, number)
        owe_status(hub, write, row.id, row.receipt, STATUS)
        write.leaf("correction_asked", application=row.id, correction=correction, items=len(items), due=due.isoformat())
    return Asked(act, number, due, by_person)


def _row(hub: Hub, row: Case, *, number: int, due: date, act: int, by_person: bool) -> dict[str, Any]:
    return {
        "application": row.id,
        "number": number,
        "requested_on": hub.clock.today().isoformat(),
        "due_on": due.isoformat(),
        "state": "open",
        "telling": "person" if by_person else "waiting",
        "act": act,
    }


def _correctable(hub: Hub, write: Write, row: Case) -> Case:
    """The case as it stands now, locked. Raises ActRefused when nothing can be asked of it."""
    # The release takes the same locks, so that a case is either in a file or stopped.
    write.read(select(obligations.c.state).where(obligations.c.application == row.id).with_for_update()).all()
    now = write.read(select(applications).where(applications.c.id == row.id).with_for_update()).one()
    if now.disposition in ENDED and now.disposition != "delivered":
        raise ActRefused(f"受付番号 {row.receipt} は{ENDED[now.disposition]}", "補正は、処理中の申請に求めてください")
    if write.read(select(decisions.c.id).where(decisions.c.application == row.id)).first() is not None:
        raise ActRefused(f"受付番号 {row.receipt} はすでに決定しています", "決定を改めるときは業務システムで処理してください")
    running = [one for one in corrections_of(hub, row.id) if one.state in UNANSWERED]
    if running:
        until = to_wareki(date.fromisoformat(running[-1].due_on))
        what = f"受付番号 {row.receipt} にはすでに補正を求めています（{running[-1].number}回目、期限 {until}）"
        raise ActRefused(what, "期限を延ばすときは hub correct --extend、紙などで補正されたときは --answered を使ってください")
    found: Case = now
    return found


def extend(hub: Hub, row: Case, due: date, *, actor: str, reason: str) -> Asked:
    """Give a later due day (延長), also after the lapse; the resident is told. Raises ActRefused."""
    allowed(hub, row, actor)
    last = _last_unanswered(hub, row)
    if due.isoformat() <= last.due_on:
        raise ActRefused(f"{due}: 今の期限（{last.due_on}）より後の日ではありません", "後の日にしてください")
    with hub.journal.write() as write:
        now = _again(write, row, last, UNANSWERED)
        act = enter_act(hub, write, kind="extend", actor=actor, reason=reason, application=row.id, subject=f"{last.number}回目 {due}")
        changed = {"due_on": due.isoformat(), "state": "extended"}
        write.execute(update(corrections).where(corrections.c.id == last.id).values(**changed))
        say(hub, write, row.id, ASKED, last.number)
        by_person = _tell_extension(hub, write, now, last, due)
        write.leaf("correction_extended", application=row.id, correction=last.id, due=due.isoformat())
    return Asked(act, last.number, due, by_person)


def _tell_extension(hub: Hub, write: Write, row: Case, last: Correction, due: date) -> bool:
    """Owe the notice of a later due day; one that was not told yet is told with it. Gives whether a person has to tell."""
    if last.telling == "waiting":
        return False
    if last.telling == "notice" and owe_text(hub, write, row, last, due=due, key=extension_key(last, due)):
        return False
    say_by_person(write, row.id, last.number)
    write.execute(update(corrections).where(corrections.c.id == last.id).values(telling="person"))
    return True


def answered_otherwise(hub: Hub, row: Case, *, actor: str, reason: str) -> int:
    """The resident answered on paper or at the counter: the case goes on. Gives the act. Raises ActRefused."""
    allowed(hub, row, actor)
    last = _last_unanswered(hub, row)
    with hub.journal.write() as write:
        now = _again(write, row, last, UNANSWERED)
        act = enter_act(hub, write, kind="answered", actor=actor, reason=reason, application=row.id, subject=f"{last.number}回目")
        answered = {"state": "answered", "answered_on": hub.clock.today().isoformat()}
        write.execute(update(corrections).where(corrections.c.id == last.id).values(**answered))
        let_go(hub, write, now)
        write.leaf("correction_answered", application=row.id, correction=last.id)
    return act


def _last_unanswered(hub: Hub, row: Case) -> Correction:
    waiting = [one for one in corrections_of(hub, row.id) if one.state in UNANSWERED]
    if not waiting:
        raise ActRefused(f"受付番号 {row.receipt} には回答を待っている補正がありません", "hub case で経過を確かめてください")
    return waiting[-1]


def _again(write: Write, row: Case, correction: Correction, states: tuple[str, ...]) -> Case:
    """The case, with its request locked. Raises ActRefused when somebody was faster, or the case has ended."""
    now = write.read(select(applications).where(applications.c.id == row.id).with_for_update()).one()
    if locked(write, correction, states) is None or (now.disposition in ENDED and now.disposition != "delivered"):
        raise ActRefused(f"受付番号 {row.receipt} の補正はすでに終わっています", "hub case で経過を確かめてください")
    found: Case = now
    return found


