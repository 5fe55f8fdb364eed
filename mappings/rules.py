"""Model of ``expectations.yaml`` (審査ルール): what must hold beyond types and code lists, as a closed list of rule kinds."""

from types import MappingProxyType
from typing import Literal, Self

from pydantic import Field, model_validator

from mappings.specification import Spec

Kind = Literal[
    "required_if", "absent_if", "in_list", "not_after", "one_of", "equals", "not_equals", "check_digit", "length", "between", "month_in",
    "rows",
]  # fmt: skip

# Keys that each kind needs beside the common ones, and the least number of items.
NEEDS = MappingProxyType(
    {
        "required_if": (("when",), 1),
        "in_list": (("values",), 1),
        "not_after": ((), 2),
        "one_of": ((), 2),
        "equals": ((), 2),
        "not_equals": ((), 2),
        "check_digit": (("digit",), 1),
        "length": (("maximum",), 1),
        "rows": (("minimum",), 0),
        "absent_if": (("when",), 1),
        "between": (("maximum",), 1),
        "month_in": (("values",), 1),
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
    length: minimum to maximum characters. rows: an application has minimum to maximum records of the group; ``when`` then looks at
    the application's own record. absent_if: all items are empty when the condition holds. between: the number is minimum to maximum.
    month_in: the month of the day or month is one of values.
    status: shadow is reported only, warn is shown, hold lets the severity take effect.
    """

    id: str
    rule: Kind
    code: str
    severity: Literal["error", "alert"]
    status: Literal["shadow", "warn", "hold"]
    group: str
    items: tuple[str, ...] = ()
    says: str = Field(min_length=1)
    when: Condition | None = None
    switch: Switched | None = None
    values: tuple[str, ...] = ()
    digit: Literal["", "kojinbango", "atenabango"] = ""
    minimum: int = Field(default=0, ge=0)
    maximum: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        keys, items = NEEDS[self.rule]
        missing = [key for key in keys if not getattr(self, key)]
        if missing:
            raise ValueError(f"rule {self.id}: {self.rule} needs {', '.join(missing)}")
        if len(self.items) < items:
            raise ValueError(f"rule {self.id}: {self.rule} needs at least {items} items")
        return self


class Expectations(Spec):
    """The whole file."""

    rules: tuple[Rule, ...] = ()
