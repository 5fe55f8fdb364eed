"""Work items of payments (還付・充当ほか): what does not fit has an owner until a person settles it or its cause is gone."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select, update

from pipeline.acts import enter_act
from pipeline.errors import ActRefused
from pipeline.hub import Hub
from pipeline.journal.decision_tables import notice_outbox
from pipeline.journal.payment_tables import payment_items
from pipeline.notices.outbox import extras_of
from pipeline.payments.figures import all_verdicts, bank_rows, claims_by_id, rows_of, standing
from pipeline.payments.matching import ITEMS
from pipeline.staff import require

NOTICE = "nofu-annai"
REFUNDED = ("overpaid", "paid_twice", "paid_by_two_ways", "withdrawn_claim")
"""Kinds on the 還付・充当 list."""

POSTABLE = ("underpaid", "overpaid", "paid_twice", "paid_by_two_ways", "withdrawn_claim")
ANSWERS = {"refund": "還付する", "offset": "ほかの調定に充当する", "post": "このまま消し込む", "done": "確かめて処理した"}


@dataclass(frozen=True, slots=True)
class Item:
    """Something that does not fit. key: what makes it one of its kind; section: id of the owner, empty for 会計課."""

    kind: str
    key: str
    number: str
    amount: int
    section: str


def found_items(hub: Hub) -> Iterator[Item]:
    """Everything that does not fit now."""
    for one in all_verdicts(hub):
        if one.word in ITEMS:
            # A conflict has several rows of one payment; each is looked at for itself.
            key = " ".join(one.payment) + (f" {one.row.file}:{one.row.line}" if one.word == "conflict" else "")
            yield Item(one.word, key, one.row.number, one.row.amount, one.claim.section if one.claim else "")
    for row in standing(bank_rows(hub))[1]:
        yield Item("deposit_conflict", f"{row.way} {row.reference} {row.file}:{row.line}", row.reference, row.amount, "")
    yield from _of_notices(hub)


def _of_notices(hub: Hub) -> Iterator[Item]:
    """Notices that said something else than the claim now does, and notices that were not sent for that reason."""
    known = claims_by_id(hub)
    mine = (notice_outbox.c.municipality == hub.code) & (notice_outbox.c.kind == NOTICE)
    for row in hub.journal.rows(select(notice_outbox).where(mine).order_by(notice_outbox.c.id)):
        said = extras_of(hub, row).get("payment", {})
        claim = known.get(said.get("claim", 0))
        if claim is None:
            continue
        if row.state in ("sent", "accepted") and (said["amount"], said["due_on"], "open") != (claim.amount, claim.due_on, claim.state):
            yield Item("changed_claim", f"{claim.id}/{claim.version}", claim.number, claim.amount, claim.section)
        elif row.state == "given_up" and row.code in ("CLAIM_CHANGED", "CLAIM_OVERDUE"):
            yield Item("not_sent", row.subject_key, claim.number, claim.amount, claim.section)


def item_rows(hub: Hub) -> list[Row[Any]]:
    """Every work item that ever was."""
    return rows_of(hub, payment_items)


def renew_items(hub: Hub) -> dict[str, int]:
    """Bring the items in line with what does not fit now: new ones open, those whose cause is gone end, one that comes back opens again."""
    now = {(one.kind, one.key): one for one in found_items(hub)}
    before = {(row.kind, row.key): row for row in item_rows(hub)}
    fresh = [one for key, one in now.items() if key not in before]
    again = [row.id for key, row in before.items() if key in now and row.state == "gone"]
    gone = [row.id for key, row in before.items() if key not in now and row.state == "open"]
    if fresh or again or gone:
        with hub.journal.write() as write:
            for one in fresh:
                row = {"kind": one.kind, "key": one.key, "number": one.number, "amount": one.amount, "section": one.section}
                row |= {"municipality": hub.code, "state": "open", "opened_at": hub.clock.now().isoformat()}
                write.insert_new(payment_items, row)
            for ids, state in ((again, "open"), (gone, "gone")):
                write.execute(update(payment_items).where(payment_items.c.id.in_(ids)).values(state=state))
            write.leaf("payment_items_renewed", opened=len(fresh) + len(again), gone=len(gone))
    return {"opened": len(fresh) + len(again), "gone": len(gone)}


def settle(hub: Hub, item: int, answer: str, *, actor: str, reason: str) -> int:
    """A person of 会計課 settles an item; gives the number of the act. Raises ActRefused."""
    require(hub, actor, "accounting")
    with hub.journal.write() as write:
        mine = (payment_items.c.municipality == hub.code) & (payment_items.c.id == item)
        row = write.read(select(payment_items).where(mine).with_for_update()).first()
        if row is None or row.state != "open":
            raise ActRefused(f"{item}: 処理を待っている項目ではありません", "hub payments show で番号を確かめてください")
        if answer == "post" and row.kind not in POSTABLE:
            raise ActRefused(f"{item}: 調定のない収納は消し込めません", "担当課に確かめ、refund か done で終えてください")
        act = enter_act(hub, write, kind="payment_settled", actor=actor, reason=reason, subject=f"payment item {item}")
        write.execute(update(payment_items).where(payment_items.c.id == item).values(state="settled", answer=answer, act=act))
        write.leaf("payment_item_settled", item=item, kind=row.kind, answer=answer, act=act)
    return act
