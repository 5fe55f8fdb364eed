"""Defects of identity (本人・個人番号・住民情報): numbers, cards, family members, names, birth dates."""

from collections.abc import Sequence

from sandbox.applications import Bureau, Slot
from sandbox.defects_signature import part, sent, usual
from sandbox.forms import leaf
from sandbox.listing_lines import Line
from vocabulary.check_digits import my_number_check_digit


def _filed_by(bureau: Bureau, slot: Slot, kind: str) -> list[Line]:
    """A claim that is written as it should be; the household makes it unusual."""
    return sent(bureau, usual(bureau, slot, kind=kind))


def numbers_exchanged(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """The spouse's and the elder child's 個人番号 stand in each other's place."""
    application = usual(bureau, slots[0])
    _, spouse, child, *_ = application.persons
    part(application.filled, "配偶者/個人番号").text = child.number
    part(application.filled, "児童").insert(-1, leaf("個人番号", spouse.number))
    return sent(bureau, application)


def number_wrong_check_digit(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """The last digit of the spouse's 個人番号 is wrong."""
    application = usual(bureau, slots[0])
    number = application.persons[1].number
    part(application.filled, "配偶者/個人番号").text = f"{number[:-1]}{(int(number[-1]) + 1) % 10}"
    return sent(bureau, application)


def number_differs_from_register(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """The spouse's 個人番号 could be one, but nobody of the town has it."""
    application = usual(bureau, slots[0])
    taken = {resident.number for resident in bureau.town.residents}
    bodies = (f"{int(application.persons[1].number[:-1]) + step:011}"[-11:] for step in range(1, len(taken) + 2))
    free = next(number for body in bodies if (number := f"{body}{my_number_check_digit(body)}") not in taken)
    part(application.filled, "配偶者/個人番号").text = free
    return sent(bureau, application)


def unknown_serial(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """No link file knows the claimant's card yet."""
    return _filed_by(bureau, slots[0], "unlinked")


def reissued_serial(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """The claimant's card was issued anew: the delta ends the old serial and brings the one used here."""
    return _filed_by(bureau, slots[0], "reissued")


def twins(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """Two children with one birth date, named without 個人番号."""
    return _filed_by(bureau, slots[0], "twins")


def spouse_protected(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """The spouse lives elsewhere under 支援措置."""
    return _filed_by(bureau, slots[0], "protected")


def character_without_cp932(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """The family's name has a character that CP932 cannot write."""
    return _filed_by(bureau, slots[0], "wide-name")


def birth_date_unknown(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """Of the spouse's birth only the year is known."""
    return _filed_by(bureau, slots[0], "undated")


def public_servant(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """The claimant is a public servant and has to claim at the workplace."""
    return _filed_by(bureau, slots[0], "public-servant")
