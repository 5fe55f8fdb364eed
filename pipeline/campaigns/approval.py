"""Approving, stopping and resuming a campaign (承認・停止・再開). A stop holds from that second on: each call asks for it."""

from typing import Any

from sqlalchemy import Row, func, select, update

from pipeline.acts import enter_act
from pipeline.campaigns.planning import kind_of, rule_digest
from pipeline.errors import ActRefused
from pipeline.hub import Hub
from pipeline.journal.campaign_tables import campaign_people, campaigns
from pipeline.journal.database import Write
from pipeline.journal.decision_tables import notice_outbox
from pipeline.notices.exclusions import STOPPED
from pipeline.notices.states import NOTICES, move
from pipeline.staff import member, require
from vocabulary.masking import mask_numbers

LONGEST_NUMBER = 60
STATE_TITLES = {"planned": "承認待ち", "approved": "送信中", "stopped": "停止中", "ended": "送り終わり"}


def campaign_of(hub: Hub, key: int) -> Row[Any]:
    """A campaign of this municipality. Raises ActRefused."""
    found = hub.journal.rows(select(campaigns).where(campaigns.c.municipality == hub.code, campaigns.c.id == key))
    if not found:
        raise ActRefused(f"一斉のお知らせ {key} はありません", "hub campaign status で番号を確かめてください")
    return found[0]  # type: ignore[no-any-return]  # rows are untyped


def approve(hub: Hub, key: int, *, number: str, actor: str) -> None:
    """Let a planned campaign go. number: 決裁番号. The actor is an approver of the section and not who planned it. Raises ActRefused."""
    row = campaign_of(hub, key)
    require(hub, actor, "approver", row.section)
    if not number.strip() or len(number) > LONGEST_NUMBER or mask_numbers(number) != number:
        raise ActRefused("--number: 決裁番号がない、または長すぎます", f"1から{LONGEST_NUMBER}字で書いてください。個人番号は書けません")
    if rule_digest(kind_of(hub, row.kind)) != row.rule_digest:
        raise ActRefused(f"{row.kind}: 計画した後で文面または対象の条件が変わりました", "hub campaign plan で計画し直してください")
    with hub.journal.write() as write:
        _in_state(write, key, ("planned",))
        reason, subject = f"決裁 {number}", f"campaign {key}"
        act = enter_act(hub, write, kind="campaign_approve", actor=actor, reason=reason, subject=subject, first=row.planned)
        values = {"state": "approved", "approved": act, "decision_number": number}
        write.execute(update(campaigns).where(campaigns.c.id == key).values(**values))
        write.leaf("campaign_approved", campaign=key, act=act)


def stop(hub: Hub, key: int, *, actor: str, reason: str) -> int:
    """Stop a campaign at once; gives how many notices that were owed do not go out. Raises ActRefused."""
    row = campaign_of(hub, key)
    _require_either(hub, actor, row.section)
    with hub.journal.write() as write:
        _in_state(write, key, ("planned", "approved", "ended"))
        act = enter_act(hub, write, kind="campaign_stop", actor=actor, reason=reason, subject=f"campaign {key}")
        write.execute(update(campaigns).where(campaigns.c.id == key).values(state="stopped", stopped=act, ended_at=None))
        held = move(hub, write, NOTICES, _notices(row) & (notice_outbox.c.state == "owed"), "given_up", code=STOPPED, next_try_at=None)
        write.leaf("campaign_stopped", campaign=key, act=act, notices=held)
    return held


def resume(hub: Hub, key: int, *, actor: str, reason: str) -> int:
    """Let a stopped campaign go on; gives how many notices are owed again. Raises ActRefused."""
    row = campaign_of(hub, key)
    require(hub, actor, "approver", row.section)
    with hub.journal.write() as write:
        _in_state(write, key, ("stopped",))
        act = enter_act(hub, write, kind="campaign_resume", actor=actor, reason=reason, subject=f"campaign {key}")
        state = "planned" if row.approved is None else "approved"
        write.execute(update(campaigns).where(campaigns.c.id == key).values(state=state, stopped=None))
        held = _notices(row) & (notice_outbox.c.state == "given_up") & (notice_outbox.c.code == STOPPED)
        owed = move(hub, write, NOTICES, held, "owed", code=None, next_try_at=None)
        write.leaf("campaign_resumed", campaign=key, act=act, notices=owed)
    return owed


def _require_either(hub: Hub, actor: str, section: str) -> None:
    """Whoever sees that something is wrong may stop it: clerks and approvers of the section."""
    if "approver" in member(hub, actor).roles:
        require(hub, actor, "approver", section)
    else:
        require(hub, actor, "clerk", section)


def _in_state(write: Write, key: int, allowed: tuple[str, ...]) -> None:
    state = write.read(select(campaigns.c.state).where(campaigns.c.id == key).with_for_update()).scalar_one()
    if state not in allowed:
        raise ActRefused(f"一斉のお知らせ {key} は{STATE_TITLES[state]}です", "hub campaign status で状態を確かめてください")


def _notices(row: Row[Any]) -> Any:  # noqa: ANN401  a condition of SQLAlchemy has no simple type
    """The notices of a campaign on every channel: what is passed on keeps its subject."""
    mine = select(campaign_people.c.subject_key).where(campaign_people.c.campaign == row.id, campaign_people.c.state == "owed")
    same = (notice_outbox.c.municipality == row.municipality) & (notice_outbox.c.kind == row.kind)
    return same & notice_outbox.c.subject_key.in_(mine)


def figures(hub: Hub, row: Row[Any]) -> dict[str, int]:
    """How far a campaign is: chosen, left out and owed people, and its notices by state."""
    people = select(campaign_people.c.state, func.count().label("count")).where(campaign_people.c.campaign == row.id)
    found = {one.state: one.count for one in hub.journal.rows(people.group_by(campaign_people.c.state))}
    notices = select(notice_outbox.c.state, func.count().label("count")).where(_notices(row)).group_by(notice_outbox.c.state)
    sent = {f"notice_{one.state}": one.count for one in hub.journal.rows(notices)}
    return {"waiting": found.get("chosen", 0), "left_out": found.get("left_out", 0), "owed": found.get("owed", 0), **sent}
