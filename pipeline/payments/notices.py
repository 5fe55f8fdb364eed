"""納付のご案内: owed for each claim before its due date, and looked at against the claim again when it is sent. 督促 is not the hub's."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, select

from mappings.notice_kinds import NoticeKind
from pipeline.hub import Hub
from pipeline.journal.decision_tables import notice_outbox
from pipeline.journal.payment_tables import claims
from pipeline.notices.outbox import NoticeOrder, extras_of, owe_notice
from pipeline.payments.claims import claim_rows, confirmation_of
from pipeline.payments.figures import all_verdicts
from pipeline.payments.items import NOTICE
from vocabulary.dates import to_wareki

CHANGED, OVERDUE, PAID = "CLAIM_CHANGED", "CLAIM_OVERDUE", "CLAIM_PAID"
WEEKDAYS = "月火水木金土日"
GROUP = 4
"""Digits of a 納付番号 that a resident reads and types at a time."""


def owe_payment_notices(hub: Hub) -> int:
    """Owe the notice of every open claim that is neither paid nor past its due date; gives how many are new."""
    kind = hub.catalogue.notice_kinds.get(NOTICE)
    if kind is None:
        return 0
    paid, today, owed = _paid(hub), hub.clock.today().isoformat(), 0
    mine = (notice_outbox.c.municipality == hub.code) & (notice_outbox.c.kind == NOTICE)
    told = {row.subject_key for row in hub.journal.rows(select(notice_outbox.c.subject_key).where(mine))}
    open_claims = [one for one in claim_rows(hub) if one.state == "open" and one.id not in paid and one.due_on >= today]
    for claim in (one for one in open_claims if subject_of(one) not in told):
        order = _order(hub, kind, claim)
        with hub.journal.write() as write:
            owed += owe_notice(hub, write, order) is not None
    return owed


def subject_of(claim: Row[Any]) -> str:
    """What makes the notice of a claim the only one of its kind."""
    return f"claim {claim.institution}-{claim.number}"


def _paid(hub: Hub) -> set[int]:
    counted = ("matched", "provisional", "paid_twice", "paid_by_two_ways", "underpaid", "overpaid")
    return {one.claim.id for one in all_verdicts(hub) if one.claim is not None and one.word in counted}


def _order(hub: Hub, kind: NoticeKind, claim: Row[Any]) -> NoticeOrder:
    section, due = hub.municipality.sections[claim.section], date.fromisoformat(claim.due_on)
    confirmation = confirmation_of(hub, claim)
    shown = "-".join(claim.number[start : start + GROUP] for start in range(0, len(claim.number), GROUP))
    facts = {
        "municipality": hub.municipality.name,
        "section": f"{section.name}（{section.phone}）",
        "purpose": claim.purpose,
        "period": f"{to_wareki(date(claim.fiscal_year, 4, 1)).partition('年')[0]}年度",
        "amount": f"{claim.amount:,}",
        "due_on": f"{to_wareki(due)}（{WEEKDAYS[due.weekday()]}）",
        "agency_number": claim.institution,
        "payment_number": shown,
        "confirmation_number": confirmation,
        "payment_class": claim.division,
        "el_number": claim.el_number or "なし",
    }
    subject, body = kind.fill(facts)
    payment = {
        "claim": claim.id,
        "version": claim.version,
        "institution": claim.institution,
        "number": claim.number,
        "confirmation": confirmation,
        "division": claim.division,
        "el_number": claim.el_number,
        "amount": claim.amount,
        "due_on": claim.due_on,
    }
    return NoticeOrder(
        kind=NOTICE,
        sort="payment",
        subject_key=subject_of(claim),
        atena=claim.atena,
        business=kind.business,
        subject=subject,
        body=body,
        extras={"payment": payment},
        # Three of its groups of four may read like a 個人番号; claims take numbers of 16 digits and more only.
        numbers=(shown,),
        channels=kind.channels,
        display_days=kind.display_days,
    )


def reasons_of_claims(hub: Hub, rows: Sequence[Row[Any]]) -> dict[int, str]:
    """Id → code of the payment notices of a page that may not go out: amount, due date or payer differ, it is paid, or past its date."""
    mine = [row for row in rows if row.kind == NOTICE]
    if not mine:
        return {}
    paid, today = _paid(hub), hub.clock.today().isoformat()
    said = {row.id: extras_of(hub, row)["payment"] for row in mine}
    named = claims.c.id.in_({one["claim"] for one in said.values()})
    known = {row.id: row for row in hub.journal.rows(select(claims).where(claims.c.municipality == hub.code, named))}
    found = {}
    for row in mine:
        claim = known.get(said[row.id]["claim"])
        if claim is None or claim.state != "open" or _differs(hub, claim, row, said[row.id]):
            found[row.id] = CHANGED
        elif claim.id in paid:
            found[row.id] = PAID
        elif claim.due_on < today:
            found[row.id] = OVERDUE
    return found


def _differs(hub: Hub, claim: Row[Any], row: Row[Any], said: dict[str, Any]) -> bool:
    plain = ("institution", "number", "division", "el_number", "amount", "due_on")
    return (
        row.atena != claim.atena
        or any(said[name] != getattr(claim, name) for name in plain)
        or said["confirmation"] != confirmation_of(hub, claim)
    )
