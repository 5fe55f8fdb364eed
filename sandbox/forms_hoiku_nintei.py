"""教育・保育給付認定申請 and 現況届: one child, its guardians and their need, hours, the household; 1号 asks for no need."""

from datetime import date

from lxml import etree

from sandbox.forms import Document, Filled, Occasion, blank_or, branch, leaf, person
from sandbox.forms_hoiku import FACILITIES, certificates, member_row, needing_guardian, plain_guardian
from sandbox.town_people import Household, Resident

_CHANGES = ("勤務先が変わりました。", "育児休業に入りました。", "勤務時間が短くなりました（１日６時間）。")


def fill_hoiku_nintei(household: Household, occasion: Occasion) -> Filled:
    """The application of the first parent for the youngest child, new or to change a certification; now and then for 1号."""
    child = household.children[-1]
    changing = occasion.chance.random() < 0.2
    schooling = child.school_year_age(occasion.day) >= 3 and occasion.chance.random() < 0.5
    year = occasion.day.year + (1 if occasion.day.month >= 4 else 0)
    guardian = plain_guardian if schooling else needing_guardian
    parts = (
        leaf("認定申請区分", "2" if changing else "1"),
        blank_or("認定者番号", _certificate(occasion) if changing else None),
        branch("申請児童", *person(child, occasion), leaf("個人番号", child.number)),
        *(guardian(parent, occasion) for parent in household.parents),
        leaf("保育の希望の有無", "2" if schooling else "1"),
        blank_or("幼稚園等との併願", occasion.chance.choice("12") if occasion.chance.random() < 0.3 else None),
        blank_or("保育必要量", None if schooling else occasion.chance.choice("112")),
        leaf("利用希望開始日", occasion.written(date(year, 4, 1))),
        blank_or("利用希望終了日", f"{year + 1}-03-31" if occasion.chance.random() < 0.4 else None),
        None if schooling else _hours(occasion),
        *_rest(household, occasion),
    )
    return Filled(household.parents[0], parts, _named(household, occasion), _documents(household, occasion))


def fill_hoiku_genkyo(household: Household, occasion: Occasion) -> Filled:
    """The yearly report of the first parent about the youngest child, who goes to a nursery."""
    child = household.children[-1]
    changed = occasion.chance.random() < 0.3
    parts = (
        leaf("現況年度", str(occasion.day.year)),
        leaf("認定者番号", _certificate(occasion)),
        branch("申請児童", *person(child, occasion), leaf("個人番号", child.number)),
        *(needing_guardian(parent, occasion) for parent in household.parents),
        leaf("利用施設名", occasion.chance.choice(FACILITIES)[1]),
        leaf("変更の有無", "1" if changed else "2"),
        blank_or("変更内容", occasion.chance.choice(_CHANGES) if changed else None),
        leaf("保育の希望の有無", "1"),
        leaf("保育必要量", occasion.chance.choice("112")),
        _hours(occasion),
        *_rest(household, occasion),
    )
    return Filled(household.parents[0], parts, _named(household, occasion), _documents(household, occasion))


def _certificate(occasion: Occasion) -> str:
    return f"{occasion.chance.randrange(10**10):010}"


def _hours(occasion: Occasion) -> etree._Element:
    days = "月火水木金土" if occasion.chance.random() < 0.2 else "月火水木金"
    start, end = occasion.chance.choice((("08:30", "16:30"), ("07:30", "18:30"), ("09:00", "17:00")))
    return branch("利用希望時間", leaf("曜日", days), leaf("開始時刻", start), leaf("終了時刻", end))


def _others(household: Household, occasion: Occasion) -> tuple[Resident, ...]:
    return (*household.minors(occasion.day)[:-1], *household.elders)


def _rest(household: Household, occasion: Occasion) -> tuple[etree._Element | None, ...]:
    """世帯員 and what follows them."""
    head = household.parents[0]
    helped = occasion.chance.random() < 0.05
    return (
        *(member_row(member, head, occasion) for member in _others(household, occasion)),
        leaf("生活保護", "1" if helped else "2"),
        blank_or("生活保護開始日", occasion.written(date(2020, 4, 1)) if helped else None),
        leaf("一月一日の住所", head.home.line),
        leaf("前年一月一日の住所", head.home.line),
    )


def _named(household: Household, occasion: Occasion) -> tuple[Resident, ...]:
    return (household.children[-1], *household.parents, *_others(household, occasion))


def _documents(household: Household, occasion: Occasion) -> tuple[Document, ...]:
    return (*certificates(household, occasion), Document("identity", "本人確認書類の写し", "jpg"))
