"""施設等利用給付認定申請 (新1号・新2号・新3号): one child, its guardians, the facilities whose fees are to be paid."""

from datetime import date

from lxml import etree

from sandbox.forms import Document, Filled, Occasion, blank_or, branch, leaf, person
from sandbox.forms_hoiku import needing_guardian, plain_guardian
from sandbox.town_people import Household

_FACILITIES = (
    ("01", "首里みどり幼稚園"),
    ("02", "おもろまち認定こども園"),
    ("03", "キッズルーム虹"),
    ("06", "なはファミリー・サポート・センター"),
)


def fill_shisetsu(household: Household, occasion: Occasion) -> Filled:
    """The application of the first parent for the youngest child; 新3号 is for the smallest of tax-exempt households."""
    child, head = household.children[-1], household.parents[0]
    small = child.school_year_age(occasion.day) < 3
    kind = "3" if small else occasion.chance.choice("12")
    guardian = plain_guardian if kind == "1" else needing_guardian
    parts = (
        leaf("施設等利用認定区分", kind),
        branch("申請児童", *person(child, occasion), leaf("個人番号", child.number)),
        *(guardian(parent, occasion) for parent in household.parents),
        blank_or("給付認定の申請", occasion.chance.choice("12") if occasion.chance.random() < 0.5 else None),
        leaf("利用開始希望日", occasion.written(date(occasion.day.year + 1, 4, 1))),
        *(_facility(number, name) for number, name in occasion.chance.sample(_FACILITIES, occasion.chance.randint(1, 3))),
        blank_or("市町村民税非課税世帯", "1" if small else None),
        leaf("一月一日の住所", head.home.line),
    )
    return Filled(head, parts, (child, *household.parents), (Document("identity", "本人確認書類の写し", "jpg"),))


def _facility(kind: str, name: str) -> etree._Element:
    return branch("利用施設", leaf("施設等の種別", kind), leaf("施設名", name))
