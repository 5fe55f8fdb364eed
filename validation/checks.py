"""What the pipeline hands to validation (検査の定義): item checks, cross-field rules and the rows they are for, as plain values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal

from vocabulary.characters import HIDDEN
from vocabulary.findings import Severity

ItemType = Literal["X", "N", "9", "9V", "S9", "DATE", "YEAR", "TIME"]
Requirement = Literal["必須", "条件付き必須", "任意"]
Column = list[str | None]

PATTERNS: Final[Mapping[str, str]] = {
    "X": r"[\x20-\x7E\uFF61-\uFF9F]*",
    "N": rf"[^\x00-\x9F\uFF61-\uFF9F{HIDDEN}]*",
    "9": r"[0-9]+",
    "9V": r"[0-9]+(?:\.[0-9]+)?",
    "S9": r"-?[0-9]+",
    "YEAR": r"[0-9]{4}",
    "TIME": r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?",
}
"""Each type of the official item definitions (項目定義書) but DATE, whose calendar no pattern knows."""


class Status(StrEnum):
    """How far a rule has come: shadow is only counted, warn is shown and stops nothing, in hold the rule's severity takes effect."""

    SHADOW = "shadow"
    WARN = "warn"
    HOLD = "hold"


class SuiteError(ValueError):
    """A suite is wrong in itself: an unknown kind, an item that no column carries, a name that stands twice."""


@dataclass(frozen=True, slots=True)
class ItemCheck:
    """What the item definition says of one item.

    length: characters at most, 0 for no limit; of a 9V the digits before and after the point are ``length`` and ``decimals``.
    codes: the code list's values, None where the item has none. unknown: 不詳 dates (month or day 00) are legal here.
    secret: a 個人番号, of which Great Expectations sees verdicts only.
    """

    item: str
    type: ItemType
    length: int = 0
    required: Requirement = "任意"
    codes: frozenset[str] | None = None
    decimals: int = 0
    unknown: bool = False
    secret: bool = False

    def __post_init__(self) -> None:
        """Raise SuiteError for a type that the item definitions do not have."""
        if self.type != "DATE" and self.type not in PATTERNS:
            raise SuiteError(f"{self.item}: type {self.type!r} is none of {sorted([*PATTERNS, 'DATE'])}")


@dataclass(frozen=True, slots=True)
class When:
    """A condition of a rule: ``item`` has one of ``values``; with no values, any value at all."""

    item: str
    values: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule over the items of one row (項目間の検査).

    kind: a name in ``validation.rules.KINDS``, which says what ``items`` and ``params`` mean. when: the rule judges only rows
    where all of them hold. code: its reason code. secret: one of the items is a 個人番号.
    """

    id: str
    kind: str
    items: tuple[str, ...]
    code: str
    params: Mapping[str, str | frozenset[str]] = field(default_factory=dict)
    when: tuple[When, ...] = ()
    severity: Severity = Severity.ERROR
    status: Status = Status.HOLD
    secret: bool = False

    def __post_init__(self) -> None:
        """Raise SuiteError for a rule about nothing."""
        if not self.items:
            raise SuiteError(f"{self.id}: a rule needs at least one item")

    def parameter(self, name: str) -> str:
        """A parameter that is one text. Raises SuiteError when it is absent or a set."""
        value = self.params.get(name)
        if not isinstance(value, str):
            raise SuiteError(f"{self.id}: {self.kind} needs the parameter {name}")
        return value


@dataclass(frozen=True, slots=True)
class SuiteSpec:
    """All checks of one kind of record. version: that of the specs it was made from, for the auditors' page. group: of the records."""

    name: str
    version: str
    items: tuple[ItemCheck, ...]
    rules: tuple[Rule, ...] = ()
    group: str = ""

    def __post_init__(self) -> None:
        """Raise SuiteError when two items or two rules have one name."""
        for kind, names in (("item", [check.item for check in self.items]), ("rule", [rule.id for rule in self.rules])):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise SuiteError(f"{self.name}: {kind} {', '.join(twice)} stands twice")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows to check, as columns.

    application: for each row the journal's key of its application. columns: romaji item → one value a row; None and "" are absent.
    children: group of child records → how many each row has, for the rule ``children``.
    """

    application: list[int]
    columns: Mapping[str, Column] = field(repr=False)
    children: Mapping[str, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise SuiteError when a column is longer or shorter than the rows."""
        lengths = {name: len(column) for name, column in self.columns.items()}
        lengths |= {group: len(counts) for group, counts in self.children.items()}
        for name, length in lengths.items():
            if length != len(self.application):
                raise SuiteError(f"column {name} has {length} values for {len(self.application)} rows")


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of record in a batch: what is asked of it, and its rows."""

    spec: SuiteSpec
    table: Table


def count_children(application: Iterable[int], child: Table) -> list[int]:
    """How many rows of ``child`` belong to each application, in the order given."""
    counts: dict[int, int] = {}
    for owner in child.application:
        counts[owner] = counts.get(owner, 0) + 1
    return [counts.get(owner, 0) for owner in application]


def type_pattern(check: ItemCheck) -> str:
    r"""The whole value as a regular expression; ``\A`` and ``\Z`` since ``$`` would let a trailing line break pass."""
    pattern = PATTERNS[check.type]
    if check.type == "9V" and check.length:
        pattern = rf"[0-9]{{1,{check.length}}}" + (rf"(?:\.[0-9]{{1,{check.decimals}}})?" if check.decimals else "")
    return rf"\A(?:{pattern})\Z"
