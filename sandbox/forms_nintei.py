"""児童手当 認定請求 (様式第2号): claimant, spouse, children, children of university age, account."""

from datetime import date, timedelta

from lxml import etree

from sandbox.forms import Document, Filled, Occasion, account, blank_or, branch, home_fields, leaf, living, person
from sandbox.forms_allowance import child, student
from sandbox.town_people import Household, Resident

_OTHER_REASONS = ("03", "05", "99")


def fill_nintei(household: Household, occasion: Occasion) -> Filled:
    """The claim of the first parent for all children."""
    claimant, *others = household.parents
    spouse = others[0] if others else None
    minors, students = household.minors(occasion.day), household.students(occasion.day)
    code, happened = _reason(household, occasion)
    leaving = blank_or("転出予定日", occasion.written(happened - timedelta(days=1)) if code == "02" else None)
    parts = (
        _claimant(household, occasion),
        leaf("配偶者の有無", "1" if spouse else "2"),
        _spouse(spouse, claimant, occasion) if spouse else None,
        leaf("請求事由", code),
        leaf("事由発生日", occasion.written(happened)),
        leaving,
        *(child("児童", one, claimant, occasion) for one in minors),
        *(student(one, claimant, occasion, work="1" if occasion.chance.random() < 0.8 else "2") for one in students),
        leaf("受給資格の種類", "1"),
        account(claimant, occasion),
        leaf("公簿確認の同意", "1"),
    )
    persons = (claimant, *others, *minors, *students)
    return Filled(claimant, parts, persons, _documents(claimant, minors, occasion))


def _reason(household: Household, occasion: Occasion) -> tuple[str, date]:
    """請求事由 and its day."""
    if household.former:
        return "02", household.parents[0].moved
    youngest = household.children[-1].birth
    if (occasion.day - youngest).days < 30:
        return "01", youngest
    day = occasion.day - timedelta(days=occasion.chance.randint(1, 12))
    return ("07" if len(household.parents) == 1 else occasion.chance.choice(_OTHER_REASONS)), day


def _claimant(household: Household, occasion: Occasion) -> etree._Element:
    claimant = household.parents[0]
    toddler = household.children[-1].birth > occasion.day - timedelta(days=3 * 365)
    pension = {"1": "1", "3": "2"}.get(claimant.work) if toddler else None
    return branch(
        "請求者",
        *person(claimant, occasion),
        leaf("個人番号", claimant.number),
        *home_fields(claimant),
        leaf("一月一日の住所区分", "2" if household.former else "1"),
        blank_or("一月一日の団体名", household.former.municipality if household.former else None),
        leaf("職業区分", claimant.work),
        blank_or("加入年金区分", pension),
    )


def _spouse(spouse: Resident, claimant: Resident, occasion: Occasion) -> etree._Element:
    together = living(spouse, claimant)
    return branch(
        "配偶者",
        *person(spouse, occasion),
        leaf("個人番号", spouse.number),
        leaf("職業区分", spouse.work),
        leaf("同居別居", together),
        blank_or("住所", spouse.home.line if together == "2" else None),
    )


def _documents(claimant: Resident, minors: tuple[Resident, ...], occasion: Occasion) -> tuple[Document, ...]:
    apart = any(living(one, claimant) == "2" for one in minors)
    return (
        Document("passbook", "通帳の写し", occasion.chance.choice(("pdf", "jpg", "png"))),
        *((Document("separation", "別居監護申立書", "pdf"),) if apart else ()),
    )
