"""児童手当の申出: 寄附, its 変更等, 学校給食費等の徴収等 and its 変更等. The one who receives the allowance files and signs them."""

from datetime import date

from lxml import etree

from sandbox.forms import Filled, Occasion, blank_or, branch, home_fields, leaf, person
from sandbox.town_people import Household, Resident

_WISHES = (None, "保育所の遊具の更新に使ってほしい", "学校図書館の本の購入", "子ども食堂への支援")
_REASONS = (None, "家計の都合による", "転校したため", "口座振替に切り替えるため")
_AMOUNTS = ("5000", "10000", "20000", "30000")
_CLUB = "おもろ児童クラブ"
_SCHOOLS = {
    "保育園": ("おもろ保育園", "まかび保育園"),
    "小学校": ("那覇市立おもろ小学校", "那覇市立まかび小学校"),
    "中学校": ("那覇市立おもろ中学校",),
}


def fill_kifu(household: Household, occasion: Occasion) -> Filled:
    """寄附の申出: all of the allowance, or an amount of it."""
    share = occasion.chance.choice("122")
    parts = (
        _recipient(household, occasion),
        leaf("寄附額の区分", share),
        blank_or("寄附額", occasion.chance.choice(_AMOUNTS) if share == "2" else None),
        leaf("支払期月", _payment_month(occasion)),
        blank_or("使途の希望", occasion.chance.choice(_WISHES)),
    )
    return Filled(household.parents[0], parts, household.parents[:1])


def fill_kifu_henko(household: Household, occasion: Occasion) -> Filled:
    """寄附変更等の申出: another share, or no gift any more."""
    share = occasion.chance.choice((None, "1", "2", "2"))
    parts = (
        _recipient(household, occasion),
        leaf("変更等の区分", "1" if share else "2"),
        blank_or("変更後の寄附額の区分", share),
        blank_or("変更後の寄附額", occasion.chance.choice(_AMOUNTS) if share == "2" else None),
        leaf("適用期月", _payment_month(occasion)),
        blank_or("理由", occasion.chance.choice(_REASONS)),
    )
    return Filled(household.parents[0], parts, household.parents[:1])


def fill_kyushokuhi(household: Household, occasion: Occasion) -> Filled:
    """徴収等の申出 for the children up to junior high school: lunches, and care fees where one is not at school yet."""
    children = _pupils(household, occasion)
    parts = (
        _recipient(household, occasion),
        *(_pupil(child, occasion) for child in children),
        *_costs("費用", children, occasion),
        leaf("開始支払期月", _payment_month(occasion)),
    )
    return Filled(household.parents[0], parts, (household.parents[0], *children))


def fill_kyushokuhi_henko(household: Household, occasion: Occasion) -> Filled:
    """徴収等の変更等の申出: other costs, or none any more."""
    children, ends = _pupils(household, occasion), occasion.chance.random() < 0.4
    parts = (
        _recipient(household, occasion),
        leaf("変更等の区分", "2" if ends else "1"),
        *(_pupil(child, occasion) for child in children),
        *(() if ends else _costs("変更後の費用", children, occasion)),
        leaf("適用支払期月", _payment_month(occasion)),
        blank_or("理由", occasion.chance.choice(_REASONS)),
    )
    return Filled(household.parents[0], parts, (household.parents[0], *children))


def grade(child: Resident, day: date) -> str:
    """学年: 00 before school, 01 to 06, 07 to 09, 10 to 12."""
    return f"{max(child.school_year_age(day) - 5, 0):02}"


def _recipient(household: Household, occasion: Occasion) -> etree._Element:
    head = household.parents[0]
    number = f"{occasion.chance.randint(1, 99_999):08}" if occasion.chance.random() < 0.6 else None
    return branch("申出者", *person(head, occasion), *home_fields(head), blank_or("認定番号", number))


def _payment_month(occasion: Occasion) -> str:
    """The next payment month (支払期月) that still lies ahead: an even one."""
    months = occasion.day.year * 12 + occasion.day.month
    months += 1 if months % 2 else 2
    return f"{(months - 1) // 12}-{(months - 1) % 12 + 1:02}"


def _pupils(household: Household, occasion: Occasion) -> tuple[Resident, ...]:
    return tuple(child for child in household.children if child.school_year_age(occasion.day) < 15)


def _pupil(child: Resident, occasion: Occasion) -> etree._Element:
    year = int(grade(child, occasion.day))
    schools = _SCHOOLS["保育園" if year == 0 else "小学校" if year <= 6 else "中学校"]
    return branch("対象児童", *person(child, occasion), leaf("学校名", occasion.chance.choice(schools)), leaf("学年", f"{year:02}"))


def _costs(name: str, children: tuple[Resident, ...], occasion: Occasion) -> list[etree._Element]:
    years = {int(grade(child, occasion.day)) for child in children}
    limit = occasion.chance.choice((None, "4500", "5000"))
    found = [_cost(name, "1", "1", limit=limit)] if years - {0} else []
    if 0 in years:
        found.append(_cost(name, "9", "1", limit=None))
    if years & {1, 2, 3} and occasion.chance.random() < 0.4:
        found.append(_cost(name, "4", "2", limit=None, text=_CLUB))
    return found


def _cost(name: str, kind: str, way: str, *, limit: str | None, text: str | None = None) -> etree._Element:
    return branch(name, leaf("費用の種類", kind), blank_or("内容", text), leaf("徴収方法", way), blank_or("上限額", limit))
