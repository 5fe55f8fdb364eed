"""A town for the rush (同時殺到): many claimants file at one instant, among them pairs of twins who live at one address."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType

from sandbox.applications import Bureau, Slot
from sandbox.defects_signature import NINTEI
from sandbox.listing_lines import Line, line_of
from sandbox.town import Town
from sandbox.town_desk import Desk
from sandbox.town_families import alone, family
from sandbox.town_people import Household

BYSTANDERS = 100


def rush_town(*, seed: int, day: date, applicants: int, twin_pairs: int) -> Town:
    """Households of kind ``rush``: first both of every twin pair, then unrelated ones. Raises ValueError for more twins than applicants."""
    if applicants < 2 * twin_pairs:
        raise ValueError("there are more twins than applicants")
    desk = Desk(seed, day)
    twins = [household for _ in range(twin_pairs) for household in _pair(desk)]
    others = [_young_family(desk) for _ in range(applicants - len(twins))]
    bystanders = tuple(alone(desk, kind="alone") for _ in range(BYSTANDERS))
    return Town(seed, day, MappingProxyType({"rush": (*twins, *others), "alone": bystanders}))


def rush_lines(bureau: Bureau, *, applicants: int, slot: Slot) -> Iterator[Line]:
    """One claim of each household, all at the instant of ``slot``, receipt numbers counting up from its own."""
    day, _, first = slot.receipt.partition("-")
    for number in range(int(first), int(first) + applicants):
        application = bureau.file(NINTEI, bureau.household("rush"), replace(slot, receipt=f"{day}-{number:08}"))
        yield line_of(application, application.packed(bureau.printer))


def _young_family(desk: Desk) -> Household:
    return family(desk, kind="rush", births=[desk.born(4), desk.day - timedelta(days=desk.chance.randint(4, 9))])


def _pair(desk: Desk) -> tuple[Household, Household]:
    """Two families whose claimants are twins: one surname, one birth date, one address, other given names."""
    first = _young_family(desk)
    one = first.parents[0]
    second = _young_family(desk)
    while {member.given for member in second.members} & {member.given for member in first.members}:
        second = _young_family(desk)
    other = replace(second.parents[0], birth=one.birth)
    members = (other, second.parents[1], *second.children)
    moved_in = [replace(member, family=one.family, family_kana=one.family_kana, home=one.home) for member in members]
    return first, replace(second, parents=tuple(moved_in[:2]), children=tuple(moved_in[2:]))
