"""Defects in the course of an application (受付の流れ): versions, repeats, withdrawals, documents by post, account."""

from collections.abc import Sequence
from dataclasses import replace

from sandbox.applications import Bureau, Slot
from sandbox.defects_signature import HOLDER, NINTEI, part, sent, usual
from sandbox.forms import public_money_account
from sandbox.listing_lines import AFTER_FIRST_FETCH, Line

RIYO = "hoiku-riyo"


def receipt_conflict(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """After the first fetch the same 受付番号 comes again with another account holder, signed anew."""
    first, second = slots
    application = usual(bureau, first)
    original = sent(bureau, application)
    part(application.filled, HOLDER).text = "ﾎｶﾉ ﾋﾄ"
    later = Slot(first.receipt, second.submitted, second.arrived)
    again = sent(bureau, replace(application, slot=later))
    return [*original, *(replace(line, version=2, appears=AFTER_FIRST_FETCH) for line in again)]


def filed_twice(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """The claimant, without an answer yet, files the same claim once more; the first one is as good as any."""
    household = bureau.household("complete")
    return [line for slot in slots for line in sent(bureau, bureau.file(NINTEI, household, slot))]


def filed_again_before_deadline(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """A parent changes the wishes and files again for the same child and round: the last one counts."""
    household = bureau.household("nursery")
    first, last = (bureau.file(RIYO, household, slot) for slot in slots)
    part(last.filled, "希望施設/施設名").text = "あとから選んだ保育園"
    return [*sent(bureau, first), *sent(bureau, last)]


def withdrawn_before_fetch(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """The claimant withdraws after the list was read and before the fetch."""
    return [replace(line, withdrawn=True) for line in sent(bureau, usual(bureau, slots[0]))]


def changed_after_listing(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """The list names version 1, the fetch gives version 2; what was fetched counts."""
    return [replace(line, version=2, listed_version=1) for line in sent(bureau, usual(bureau, slots[0]))]


def document_by_post(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """A document is to come by post."""
    return sent(bureau, replace(usual(bureau, slots[0]), later=(("residence", "郵送"),)))


def public_money_account_chosen(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """The allowance goes to the account registered with the state."""
    application = usual(bureau, slots[0])
    account = part(application.filled, "振込口座")
    application.filled.replace(account, public_money_account())
    return sent(bureau, application)
