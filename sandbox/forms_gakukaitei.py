"""児童手当 額改定 (様式第4号): a claim for one more child, or a notification of one child less."""

from datetime import date, timedelta

from lxml import etree

from sandbox.forms import Document, Filled, Occasion, branch, leaf, living, person
from sandbox.forms_allowance import child, recipient, student
from sandbox.town_people import Household, Resident

_NEWBORN_DAYS = 30
_MORE, _LESS = "1", "2"
_LESS_REASONS = ("22", "25", "29")


def fill_gakukaitei(household: Household, occasion: Occasion) -> Filled:
    """The first parent's claim for the newborn, else for a child who came to live here, else one child less."""
    head, minors = household.parents[0], household.minors(occasion.day)
    newborn = tuple(one for one in minors if (occasion.day - one.birth).days < _NEWBORN_DAYS)
    if newborn:
        return _filled(household, occasion, newborn, (_MORE, "11"), newborn[0].birth)
    day = occasion.day - timedelta(days=occasion.chance.randint(1, 12))
    if living(minors[0], head) == "1" and occasion.chance.random() < 0.5:
        return _filled(household, occasion, minors[:1], (_MORE, occasion.chance.choice(("12", "14"))), day)
    return _filled(household, occasion, minors[:1], (_LESS, occasion.chance.choice(_LESS_REASONS)), day)


def _filled(household: Household, occasion: Occasion, changed: tuple[Resident, ...], choice: tuple[str, str], day: date) -> Filled:
    """changed: 対象児童. choice: 改定区分 and 改定事由. day: 事由発生日."""
    head, minors, students = household.parents[0], household.minors(occasion.day), household.students(occasion.day)
    cared = "1" if choice[0] == _MORE else "2"
    known = tuple(one for one in minors if one not in changed)
    parts = (
        recipient(head, occasion),
        leaf("認定番号", f"{occasion.chance.randint(1, 99_999):08}"),
        leaf("改定区分", choice[0]),
        leaf("改定事由", choice[1]),
        leaf("事由発生日", occasion.written(day)),
        *(child("対象児童", one, head, occasion, cared=cared) for one in changed),
        *(_known(one, head, occasion) for one in known),
        *(student(one, head, occasion, work=occasion.chance.choice("1112")) for one in students),
    )
    apart = any(living(one, head) == "2" for one in changed)
    documents = (
        *((Document("separation", "別居監護申立書", "pdf"),) if apart and choice[0] == _MORE else ()),
        *((Document("support", "監護相当・生計費の負担についての確認書", occasion.chance.choice(("pdf", "jpg"))),) if students else ()),
    )
    return Filled(head, parts, (head, *minors, *students), documents)


def _known(resident: Resident, head: Resident, occasion: Occasion) -> etree._Element:
    return branch("既認定児童", *person(resident, occasion, sex=False), leaf("続柄", "子"), leaf("同居別居", living(resident, head)))
