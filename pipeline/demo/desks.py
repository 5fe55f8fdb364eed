"""What people do in the demo, so that every kind of notice goes its way and payments agree; each act once.

By day corrections are asked for, in the evening some pay. Ledgers come in during the night, so campaigns are planned the next morning; each
sends a first wave. Certificates are issued then too: one giver agreed to the letter-box, the next one did not and gets a letter.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Row, select

from connectors.collections import WAYS
from pipeline.campaigns.approval import approve
from pipeline.campaigns.planning import enter_plan, make_plan
from pipeline.campaigns.slots import COLUMNS, open_slots
from pipeline.certificates.gift import ACCEPTED, Gift, issue, offered_amount
from pipeline.certificates.gift import KIND as CERTIFICATE
from pipeline.certificates.gift import PROCEDURE as OFFER
from pipeline.corrections.asking import ask
from pipeline.corrections.places import Item
from pipeline.corrections.terms import due_after, term_of
from pipeline.demo.world import DEMO_DAY, MUNICIPALITY, at
from pipeline.errors import ActRefused
from pipeline.hub import Hub, open_hub
from pipeline.journal.campaign_tables import campaigns
from pipeline.journal.correction_tables import corrections
from pipeline.journal.decision_tables import decisions, notice_outbox
from pipeline.journal.intake_tables import applications, persons
from pipeline.payments.claims import claim_rows
from pipeline.payments.items import NOTICE
from pipeline.payments.notices import subject_of
from pipeline.places import Root
from sandbox.payments import FOLDER, Payment, hand_over, pay
from sandbox.process import find_running
from sandbox.receivers import STOPPED
from vocabulary.clock import JST, Clock

MORNING: datetime = datetime.combine(DEMO_DAY + timedelta(days=1), time(9, 30, tzinfo=JST))
PAID: datetime = datetime.combine(DEMO_DAY + timedelta(days=1), time(7, tzinfo=JST))
"""The morning on which the ways of payment and the bank tell of it."""
REASON = "実演"
CORRECTED: Mapping[str, str] = {
    "jidoteate-nintei": "passbook",
    "jidoteate-gakukaitei": "form.pdf",
    "jidoteate-mishiharai": "form.pdf",
}
"""Procedure → what one resident of it is asked to send again."""
ASKED = "読み取れないところがあります。もう一度送ってください。"
LISTED = 3
"""So many people stand on a list that a section makes itself."""
CHOSEN = ("hoiku-genkyo-jiki", "jifuyo-genkyo-jiki", "ninpu-kenshin", "ninshin-mendan", "nyuyoji-kenshin", "yobo-sesshu")
INTERVIEWS = "ninshin-mendan"
WHOLE_ALLOWANCE = 30_000
"""Yen, what a giver of the whole allowance gave."""


def ask_corrections(root: Root) -> None:
    """Ask one resident of each procedure, and have the receiving systems wait for the answer; nothing where that was done before."""
    with open_hub(root, MUNICIPALITY, Clock(at(10))) as hub:
        if hub.journal.scalar(select(corrections.c.id).limit(1)) is None:
            planted = json.loads((root.folder / "sandbox" / "expected.json").read_text(encoding="utf-8"))["defects"].values()
            spoiled = {receipt for defect in planted for receipt in defect["receipts"]}
            asked = [_ask(hub, procedure, place, spoiled) for procedure, place in CORRECTED.items()]
            (root.folder / "sandbox" / "receivers" / STOPPED).write_text("\n".join(filter(None, asked)), encoding="ascii")


def pay_some(root: Root) -> None:
    """Have one resident pay by each way what a notice told of, and the money arrive; nothing where that was done before."""
    home, day = root.folder / "sandbox", PAID.date()
    if any((home / FOLDER / "collections").iterdir()):
        return
    with open_hub(root, MUNICIPALITY, Clock(at(20))) as hub:
        told = (notice_outbox.c.kind == NOTICE) & (notice_outbox.c.state == "accepted")
        subjects = {row.subject_key for row in hub.journal.rows(select(notice_outbox.c.subject_key).where(told))}
        owed = [claim for claim in claim_rows(hub) if subject_of(claim) in subjects]
    for place, (way, claim) in enumerate(zip(WAYS, owed, strict=False), start=1):
        number = claim.el_number if WAYS[way]["finds"] == "el_number" else claim.number
        pay(home, Payment(way, "final", f"T{place:011}", number, claim.amount, DEMO_DAY.isoformat(), day.isoformat()))
    hand_over(home, day=day)


def begin_morning(root: Root) -> None:
    """What the desks do before the notices of the next morning."""
    announce(root)
    certify_gifts(root)


def announce(root: Root) -> None:
    """Open the slots, plan and approve the campaigns; nothing where that was done before."""
    with open_hub(root, MUNICIPALITY, Clock(MORNING - timedelta(minutes=30))) as hub:
        if hub.journal.scalar(select(campaigns.c.id).limit(1)) is None:
            _open_slots(hub)
            for kind in CHOSEN:
                _announce(hub, kind, ())
            _announce(hub, "mendan-annai", [one.person for one in make_plan(hub, INTERVIEWS, hub.clock.today()).chosen[:LISTED]])
            _announce(hub, "riyo-chosei-kekka", _applicants(hub, "hoiku-riyo"))


def certify_gifts(root: Root) -> None:
    """Have one giver agree to the letter-box, and issue two certificates; nothing where that was done before."""
    with open_hub(root, MUNICIPALITY, Clock(MORNING - timedelta(minutes=30))) as hub:
        if hub.journal.scalar(select(notice_outbox.c.id).where(notice_outbox.c.kind == CERTIFICATE).limit(1)) is None:
            for place, row in enumerate(_accepted_offers(hub)):
                if place == 0 and (running := find_running(root.folder)):
                    running.control.consent(row.atena, act="given", at=hub.clock.now())
                gift = Gift(int(offered_amount(hub, row) or WHOLE_ALLOWANCE), DEMO_DAY, f"実演第{place + 1}号")
                # One that the hub may not certify, of a giver without an address, is the section's own work.
                with suppress(ActRefused):
                    issue(hub, row.receipt, gift, actor=f"{row.section}-01", reason=REASON)


def _accepted_offers(hub: Hub) -> list[Row[Any]]:
    """Offers of a gift that were accepted, with their givers' 宛名番号."""
    offers = select(applications, persons.c.atena).join(persons, persons.c.application == applications.c.id)
    decided = offers.join(decisions, decisions.c.application == applications.c.id).where(decisions.c.outcome == ACCEPTED)
    givers = decided.where(applications.c.procedure == OFFER, persons.c.role == "claimant", ~applications.c.restricted)
    return hub.journal.rows(givers.order_by(applications.c.id).limit(2))


def _ask(hub: Hub, procedure: str, place: str, spoiled: set[str]) -> str:
    """Ask for one thing in one delivered case; gives its 受付番号, empty where there is none. spoiled: planted defects, left alone."""
    ours = (applications.c.municipality == hub.code) & (applications.c.procedure == procedure) & ~applications.c.restricted
    delivered = ours & (applications.c.disposition == "delivered") & applications.c.receipt.not_in(spoiled)
    found = hub.journal.rows(select(applications).where(delivered).order_by(applications.c.id).limit(1))
    for row in found:
        due = due_after(hub.opening, hub.clock.today(), term_of(hub, procedure).days)
        ask(hub, row, [Item(place, ASKED)], due, actor=f"{row.section}-01", reason=REASON)
        return str(row.receipt)
    return ""


def _open_slots(hub: Hub) -> None:
    rows = [",".join(COLUMNS), *(f"{DEMO_DAY + timedelta(days=9)},{hour}:00,相談室1,1" for hour in (10, 11, 13, 14))]
    with TemporaryDirectory() as folder:
        file = Path(folder) / "slots.csv"
        file.write_text("\n".join(rows), encoding="utf-8")
        open_slots(hub, INTERVIEWS, file, actor="boshi-01", reason=REASON)


def _applicants(hub: Hub, procedure: str) -> list[str]:
    """宛名番号 of some who filed."""
    joined = select(persons.c.atena).join(applications, applications.c.id == persons.c.application)
    known = (persons.c.role == hub.procedure(procedure).filer) & persons.c.atena.is_not(None) & (applications.c.procedure == procedure)
    first = joined.where(known, ~applications.c.restricted).order_by(applications.c.id).limit(LISTED)
    return [row.atena for row in hub.journal.rows(first)]


def _announce(hub: Hub, kind: str, listed: Sequence[str]) -> None:
    """A clerk plans, the head of the desk approves; nothing where nobody is concerned."""
    plan = make_plan(hub, kind, hub.clock.today(), listed)
    if plan.chosen:
        section = plan.kind.section
        key = enter_plan(hub, plan, actor=f"{section}-01", reason=REASON)
        approve(hub, key, number=f"実演第{key}号", actor=f"{section}-kakaricho")
