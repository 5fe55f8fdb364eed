"""児童手当 氏名・住所等変更届: what changed for the recipient, the spouse or a child, and children who live apart now."""

from collections.abc import Iterator
from datetime import timedelta

from lxml import etree

from sandbox.addresses import pick_home
from sandbox.forms import Document, Filled, Occasion, blank_or, branch, leaf, living, person
from sandbox.forms_allowance import recipient
from sandbox.names import pick_family
from sandbox.town_people import Household, Resident

_PENSIONS = {"1": ("1", "国民年金", "厚生年金"), "3": ("2", "厚生年金", "国民年金")}
"""職業区分 → 加入年金区分 after the change, its words before and after."""


def fill_henko(household: Household, occasion: Occasion) -> Filled:
    """One to three changes, among them the homes of all children who live apart."""
    head, minors = household.parents[0], household.minors(occasion.day)
    apart = tuple(one for one in minors if living(one, head) == "2")
    moved = [_change("05", one, (head.home.line, one.home.line), occasion) for one in apart]
    others = list(_others(household, occasion))
    chosen = occasion.chance.sample(others, min(len(others), occasion.chance.randint(0 if moved else 1, 2)))
    parts = (
        recipient(head, occasion),
        leaf("認定番号", f"{occasion.chance.randint(1, 99_999):08}"),
        *(element for element, _ in chosen),
        *moved,
        *(_child_apart(one, occasion) for one in apart),
    )
    documents = (Document("separation", "別居監護申立書", "pdf"),) if apart else ()
    return Filled(head, parts, (head, *apart, *(one for _, one in chosen)), documents)


def _others(household: Household, occasion: Occasion) -> Iterator[tuple[etree._Element, Resident]]:
    head, *spouses = household.parents
    before = pick_family(occasion.chance, scripts=("plain",)).name
    if head.work in _PENSIONS:
        kind, old, new = _PENSIONS[head.work]
        yield _change("06", head, (old, new), occasion, pension=kind), head
    yield _change("02", head, (pick_home(occasion.chance).line, head.home.line), occasion), head
    for spouse in spouses:
        yield _change("03", spouse, (pick_home(occasion.chance).line, spouse.home.line), occasion), spouse
    for one in household.minors(occasion.day)[:1]:
        if before != one.family:
            yield _change("04", one, (f"{before}　{one.given}", one.name), occasion), one


def _change(kind: str, of: Resident, texts: tuple[str, str], occasion: Occasion, *, pension: str | None = None) -> etree._Element:
    """texts: 変更前 and 変更後."""
    day = occasion.day - timedelta(days=occasion.chance.randint(1, 12))
    return branch(
        "変更",
        leaf("変更区分", kind),
        *person(of, occasion, sex=False),
        leaf("変更前", texts[0]),
        leaf("変更後", texts[1]),
        blank_or("加入年金区分", pension),
        leaf("変更日", occasion.written(day)),
    )


def _child_apart(resident: Resident, occasion: Occasion) -> etree._Element:
    return branch(
        "別居となる児童",
        *person(resident, occasion),
        leaf("続柄", "子"),
        leaf("別居開始日", occasion.written(occasion.day - timedelta(days=occasion.chance.randint(1, 12)))),
        blank_or("別居の理由", occasion.chance.choice(("進学のため", "単身赴任のため", None))),
        leaf("住所", resident.home.line),
        leaf("監護の有無", "1"),
        leaf("生計関係", "1"),
        leaf("個人番号", resident.number),
    )
