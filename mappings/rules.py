"""Model of ``expectations.yaml`` (審査ルール): what must hold beyond types and code lists, as a closed list of rule kinds."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from mappings.specification import Assumption, Spec, build_spec
from mappings.yaml_door import SpecError, load_yaml

RecordKind = Literal[
    "required_if", "absent_if", "in_list", "not_after", "one_of", "equals", "not_equals", "check_digit", "length", "between", "month_in",
    "rows", "age_at", "school_year", "fiscal_year", "days_between", "same_kana",
    "kana", "encodable", "wareki",
]  # fmt: skip
AcrossKind = Literal["one_claimant", "different_people", "numbers_differ", "signed_by", "living_here", "document_named", "within_grace"]
RuleStatus = Literal["shadow", "warn", "hold"]

STATUSES: tuple[RuleStatus, ...] = get_args(RuleStatus)
"""How far a rule has come, in this order."""

# Keys that each kind needs beside the common ones, and the least number of items.
NEEDS = MappingProxyType(
    {
        "required_if": (("when", "group"), 1),
        "in_list": (("values", "group"), 1),
        "not_after": (("group",), 2),
        "one_of": (("group",), 2),
        "equals": (("group",), 2),
        "not_equals": (("group",), 2),
        "check_digit": (("digit", "group"), 1),
        "length": (("maximum", "group"), 1),
        "rows": (("minimum", "group"), 0),
        "absent_if": (("when", "group"), 1),
        "between": (("maximum", "group"), 1),
        "month_in": (("values", "group"), 1),
        "age_at": (("maximum", "group"), 2),
        "school_year": (("maximum", "group"), 2),
        "fiscal_year": (("group",), 2),
        "days_between": (("maximum", "group"), 2),
        "same_kana": (("group",), 2),
        "kana": (("width", "group"), 1),
        "encodable": (("group",), 1),
        "wareki": (("group",), 2),
        "one_claimant": (("roles", "maximum"), 0),
        "different_people": (("roles",), 0),
        "numbers_differ": ((), 2),
        "signed_by": (("roles",), 0),
        "living_here": (("roles",), 0),
        "document_named": (("document", "when"), 0),
        "within_grace": ((), 0),
    },
)


class Condition(Spec):
    """The rule holds only for records in which ``item`` has one of ``values``; an item that they lack is the application's own."""

    item: str
    values: tuple[str, ...] = Field(min_length=1)


class Switched(Spec):
    """The rule holds only where the municipality has set the procedure's switch this way (自治体ごとの選択)."""

    id: str
    on: bool


class Rule(Spec):
    """One rule over the records of a group. An empty value passes every kind but required_if and one_of.

    required_if: all items are filled when the condition holds. in_list: each item is one of values. not_after: the first item is not
    after the second (ISO texts of days or months, as far as both go; unknown days pass). one_of: at least one item is filled.
    equals: all items are equal.
    not_equals: no two of the items are equal. check_digit: of the named number.
    length: minimum to maximum characters. rows: an application has minimum to maximum (0: any) records of the group; ``when`` then looks at
    the application's own record. absent_if: all items are empty when the condition holds. between: the number is minimum to maximum.
    month_in: the month of the day or month is one of values.
    age_at: whoever was born on the first item is minimum to maximum years old on the second. school_year: the second item lies after
    the 31 March that follows ``minimum`` completed years (0: no such bound), and not after that of ``maximum``. fiscal_year: the first
    item is the 会計年度 of the second. days_between: from the first item to the second pass minimum to maximum days.
    same_kana: the items are read alike. kana: each item is kana of the width. encodable: each has a way into the encoding of every
    destination. wareki: the first item and the second, a written date, name one day as far as both go.
    The kinds of ``AcrossKind`` look at persons, registers, documents or other applications: ``pipeline/cross_records.py`` says what
    each asks of its roles, items (``group.item``) and document.
    status: shadow is reported only, warn is shown, hold lets the severity take effect. assumption: what no public source settles.
    """

    id: str
    rule: RecordKind | AcrossKind
    code: str
    severity: Literal["error", "alert"]
    status: RuleStatus = "shadow"
    group: str = ""
    items: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    document: str = ""
    says: str = Field(min_length=1)
    when: Condition | None = None
    switch: Switched | None = None
    values: tuple[str, ...] = ()
    digit: Literal["", "kojinbango", "atenabango"] = ""
    width: Literal["", "full", "half"] = ""
    minimum: int = Field(default=0, ge=0)
    maximum: int = Field(default=0, ge=0)
    assumption: Assumption | None = None

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        keys, items = NEEDS[self.rule]
        missing = [key for key in keys if not getattr(self, key)]
        if missing:
            raise ValueError(f"rule {self.id}: {self.rule} needs {', '.join(missing)}")
        if len(self.items) < items:
            raise ValueError(f"rule {self.id}: {self.rule} needs at least {items} items")
        return self

    @property
    def is_across(self) -> bool:
        """Whether it looks beyond the records of its application."""
        return self.rule in get_args(AcrossKind)

    def is_in_force(self, switches: Mapping[str, bool]) -> bool:
        """Whether the procedure's switches, as a municipality has set them, let it be judged."""
        return self.switch is None or switches[self.switch.id] == self.switch.on


class Expectations(Spec):
    """The whole file."""

    rules: tuple[Rule, ...] = ()


def read_rules(path: Path) -> tuple[Rule, ...]:
    """The rules of a file. Raises SpecError that names the rule by its id."""
    data = load_yaml(path)
    try:
        rules = build_spec(path, Expectations, data).rules
    except SpecError as error:
        raise SpecError(file=path, key=_with_id(error.key, data), problem=error.problem, allowed=error.allowed) from None
    ids = [rule.id for rule in rules]
    twice = next((one for one in ids if ids.count(one) > 1), "")
    if twice:
        raise SpecError(file=path, key=f"{twice}.id", problem="stands twice", allowed="a name of its own for each rule")
    return rules


def _with_id(key: str, data: object) -> str:
    """``rules.3.status`` as ``NINTEI-04.status``; a rule without an id keeps its place."""
    parts = key.split(".")
    if len(parts) < 2 or parts[0] != "rules" or not parts[1].isdigit() or not isinstance(data, dict):
        return key
    rule = data["rules"][int(parts[1])]
    return ".".join([str(rule["id"]), *parts[2:]]) if isinstance(rule, dict) and rule.get("id") else key
