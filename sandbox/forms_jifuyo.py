"""児童扶養手当 現況届 (事前送信): one parent, the children, what both earned and received, relatives in the household."""

from datetime import timedelta

from lxml import etree

from sandbox.forms import Document, Filled, Occasion, blank_or, branch, home_fields, leaf, living, person
from sandbox.forms_moshide import grade
from sandbox.town_people import Household, Resident

_GROUNDS = ("01", "01", "01", "01", "02", "05", "06", "08", "08")
_WITHOUT_DECLARATION = frozenset({"02", "05"})
"""Grounds for which no 養育費に関する申告書 is asked: death, desertion."""


def fill_jifuyo(household: Household, occasion: Occasion) -> Filled:
    """The yearly notification of a parent who brings up children alone."""
    (parent, *_), children, elders = household.parents, household.minors(occasion.day), household.elders
    chance, ground = occasion.chance, occasion.chance.choice(_GROUNDS)
    wish = occasion.submitted.date() + timedelta(days=chance.randint(3, 20)) if chance.random() < 0.6 else None
    parts = (
        leaf("年度", str(occasion.day.year)),
        _recipient(parent, occasion),
        leaf("支給要件", ground),
        *(_child(child, parent, occasion) for child in children),
        _income(children, elders, ground, occasion),
        _pension("本人の公的年金等", "03" if ground == "02" and chance.random() < 0.3 else None, occasion),
        _pension("児童の公的年金等", "03" if ground == "02" and chance.random() < 0.5 else None, occasion),
        leaf("事実婚の有無", "2"),
        leaf("住居の状況", "3" if elders else chance.choice("122")),
        *(_supporter(elder, occasion) for elder in elders),
        blank_or("一部支給停止適用除外事由", chance.choice((None, "1", "1", "2", "4"))),
        blank_or("面談希望日", occasion.written(wish) if wish else None),
    )
    declaration = Document("child-support", "養育費に関する申告書", chance.choice(("pdf", "jpg")))
    return Filled(parent, parts, (parent, *children, *elders), () if ground in _WITHOUT_DECLARATION else (declaration,))


def _recipient(parent: Resident, occasion: Occasion) -> etree._Element:
    works = parent.work != "4"
    return branch(
        "受給資格者",
        *person(parent, occasion),
        leaf("個人番号", parent.number),
        *home_fields(parent),
        leaf("証書番号", f"20-{occasion.chance.randint(1, 999_999):06}"),
        leaf("職業", occasion.chance.choice(("会社員", "パート", "自営業")) if works else "無職"),
        blank_or("勤務先", occasion.chance.choice(("株式会社ゆいまーる", "おもろまち商店")) if works else None),
    )


def _child(child: Resident, parent: Resident, occasion: Occasion) -> etree._Element:
    together = living(child, parent)
    return branch(
        "対象児童",
        *person(child, occasion),
        leaf("続柄", "子"),
        leaf("同居別居", together),
        blank_or("住所", child.home.line if together == "2" else None),
        leaf("学年", grade(child, occasion.day)),
        leaf("障害の有無", "1" if occasion.chance.random() < 0.05 else "2"),
    )


def _income(children: tuple[Resident, ...], elders: tuple[Resident, ...], ground: str, occasion: Occasion) -> etree._Element:
    """前年の所得: dependants as the household has them; maintenance only from a parent who lives and is known."""
    chance = occasion.chance
    grown = sum(child.school_year_age(occasion.day) >= 16 for child in children)
    maintenance = chance.choice((0, 0, 240_000, 360_000, 600_000)) if ground in {"01", "08"} else 0
    return branch(
        "前年の所得",
        leaf("前年所得額", str(chance.choice((0, 480_000, 1_250_000, 1_980_000, 2_400_000)))),
        leaf("扶養親族等の数", str(len(children))),
        leaf("老人扶養親族の数", str(len(elders) if chance.random() < 0.2 else 0)),
        leaf("特定扶養親族の数", "0"),
        leaf("控除対象扶養親族の数", str(grown)),
        leaf("養育費", str(maintenance)),
    )


def _pension(name: str, kind: str | None, occasion: Occasion) -> etree._Element:
    amount = str(occasion.chance.randint(200, 1000) * 1000) if kind else None
    return branch(name, leaf("年金の有無", "1" if kind else "2"), blank_or("年金の種類", kind), blank_or("年額", amount))


def _supporter(elder: Resident, occasion: Occasion) -> etree._Element:
    income = leaf("前年所得額", str(occasion.chance.choice((0, 300_000, 780_000, 1_500_000))))
    return branch("扶養義務者", *person(elder, occasion, sex=False), leaf("続柄", elder.relation), income)
