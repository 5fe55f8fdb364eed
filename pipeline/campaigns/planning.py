"""Planning a campaign (一斉のお知らせの計画): who gets a notice, who is left out and why; nothing is owed before it is approved."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from sqlalchemy import select

from mappings.notice_kinds import NoticeKind
from pipeline.acts import enter_act
from pipeline.campaigns.ledger_records import data_as_of
from pipeline.campaigns.people import Candidate, Choice, candidates
from pipeline.campaigns.texts import words_of
from pipeline.errors import ActRefused
from pipeline.hub import Hub, digest_of
from pipeline.journal.campaign_tables import campaign_people, campaigns
from pipeline.journal.decision_tables import notice_outbox
from pipeline.notices.exclusions import Concerned, checks_of, reasons_for
from pipeline.staff import require

ALREADY_TOLD, NOBODY = "ALREADY_TOLD", "ADDRESSEE_UNKNOWN"
_AT_ONCE = 500
_PERSON = 40


@dataclass(frozen=True, slots=True)
class Planned:
    """One person of a plan. code: why the person is left out; empty for who is chosen. words: of the text, by source."""

    person: str = field(repr=False)
    addressee: str = field(repr=False)
    subject_key: str
    words: Mapping[str, str] = field(repr=False)
    code: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a campaign would do. as_of: of the oldest extract it was read from (ISO); empty where none is needed."""

    kind: NoticeKind
    day: date
    as_of: str
    people: Sequence[Planned]

    @property
    def chosen(self) -> list[Planned]:
        """Who gets a notice."""
        return [one for one in self.people if not one.code]

    @property
    def left_out(self) -> Counter[str]:
        """How many are left out, by reason."""
        return Counter(one.code for one in self.people if one.code)


def kind_of(hub: Hub, name: str) -> NoticeKind:
    """A kind that is sent as a campaign here. Raises ActRefused naming those that are."""
    known = {one.id: one for one in hub.catalogue.notice_kinds.values() if one.approval == "campaign"}
    if name not in known:
        raise ActRefused(f"{name}: 一斉のお知らせの種類ではありません", f"使えるのは {'、'.join(known) or 'まだありません'}")
    if known[name].section not in hub.municipality.sections:
        what = f"{name}: 担当課 {known[name].section} がこの自治体にありません"
        raise ActRefused(what, f"notice.yaml の section を {'、'.join(hub.municipality.sections)} から選んでください")
    return known[name]


def make_plan(hub: Hub, name: str, day: date, listed: Sequence[str] = ()) -> Plan:
    """Who would get the notice on the day. listed: 宛名番号 of a section's own list. Raises ActRefused."""
    choice = Choice(kind_of(hub, name), day, listed=listed)
    people: dict[str, Planned] = {}
    for page in _pages(candidates(hub, choice)):
        for one in _judge(hub, choice, page):
            people.setdefault(one.subject_key, one)
    return Plan(choice.kind, day, data_as_of(hub, choice.kind), list(people.values()))


def _pages(found: Iterator[Candidate]) -> Iterator[list[Candidate]]:
    held: list[Candidate] = []
    for one in found:
        held.append(one)
        if len(held) == _AT_ONCE:
            yield held
            held = []
    yield held


def _judge(hub: Hub, choice: Choice, page: Sequence[Candidate]) -> Iterator[Planned]:
    """Candidates with the reason why they are left out, if any."""
    kind = choice.kind
    keys = [subject_of(hub, one) for one in page]
    told = _told(hub, kind.id, keys)
    checks = checks_of(hub, kind.id)
    concerned = [Concerned(place, kind.id, one.person, one.addressee or one.person, None, checks) for place, one in enumerate(page)]
    codes = reasons_for(hub, concerned)
    for place, (one, key) in enumerate(zip(page, keys, strict=True)):
        code = codes.get(place) or (ALREADY_TOLD if key in told else "" if one.addressee else NOBODY)
        yield Planned(one.person, one.addressee or one.person, key, words_of(kind, one), code)


def subject_of(hub: Hub, one: Candidate) -> str:
    """What makes the notice one of its kind: the person and the period, whatever campaign it comes from."""
    return f"campaign/{one.period}/{hub.index(one.person, 'campaign')[:_PERSON]}"


def _told(hub: Hub, kind: str, keys: Sequence[str]) -> set[str]:
    same = (notice_outbox.c.municipality == hub.code) & (notice_outbox.c.kind == kind) & notice_outbox.c.subject_key.in_(keys)
    return {row.subject_key for row in hub.journal.rows(select(notice_outbox.c.subject_key).where(same))}


def rule_digest(kind: NoticeKind) -> str:
    """Digest of everything that a kind says: another text or audience needs another approval."""
    files = sorted(file for file in kind.folder.iterdir() if file.is_file())
    return digest_of(*(sha256(file.read_bytes()).hexdigest() for file in files))


def enter_plan(hub: Hub, plan: Plan, *, actor: str, reason: str) -> int:
    """Keep a plan for approval; gives the campaign's number. Raises ActRefused: an actor of another section, or nobody is chosen."""
    kind = plan.kind
    require(hub, actor, "clerk", kind.section)
    if not plan.chosen:
        raise ActRefused(f"{kind.id}: 送る相手がいません", "日付と対象の条件を確かめてください（hub campaign plan … --dry-run）")
    with hub.journal.write() as write:
        act = enter_act(hub, write, kind="campaign_plan", actor=actor, reason=reason, subject=f"{kind.id} {plan.day}", state="asked")
        row = {
            "municipality": hub.code,
            "kind": kind.id,
            "section": kind.section,
            "day": plan.day.isoformat(),
            "rule_digest": rule_digest(kind),
            "data_as_of": plan.as_of,
            "state": "planned",
            "planned": act,
            "first_wave": kind.waves.first,
            "pause_hours": kind.waves.pause_hours,
        }
        key = write.insert_row(campaigns, row)
        write.insert_many(campaign_people, [_row(hub, key, place, one) for place, one in enumerate(plan.people, start=1)])
        facts: dict[str, str | int] = {"kind": kind.id, "chosen": len(plan.chosen), "left_out": len(plan.people) - len(plan.chosen)}
        write.leaf("campaign_planned", campaign=key, act=act, **facts)
    return key


def _row(hub: Hub, campaign: int, place: int, one: Planned) -> dict[str, object]:
    sealed = hub.sealing.seal_text(json.dumps(dict(one.words), ensure_ascii=False), context=words_context(hub, campaign, place))
    return {
        "campaign": campaign,
        "place": place,
        "person": one.person,
        "addressee": one.addressee,
        "subject_key": one.subject_key,
        "facts": sealed,
        "state": "left_out" if one.code else "chosen",
        "code": one.code or None,
    }


def words_context(hub: Hub, campaign: int, place: int) -> str:
    """The place that the sealed words of a person belong to."""
    return f"campaign/{hub.code}/{campaign}/{place}"
