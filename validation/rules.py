"""The closed table of cross-field rules (項目間の検査): each kind is a function over columns that gives one verdict a row."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from validation.checks import ItemCheck, Rule, SuiteError, SuiteSpec, Table, When
from vocabulary import check_digits
from vocabulary.characters import visible_length

OPEN_START: Final = "0000-01-01"
OPEN_END: Final = "9999-12-31"
DATE_SHAPE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MONTH_SHAPE: Final = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")
KANA: Final[Mapping[str, re.Pattern[str]]] = {
    "full": re.compile(r"[ァ-ヶー・　]+"),
    "half": re.compile(r"[ｦ-ﾟ A-Z0-9()./｢｣\\,\-]+"),
}
SCHEMES: Final[Mapping[str, Callable[[str], bool]]] = {
    "my_number": check_digits.valid_my_number,
    "atena": check_digits.valid_ledger_number,
    "corporate": check_digits.valid_corporate_number,
}

Values = tuple[str, ...]
Judge = Callable[[Values], bool]


def is_date(value: str, *, unknown: bool = False) -> bool:
    """Whether ``YYYY-MM-DD`` is a day of the calendar or an open date; with ``unknown`` month and day may be 00 (不詳)."""
    if DATE_SHAPE.fullmatch(value) is None:
        return False
    if value in (OPEN_START, OPEN_END):
        return True
    year, month, day = (int(part) for part in value.split("-"))
    if unknown and day == 0:
        return month <= 12
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def is_month(value: str) -> bool:
    """Whether ``YYYY-MM`` is a month."""
    return MONTH_SHAPE.fullmatch(value) is not None


def _parameter(rule: Rule, name: str) -> str:
    value = rule.params.get(name)
    if not isinstance(value, str):
        raise SuiteError(f"{rule.id}: {rule.kind} needs the parameter {name}")
    return value


def _in_list(rule: Rule) -> Judge:
    allowed = rule.params.get("values", frozenset())
    if isinstance(allowed, str) or not allowed:
        raise SuiteError(f"{rule.id}: in_list needs the parameter values, a set of texts")
    return lambda values: all(value in allowed for value in values if value)


def _equals(rule: Rule) -> Judge:
    if "value" in rule.params:
        fixed = _parameter(rule, "value")
        return lambda values: all(value == fixed for value in values if value)
    return lambda values: not all(values) or len(set(values)) == 1


def _not_equals(rule: Rule) -> Judge:
    if "value" in rule.params:
        fixed = _parameter(rule, "value")
        return lambda values: fixed not in values
    return lambda values: not all(values) or len(set(values)) == len(values)


def _not_after(rule: Rule) -> Judge:
    if len(rule.items) != 2:
        raise SuiteError(f"{rule.id}: not_after needs two items, the earlier and the later")

    def judge(values: Values) -> bool:
        shared = min(map(len, values))
        return not all(is_date(value) or is_month(value) for value in values) or values[0][:shared] <= values[1][:shared]

    return judge


def _month_in(rule: Rule) -> Judge:
    months = rule.params.get("values", frozenset())
    if isinstance(months, str) or not months:
        raise SuiteError(f"{rule.id}: month_in needs the parameter values, a set of months 01 to 12")
    return lambda values: all(value[5:7] in months for value in values if is_date(value) or is_month(value))


def _check_digit(rule: Rule) -> Judge:
    scheme = SCHEMES.get(_parameter(rule, "scheme"))
    if scheme is None:
        raise SuiteError(f"{rule.id}: scheme must be one of {sorted(SCHEMES)}")
    return lambda values: all(scheme(value) for value in values if value)


def _kana(rule: Rule) -> Judge:
    pattern = KANA.get(_parameter(rule, "width"))
    if pattern is None:
        raise SuiteError(f"{rule.id}: width must be one of {sorted(KANA)}")
    return lambda values: all(pattern.fullmatch(value) for value in values if value)


def _encodable(rule: Rule) -> Judge:
    encoding = _parameter(rule, "encoding")

    def judge(values: Values) -> bool:
        try:
            "".join(values).encode(encoding)
        except UnicodeEncodeError:
            return False
        return True

    return judge


def _length(rule: Rule) -> Judge:
    least, most = int(_parameter(rule, "least")), int(_parameter(rule, "most"))
    return lambda values: all(least <= len(value) <= most for value in values if value)


def _between(rule: Rule) -> Judge:
    least, most = int(_parameter(rule, "least")), int(_parameter(rule, "most"))
    # What is no number at all is the type check's finding.
    return lambda values: all(least <= int(value) <= most for value in values if value.isascii() and value.isdecimal())


def _min_children(rule: Rule) -> Judge:
    least = int(_parameter(rule, "least"))
    return lambda values: sum(int(value) for value in values) >= least


KINDS: Final[Mapping[str, Callable[[Rule], Judge]]] = MappingProxyType(
    {
        "required_if": lambda _rule: all,
        "absent_if": lambda _rule: lambda values: not any(values),
        "one_of": lambda _rule: any,
        "in_list": _in_list,
        "equals": _equals,
        "not_equals": _not_equals,
        "not_after": _not_after,
        "check_digit": _check_digit,
        "kana": _kana,
        "encodable": _encodable,
        "length": _length,
        "between": _between,
        "month_in": _month_in,
        "min_children": _min_children,
    }
)
"""Kind → from a rule to the judge of one row's values (absent ones are ""), in the order of the rule's items.

required_if: every item has a value. absent_if: none has. one_of: at least one has.
in_list(values). equals / not_equals(value) or among the items; rows
where one is absent are not judged. not_after: the first day is not after the second, a month being compared by month; open days count,
不詳 and absent ones are not judged. check_digit(scheme). kana(width full | half). encodable(encoding). length(least, most) in characters.
between(least, most): a whole number. month_in(values): the month of a day or month, 01 to 12.
min_children(least): items name groups of child records; their counts together reach ``least``.
"""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """One verdict a row, named as the column that Great Expectations looks at."""

    column: str
    passed: list[bool]


def verdict_columns(spec: SuiteSpec, table: Table) -> Iterator[Verdicts]:
    """The verdicts of date items, of lengths of type N and of rules. SuiteError: an unknown kind, or an item that no column carries."""
    for check in spec.items:
        if check.type == "DATE":
            yield Verdicts(date_column(check), [not value or is_date(value, unknown=check.unknown) for value in _column(table, check.item)])
        elif check.type == "N" and check.length:
            yield Verdicts(length_column(check), [not value or _has_room(value, check.length) for value in _column(table, check.item)])
    for rule in spec.rules:
        yield Verdicts(rule_column(rule), _judge_rows(rule, table))


def date_column(check: ItemCheck) -> str:
    """The name of the verdict column of a date item."""
    return f"date:{check.item}"


def length_column(check: ItemCheck) -> str:
    """The name of the verdict column of the length of an item of type N."""
    return f"length:{check.item}"


def _has_room(value: str, length: int) -> bool:
    """桁数 counts what a clerk sees: 葛 with a variation selector is one character."""
    return len(value) <= length or visible_length(value) <= length


def rule_column(rule: Rule) -> str:
    """The name of a rule's verdict column."""
    return f"rule:{rule.id}"


def _judge_rows(rule: Rule, table: Table) -> list[bool]:
    if rule.kind not in KINDS:
        raise SuiteError(f"{rule.id}: kind {rule.kind!r} is none of {sorted(KINDS)}")
    judge = KINDS[rule.kind](rule)
    rows = zip(*(_column(table, item) for item in rule.items), strict=True)
    concerned = _concerned(rule.when, table)
    return [not wanted or judge(values) for wanted, values in zip(concerned, rows, strict=True)]


def _concerned(when: Sequence[When], table: Table) -> list[bool]:
    concerned = [True] * len(table.application)
    for condition in when:
        column = _column(table, condition.item)
        fits = [value in condition.values if condition.values else bool(value) for value in column]
        concerned = [before and now for before, now in zip(concerned, fits, strict=True)]
    return concerned


def _column(table: Table, item: str) -> list[str]:
    if item in table.columns:
        return [value or "" for value in table.columns[item]]
    if item in table.children:
        return [str(count) for count in table.children[item]]
    raise SuiteError(f"no column carries {item}")
