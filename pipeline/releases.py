"""Releases and confirmations (保留解除・確認): an alert takes one clerk, an error a second person with the approver's role."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from pipeline.act_cases import Case, allowed, unfinished
from pipeline.acts import enter_act
from pipeline.errors import ActRefused
from pipeline.hub import Hub
from pipeline.journal.act_tables import waivers
from pipeline.journal.database import Write
from pipeline.journal.intake_tables import findings
from pipeline.two_people import Entered, ask_or_carry_out
from pipeline.waivers import acts_by_finding
from vocabulary.findings import Severity
from vocabulary.reasons import Reason
from vocabulary.reasons import reason as reason_of

LONGEST_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """Which findings of a case: by code, and where it is given by rule and place."""

    code: str
    rule: str = ""
    place: str = ""


def confirm(hub: Hub, row: Case, choice: Choice, *, actor: str, reason: str) -> Entered:
    """Confirm alerts (確認), which takes one clerk. Raises ActRefused."""
    allowed(hub, row, actor)
    with hub.journal.write() as write:
        found = _standing(hub, write, row, choice)
        if any(people(one) == 2 for one in found):
            raise ActRefused(f"{choice.code} はエラーのため、一人の確認では進められません", "hub release で、二人で解除してください")
        act = enter_act(hub, write, kind="confirm", actor=actor, reason=reason, application=row.id, subject=_subject(found))
        _waive(write, found, act)
    return Entered(act, "done")


def release(hub: Hub, row: Case, choice: Choice, *, actor: str, reason: str) -> Entered:
    """Release errors (保留解除): the first call asks, that of another person, an approver, does it. Raises ActRefused."""
    member = allowed(hub, row, actor)
    with hub.journal.write() as write:
        found = _standing(hub, write, row, choice)
        if all(people(one) == 1 for one in found):
            raise ActRefused(f"{choice.code} はアラートです。一人の確認で進められます", "hub confirm を使ってください")
        entered = ask_or_carry_out(hub, write, row, member, kind="release", subject=_subject(found), reason=reason)
        if entered.state == "done":
            _waive(write, found, entered.act)
    return entered


def people(finding: Row[Any]) -> int:
    """How many people release a finding."""
    return 2 if finding.severity == Severity.ERROR.value or reason_of(finding.code).release == "two" else 1


def standing_findings(hub: Hub, application: int) -> list[Row[Any]]:
    """The findings of an application that weigh something and that nobody released."""
    weighing = (findings.c.application == application) & (findings.c.severity != Severity.INFO.value)
    released = acts_by_finding(hub, application)
    found = hub.journal.rows(select(findings).where(weighing).order_by(findings.c.id))
    return [one for one in found if (one.code, one.rule, one.place) not in released]


def _standing(hub: Hub, write: Write, row: Case, choice: Choice) -> list[Row[Any]]:
    """The findings that a person chose, all of which may be released. Raises ActRefused."""
    known = _chosen_reason(choice.code)
    if unfinished(write, row).disposition != "held":
        raise ActRefused(f"受付番号 {row.receipt} は保留になっていません", "次の取込の後に、処理待ち一覧を確かめてください")
    standing = standing_findings(hub, row.id)
    same = [one for one in standing if one.code == choice.code and choice.rule in ("", one.rule) and choice.place in ("", one.place)]
    if not same:
        codes = "、".join(dict.fromkeys(one.code for one in standing)) or "ありません"
        raise ActRefused(f"受付番号 {row.receipt} に、解除を待つ {choice.code} の指摘はありません", f"残っている指摘は {codes}")
    if known.release == "no":
        raise ActRefused(f"{choice.code}（{known.sentence.rstrip('。')}）は、だれも解除できません", known.remedy.rstrip("。"))
    return same


def _chosen_reason(code: str) -> Reason:
    try:
        return reason_of(code)
    except KeyError:
        raise ActRefused(f"--code {code}: この理由コードはありません", "審査票に載った理由コードを確かめてください") from None


def _subject(found: Sequence[Row[Any]]) -> str:
    """The findings as one text: code, rules and places; a long one is cut and told apart by its digest."""
    text: str = found[0].code + " " + " ".join(sorted({f"{one.rule}@{one.place}" for one in found}))
    if len(text) <= LONGEST_SUBJECT:
        return text
    return f"{text[: LONGEST_SUBJECT - 17]} {hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _waive(write: Write, found: Sequence[Row[Any]], act: int) -> None:
    for one in found:
        write.insert_new(waivers, {"application": one.application, "code": one.code, "rule": one.rule, "place": one.place, "act": act})
