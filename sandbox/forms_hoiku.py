"""保育施設等利用申込: one child, its guardians, facilities in order of wish, the household."""

from datetime import date

from lxml import etree

from sandbox.employment import employer_of
from sandbox.employment_sheets import certificate_of
from sandbox.forms import Document, Filled, Occasion, blank_or, branch, leaf, living, person, telephone
from sandbox.town_people import Household, Resident

FACILITIES = (
    ("1101", "泉崎こども園"),
    ("1102", "若狭浦保育園"),
    ("1103", "首里石嶺保育所"),
    ("1104", "おもろまち認定こども園"),
    ("1105", "小禄みなみ保育園"),
    ("1106", "識名さくら保育園"),
    ("1107", "天久ひまわりこども園"),
    ("1108", "安謝第二保育所"),
    ("1109", "真嘉比ゆいまーる保育園"),
    ("1110", "壺川星の子保育園"),
)
_HEALTH = ("特にありません。", "卵アレルギーがあります（除去食を希望）。", "ぜんそくで通院しています。", "熱性けいれんの既往があります。")


def fill_hoiku(household: Household, occasion: Occasion) -> Filled:
    """The application of the first parent for the youngest child, from next April."""
    child, siblings = household.children[-1], household.minors(occasion.day)[:-1]
    elders = household.elders
    year = occasion.day.year + (1 if occasion.day.month >= 4 else 0)
    wishes = occasion.chance.sample(FACILITIES, occasion.chance.randint(1, 6))
    parts = (
        branch("申請児童", *person(child, occasion), leaf("個人番号", child.number)),
        *(needing_guardian(parent, occasion) for parent in household.parents),
        leaf("保育の希望の有無", "1"),
        leaf("保育必要量", occasion.chance.choice("112")),
        leaf("利用希望開始日", occasion.written(date(year, 4, 1))),
        blank_or("利用希望終了日", f"{year + 1}-03-31" if occasion.chance.random() < 0.4 else None),
        *(branch("希望施設", leaf("施設番号", number), leaf("施設名", name), _wish(place)) for place, (number, name) in enumerate(wishes)),
        *(member_row(member, household.parents[0], occasion) for member in (*siblings, *elders)),
        leaf("生活保護", "2"),
        leaf("一月一日の住所", household.parents[0].home.line),
        blank_or("健康状況", occasion.chance.choice(_HEALTH) if occasion.chance.random() < 0.7 else None),
    )
    documents = (*certificates(household, occasion), Document("identity", "本人確認書類の写し", "jpg"))
    persons = (child, *household.parents, *siblings, *elders)
    return Filled(household.parents[0], parts, persons, documents)


def needing_guardian(parent: Resident, occasion: Occasion) -> etree._Element:
    """保護者 with 必要事由: who works needs childcare for it, the others for another reason."""
    guardian = plain_guardian(parent, occasion)
    guardian.append(leaf("必要事由", "01" if works(parent) else occasion.chance.choice(("03", "04", "06", "07"))))
    return guardian


def certificates(household: Household, occasion: Occasion) -> tuple[Document, ...]:
    """就労証明書 of each parent who works."""
    return tuple(certificate_of(parent, occasion) for parent in household.parents if works(parent))


def works(parent: Resident) -> bool:
    """Whether the parent is employed or self-employed."""
    return parent.work in {"1", "3"}


def plain_guardian(parent: Resident, occasion: Occasion) -> etree._Element:
    """保護者 without 必要事由."""
    return branch(
        "保護者",
        *person(parent, occasion, sex=False),
        leaf("続柄", "01" if parent.sex == "1" else "02"),
        blank_or("個人番号", parent.number if occasion.chance.random() < 0.8 else None),
        leaf("住所", parent.home.line),
        leaf("電話番号", telephone(parent)),
        blank_or("勤務先", employer_of(parent).name if works(parent) else None),
    )


def _wish(place: int) -> etree._Element | None:
    return leaf("希望理由", "自宅から近いため") if place == 0 else None


def member_row(member: Resident, head: Resident, occasion: Occasion) -> etree._Element:
    """世帯員: a brother or sister, or a grandparent of the child."""
    male = member.sex == "1"
    sibling, elder = ("兄" if male else "姉"), ("祖父" if male else "祖母")
    age = member.school_year_age(occasion.day)
    school = "中学校" if age in range(12, 15) else "小学校" if age in range(6, 12) else None
    return branch(
        "世帯員",
        *person(member, occasion),
        leaf("続柄", elder if member.relation in {"父", "母"} else sibling),
        blank_or("職業学校", school),
        leaf("同居別居", living(member, head)),
        leaf("市町村民税課税", "1" if age > 20 and occasion.chance.random() < 0.6 else "2"),
        leaf("障害者手帳", "1" if occasion.chance.random() < 0.04 else "2"),
    )
