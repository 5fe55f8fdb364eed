"""Planted values (検査用の目印): for every expectation in use a check that they fail, and whatever could carry them outward."""

from dataclasses import dataclass
from typing import Final

from validation import suites
from validation.checks import Column, ItemCheck, Rule, SuiteSpec, Table

MARKS: Final = ("CANARY824917", "１９８２年カナリア", "879213460512")
"""Parts of the planted values that stand nowhere else."""
WORD, TEXT, NUMBER = MARKS
UNLUCKY: Final = f"{WORD}𠮷"


@dataclass(frozen=True, slots=True)
class Canary:
    """A check that asks an expectation, and rows that fail it but for the last."""

    item: ItemCheck
    columns: dict[str, Column]
    rules: tuple[Rule, ...] = ()

    @property
    def spec(self) -> SuiteSpec:
        """The suite of the check, with items that fail in other ways beside it."""
        beside = (ItemCheck("other", "X"), ItemCheck("day", "DATE"), ItemCheck("free", "TIME"))
        return SuiteSpec("canary", "1", (self.item, *beside), self.rules)

    @property
    def table(self) -> Table:
        """Its rows; the other columns carry planted values that their checks let pass or not."""
        others: dict[str, Column] = {"other": [WORD, f"{WORD}あ", None], "day": [WORD, "2026-02-30", None]}
        return Table([1, 2, 3], {"free": ["23:41:59", None, None], **others, **self.columns})


def _rule(kind: str, items: tuple[str, ...] = ("a",), **params: str) -> tuple[Rule, ...]:
    return (Rule("r", kind, items, "CHECK_TYPE", params),)


CANARIES: Final = {
    suites.NOT_NULL: Canary(ItemCheck("a", "X", required="必須"), {"a": ["", None, WORD]}),
    suites.MATCHES: Canary(ItemCheck("a", "9"), {"a": [WORD, f"{NUMBER}x", "1"]}),
    suites.LENGTHS: Canary(ItemCheck("a", "X", 3), {"a": [WORD, NUMBER, "1"]}),
    suites.IN_SET: Canary(ItemCheck("a", "X", codes=frozenset("12")), {"a": [WORD, NUMBER, "1"]}),
    suites.OWN["check_digit"]: Canary(ItemCheck("a", "X"), {"a": [NUMBER, WORD, "000000000000019"]}, _rule("check_digit", scheme="atena")),
    suites.OWN["kana"]: Canary(ItemCheck("a", "N"), {"a": [TEXT, WORD, "カナ"]}, _rule("kana", width="full")),
    suites.OWN["encodable"]: Canary(ItemCheck("a", "N"), {"a": [UNLUCKY, f"{TEXT}\ue000", "漢字"]}, _rule("encodable", encoding="cp932")),
    suites.OWN["wareki"]: Canary(
        ItemCheck("a", "DATE", unknown=True),
        {"a": ["1965-00-00", "1982-01-01", "1965-00-00"], "b": ["昭和５７年頃", "１９８２年２月１日", "昭和４０年頃"]},
        _rule("wareki", ("a", "b")),
    ),
}
"""Expectation → its canary. A test fails where one in use is missing here."""

WAREKI_MARKS: Final = ("昭和５７年頃", "１９８２年２月１日", "1982-01-01", "1965-00-00", "昭和４０年頃")
PLANTED: Final = (*MARKS, *WAREKI_MARKS, "𠮷", "2026-02-30", "23:41:59")
"""No one of these may be found in anything that leaves the check."""
