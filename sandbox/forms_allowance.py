"""What forms of 児童手当 share: the recipient (受給者), a child (児童) and a child of university age (大学生年代の子)."""

from lxml import etree

from sandbox.forms import Occasion, blank_or, branch, home_fields, leaf, living, person
from sandbox.town_people import Resident

_SCHOOLS = ("琉球大学", "沖縄国際大学", "九州大学", "早稲田大学", "関西大学")


def recipient(resident: Resident, occasion: Occasion, *more: etree._Element | None) -> etree._Element:
    """受給者; most leave out the 個人番号, which the office has. more: what the form asks for besides."""
    number = resident.number if occasion.chance.random() < 0.3 else None
    return branch("受給者", *person(resident, occasion), blank_or("個人番号", number), *home_fields(resident), *more)


def child(name: str, resident: Resident, head: Resident, occasion: Occasion, *, cared: str = "1") -> etree._Element:
    """An element ``name`` of a child whom ``head`` brings up. Children at home go without 個人番号: the register knows them.

    cared: 監護の有無 1 or 2; without it there is no 生計関係.
    """
    together = living(resident, head)
    return branch(
        name,
        *person(resident, occasion),
        leaf("続柄", "子"),
        leaf("同居別居", together),
        leaf("監護の有無", cared),
        blank_or("生計関係", "1" if cared == "1" else None),
        blank_or("住所", resident.home.line if together == "2" else None),
        blank_or("個人番号", resident.number if together == "2" else None),
        leaf("海外留学の有無", "2"),
    )


def student(resident: Resident, head: Resident, occasion: Occasion, *, work: str, kept: str = "1") -> etree._Element:
    """大学生年代の子. work: 職業等 1 学生, 2 就労, 3 その他. kept: 監護相当 and 生計費負担, 1 or 2."""
    graduation = occasion.day.year + 23 - resident.school_year_age(occasion.day) - (0 if occasion.day.month >= 4 else 1)
    return branch(
        "大学生年代の子",
        *person(resident, occasion, sex=False),
        leaf("続柄", "子"),
        leaf("同居別居", living(resident, head)),
        leaf("職業等", work),
        blank_or("学校名", occasion.chance.choice(_SCHOOLS) if work == "1" else None),
        blank_or("卒業予定年月", f"{graduation - 1}-03" if work == "1" else None),
        leaf("監護相当", kept),
        leaf("生計費負担", kept),
    )
