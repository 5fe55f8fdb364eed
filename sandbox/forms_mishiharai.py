"""児童手当 未支払請求: the children of a recipient who died claim what was not paid; a relative files for them."""

from datetime import timedelta

from sandbox.forms import Document, Filled, Occasion, account, blank_or, branch, leaf, person, telephone
from sandbox.town_people import Household


def fill_mishiharai(household: Household, occasion: Occasion) -> Filled:
    """The claim of the children, eldest first, filed by the surviving parent. Raises ValueError where nobody died."""
    dead, (relative, *_), children = household.departed, household.parents, household.minors(occasion.day)
    if dead is None or dead.died is None:
        raise ValueError("nobody died in this household")
    begins = (dead.died.replace(day=1) - timedelta(days=1)).replace(day=1)
    numbered = occasion.chance.random() < 0.5
    parts = (
        branch(
            "死亡した受給者",
            *person(dead, occasion, sex=False),
            leaf("住所", dead.home.line),
            leaf("認定番号", f"{occasion.chance.randint(1, 99_999):08}"),
            leaf("死亡年月日", occasion.written(dead.died)),
        ),
        *(
            branch(
                "請求者児童",
                *person(child, occasion),
                leaf("住所", child.home.line),
                leaf("続柄", "子"),
                blank_or("個人番号", child.number if numbered else None),
            )
            for child in children
        ),
        branch(
            "手続を行う人",
            *person(relative, occasion, sex=False),
            leaf("続柄", "母" if relative.sex == "2" else "父"),
            leaf("区分", occasion.chance.choice("122")),
            leaf("電話番号", telephone(relative)),
        ),
        leaf("対象期間開始", f"{begins:%Y-%m}"),
        leaf("対象期間終了", f"{dead.died:%Y-%m}"),
        account(children[0], occasion),
    )
    documents = (Document("passbook", "児童名義の通帳の写し", occasion.chance.choice(("pdf", "jpg"))),)
    return Filled(relative, parts, (dead, *children, relative), documents)
