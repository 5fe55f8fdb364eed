"""児童手当 認定請求 (様式第2号): claimant, spouse, children, children of university age, account."""

from datetime import date, timedelta

from lxml import etree

from sandbox.forms import Document, Filled, Occasion, account, blank_or, branch, home_fields, leaf, living, person
from sandbox.town_people import Household, Resident

_SCHOOLS = ("琉球大学", "沖縄国際大学", "九州大学", "早稲田大学", "関西大学")
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
        *(_child(child, claimant, occasion) for child in minors),
        *(_student(child, claimant, occasion) for child in students),
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


def _child(child: Resident, claimant: Resident, occasion: Occasion) -> etree._Element:
    """Children at home go without 個人番号: the register knows them."""
    together = living(child, claimant)
    return branch(
        "児童",
        *person(child, occasion),
        leaf("続柄", "子"),
        leaf("同居別居", together),
        leaf("監護の有無", "1"),
        leaf("生計関係", "1"),
        blank_or("住所", child.home.line if together == "2" else None),
        blank_or("個人番号", child.number if together == "2" else None),
        leaf("海外留学の有無", "2"),
    )


def _student(child: Resident, claimant: Resident, occasion: Occasion) -> etree._Element:
    studies = occasion.chance.random() < 0.8
    graduation = occasion.day.year + 23 - child.school_year_age(occasion.day) - (0 if occasion.day.month >= 4 else 1)
    return branch(
        "大学生年代の子",
        *person(child, occasion, sex=False),
        leaf("続柄", "子"),
        leaf("同居別居", living(child, claimant)),
        leaf("職業等", "1" if studies else "2"),
        blank_or("学校名", occasion.chance.choice(_SCHOOLS) if studies else None),
        blank_or("卒業予定年月", f"{graduation - 1}-03" if studies else None),
        leaf("監護相当", "1"),
        leaf("生計費負担", "1"),
    )


def _documents(claimant: Resident, minors: tuple[Resident, ...], occasion: Occasion) -> tuple[Document, ...]:
    apart = any(living(child, claimant) == "2" for child in minors)
    return (
        Document("passbook", "通帳の写し", occasion.chance.choice(("pdf", "jpg", "png"))),
        *((Document("separation", "別居監護申立書", "pdf"),) if apart else ()),
    )
