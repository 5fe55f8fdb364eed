"""児童手当 受給事由消滅届: the recipient moves away, becomes a public servant, or no longer brings up the child."""

from datetime import timedelta

from lxml import etree

from sandbox.addresses import ELSEWHERE, pick_home
from sandbox.forms import Document, Filled, Occasion, blank_or, branch, leaf, living, person
from sandbox.forms_allowance import recipient
from sandbox.town_people import Household, Resident

_MOVES, _EMPLOYED, _PLACED = "2", "7", "66"
_CHILD_APART, _CHILD_AT_HOME = ("3", "62", "63"), ("62", "64", _PLACED)
_DOCUMENTS = {_EMPLOYED: ("appointment", "公務員の採用辞令の写し"), _PLACED: ("placement", "措置通知の写し")}


def fill_shometsu(household: Household, occasion: Occasion) -> Filled:
    """The first parent's notification; where a reason concerns a child, it is the eldest."""
    head, eldest = household.parents[0], household.minors(occasion.day)[0]
    about_child = _CHILD_APART if living(eldest, head) == "2" else _CHILD_AT_HOME
    reason = occasion.chance.choice((_MOVES, _MOVES, _EMPLOYED, occasion.chance.choice(about_child)))
    moves = reason == _MOVES
    day = occasion.day + timedelta(days=occasion.chance.randint(2, 20) if moves else -occasion.chance.randint(1, 12))
    children = (eldest,) if reason in about_child else ()
    parts = (
        leaf("届出者の区分", "1"),
        recipient(head, occasion),
        blank_or("認定番号", f"{occasion.chance.randint(1, 99_999):08}"),
        leaf("消滅事由", reason),
        leaf("事由発生日", occasion.written(day)),
        blank_or("転出予定日", occasion.written(day) if moves else None),
        blank_or("転出先", pick_home(occasion.chance, place=occasion.chance.choice(ELSEWHERE)).line if moves else None),
        *(_child(one, head, occasion) for one in children),
    )
    documents = (Document(*_DOCUMENTS[reason], "pdf"),) if reason in _DOCUMENTS else ()
    return Filled(head, parts, (head, *children), documents)


def _child(resident: Resident, head: Resident, occasion: Occasion) -> etree._Element:
    together = living(resident, head)
    return branch(
        "対象児童",
        *person(resident, occasion),
        leaf("続柄", "子"),
        leaf("同居別居", together),
        blank_or("住所", resident.home.line if together == "2" else None),
    )
