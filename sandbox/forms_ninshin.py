"""妊娠の届出: the woman who is pregnant, the expected birth, examinations, wishes for the interview."""

from datetime import timedelta

from sandbox.forms import Filled, Occasion, blank_or, branch, home_fields, leaf, person
from sandbox.town_people import Household

_CLINICS = ("泉崎産婦人科クリニック", "おもろレディースクリニック", "那覇みなと病院", "首里母子医院")
_DOCTORS = ("宮城　京子", "比嘉　誠", "新垣　直樹", "島袋　友里")
_OCCUPATIONS = ("会社員", "看護師", "自営業", "無職", "公務員")
_FEELINGS = ("つわりがあります。", "良好です。", "ときどき立ちくらみがあります。")
_WORRIES = ("上の子の世話について相談したいです。", "里帰り出産を考えています。", "出産費用について聞きたいです。")


def fill_ninshin(household: Household, occasion: Occasion) -> Filled:
    """The notification of the first parent, a woman."""
    mother, *others = household.parents
    weeks = occasion.chance.randint(6, 16)
    today = occasion.submitted.date()
    head = mother if mother.relation == "世帯主" or not others else others[0]
    interviews = sorted(occasion.chance.sample(range(7, 28), occasion.chance.randint(0, 3)))
    number, home = leaf("個人番号", mother.number), home_fields(mother)
    work = blank_or("職業", occasion.chance.choice((*_OCCUPATIONS, None)))
    parts = (
        branch("届出者", *person(mother, occasion, sex=False), number, *home, work),
        leaf("妊娠週数", str(weeks)),
        leaf("分娩予定日", occasion.written(today + timedelta(weeks=40 - weeks))),
        leaf("医療機関名", occasion.chance.choice(_CLINICS)),
        leaf("医師等氏名", occasion.chance.choice(_DOCTORS)),
        leaf("性病健診", "1" if occasion.chance.random() < 0.9 else "2"),
        leaf("結核健診", occasion.chance.choice("12")),
        leaf("胎児数", "2" if occasion.chance.random() < 0.04 else "1"),
        leaf("初産経産", "2" if household.children else "1"),
        leaf("世帯主氏名", head.name),
        blank_or("パートナー氏名", others[0].name if others else None),
        *(leaf("面談希望日", occasion.written(today + timedelta(days=days))) for days in interviews),
        blank_or("体調", occasion.chance.choice((*_FEELINGS, None))),
        blank_or("不安", occasion.chance.choice((*_WORRIES, None))),
    )
    return Filled(mother, parts, (mother,))
