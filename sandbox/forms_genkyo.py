"""児童手当 現況届: filed by those who must since 2022-06, here couples about to divorce and parents of grown children who work."""

from lxml import etree

from sandbox.forms import Document, Filled, Occasion, blank_or, branch, leaf, living, person
from sandbox.forms_allowance import child, recipient, student
from sandbox.town_people import Household, Resident

_DIVORCE, _GROWN = "01", "05"
_DOCUMENTS = {_DIVORCE: ("divorce", "離婚協議中であることが分かる書類"), _GROWN: ("support", "監護相当・生計費の負担についての確認書")}


def fill_genkyo(household: Household, occasion: Occasion) -> Filled:
    """The first parent's report of the fiscal year."""
    head, *others = household.parents
    minors, grown = household.minors(occasion.day), household.students(occasion.day)
    reason = _GROWN if grown else _DIVORCE
    toddler = any(one.school_year_age(occasion.day) < 3 for one in minors)
    pension = {"1": "1", "3": "2"}.get(head.work) if toddler else None
    parts = (
        recipient(head, occasion, leaf("職業区分", head.work), blank_or("加入年金区分", pension)),
        leaf("認定番号", f"{occasion.chance.randint(1, 99_999):08}"),
        leaf("現況年度", str(occasion.day.year - (0 if occasion.day.month >= 4 else 1))),
        leaf("提出事由", reason),
        leaf("配偶者の有無", "1" if others else "2"),
        *(_spouse(one, head, occasion) for one in others),
        *(child("児童", one, head, occasion) for one in minors),
        *(student(one, head, occasion, work=occasion.chance.choice("23")) for one in grown),
        leaf("公簿確認の同意", "1"),
    )
    documents = (Document(*_DOCUMENTS[reason], occasion.chance.choice(("pdf", "jpg"))),)
    return Filled(head, parts, (head, *others, *minors, *grown), documents)


def _spouse(spouse: Resident, head: Resident, occasion: Occasion) -> etree._Element:
    together = living(spouse, head)
    return branch(
        "配偶者",
        *person(spouse, occasion),
        blank_or("個人番号", spouse.number if occasion.chance.random() < 0.5 else None),
        leaf("職業区分", spouse.work),
        leaf("同居別居", together),
        blank_or("住所", spouse.home.line if together == "2" else None),
    )
