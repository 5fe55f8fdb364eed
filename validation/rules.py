"""The closed table of cross-field rules (項目間の検査): each kind is a function over columns that gives one verdict a row."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from validation.checks import ItemCheck, Rule, SuiteError, SuiteSpec, Table, When, type_pattern
from validation.day_rules import DAY_KINDS, Judge, is_date
from validation.values import JUDGES, judge_of, values_of
from vocabulary.characters import visible_length
from vocabulary.names import kana_key

LONGEST: Final = 100
"""Digits of a number that is compared; int() refuses some thousands of them, which would break the whole suite."""


def _in_list(rule: Rule) -> Judge:
    allowed = rule.params.get("values", frozenset())
    if isinstance(allowed, str) or not allowed:
        raise SuiteError(f"{rule.id}: in_list needs the parameter values, a set of texts")
    return lambda values: all(value in allowed for value in values if value)


def _equals(rule: Rule) -> Judge:
    if "value" in rule.params:
        fixed = rule.parameter("value")
        return lambda values: all(value == fixed for value in values if value)
    return lambda values: not all(values) or len(set(values)) == 1


def _not_equals(rule: Rule) -> Judge:
    if "value" in rule.params:
        fixed = rule.parameter("value")
        return lambda values: fixed not in values
    return lambda values: not all(values) or len(set(values)) == len(values)


def _each_value(rule: Rule) -> Judge:
    judge = judge_of(rule)
    return lambda values: all(judge(value) for value in values_of(rule, values) if value)


def _length(rule: Rule) -> Judge:
    least, most = int(rule.parameter("least")), int(rule.parameter("most"))
    return lambda values: all(least <= len(value) <= most for value in values if value)


def _between(rule: Rule) -> Judge:
    least, most = int(rule.parameter("least")), int(rule.parameter("most"))

    def fits(value: str) -> bool:
        # What is no number at all is the type check's finding.
        return not (value.isascii() and value.isdecimal()) or (len(value) <= LONGEST and least <= int(value) <= most)

    return lambda values: all(fits(value) for value in values if value)


def _same_kana(_rule: Rule) -> Judge:
    return lambda values: not all(values) or len({kana_key(value) for value in values}) == 1


def _children(rule: Rule) -> Judge:
    least, most = int(rule.parameter("least")), int(rule.parameter("most"))

    def fits(count: int) -> bool:
        return least <= count and (not most or count <= most)

    return lambda values: fits(sum(int(value) for value in values))


KINDS: Final[Mapping[str, Callable[[Rule], Judge]]] = MappingProxyType(
    {
        **DAY_KINDS,
        "required_if": lambda _rule: all,
        "absent_if": lambda _rule: lambda values: not any(values),
        "one_of": lambda _rule: any,
        "in_list": _in_list,
        "equals": _equals,
        "not_equals": _not_equals,
        "check_digit": _each_value,
        "kana": _each_value,
        "encodable": _each_value,
        "wareki": _each_value,
        "length": _length,
        "between": _between,
        "same_kana": _same_kana,
        "children": _children,
    }
)
"""Kind → from a rule to the judge of one row's values (absent ones are ""), in the order of the rule's items.

required_if: every item has a value. absent_if: none has. one_of: at least one has.
in_list(values). equals / not_equals(value) or among the items; rows
where one is absent are not judged. not_after: the first day is not after the second, a month being compared by month; open days count,
不詳 and absent ones are not judged. check_digit(scheme). kana(width full | half).
encodable(encoding, substituted). wareki: 西暦 and the written text of one day agree as far as both go. length(least, most) in characters.
between(least, most): a whole number. month_in(values): the month of a day or month, 01 to 12.
age_at(least, most): whoever was born on the first day is so many years old on the second. school_year(least, most): the second day lies
after the 31 March that follows ``least`` completed years (0: no such bound) and not after that of ``most``. days_between(least, most):
so many days from the first to the second. fiscal_year: the first item is the 会計年度 of the day. same_kana: the items are read alike.
children(least, most): items name groups of child records; their counts together are ``least`` to ``most`` (0: no such bound).
"""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """One verdict a row, named as the column that Great Expectations looks at."""

    column: str
    passed: list[bool]


def verdict_columns(spec: SuiteSpec, table: Table) -> Iterator[Verdicts]:
    """The verdicts of items and of all rules. SuiteError: an unknown kind, or an item that no column carries."""
    yield from item_verdicts(spec, table)
    for rule in spec.rules:
        yield rule_verdicts(rule, table)


def item_verdicts(spec: SuiteSpec, table: Table) -> Iterator[Verdicts]:
    """The verdicts on items of which Great Expectations does not see the values. SuiteError: an item that no column carries."""
    for check in spec.items:
        for column, judge in _item_judges(check):
            yield Verdicts(column, [not value or judge(value) for value in _column(table, check.item)])


def _item_judges(check: ItemCheck) -> Iterator[tuple[str, Callable[[str], bool]]]:
    if check.type == "DATE":
        yield date_column(check), lambda value: is_date(value, unknown=check.unknown)
    elif check.secret:
        pattern = re.compile(type_pattern(check))
        yield type_column(check), lambda value: pattern.match(value) is not None
    if counted_here(check):
        yield length_column(check), lambda value: _has_room(value, check.length)


def rule_verdicts(rule: Rule, table: Table) -> Verdicts:
    """A rule's verdict on each row. Raises SuiteError."""
    return Verdicts(rule_column(rule), _judge_rows(rule, table))


def value_columns(rule: Rule, table: Table) -> dict[str, list[str | None]]:
    """The values that an expectation of a rule's own judges, by the name of their column; None where the rule asks nothing."""
    rows = zip(*(_column(table, item) for item in rule.items), strict=True)
    asked = [
        values_of(rule, values) if wanted else (None,) * len(rule.items)
        for wanted, values in zip(_concerned(rule.when, table), rows, strict=True)
    ]
    return {name: [row[place] or None for row in asked] for place, name in enumerate(value_names(rule))}


def value_names(rule: Rule) -> list[str]:
    """The names of a rule's value columns: one for each item, or one for a pair."""
    return [f"value:{rule.id}"] if rule.kind == "wareki" else [f"value:{rule.id}:{item}" for item in rule.items]


def has_own_expectation(rule: Rule) -> bool:
    """Whether Great Expectations is asked about the rule's values themselves, not about verdicts; of 個人番号 it sees verdicts only."""
    return rule.kind in JUDGES and not rule.secret


def counted_here(check: ItemCheck) -> bool:
    """Whether the length of an item is a verdict: clerks count other characters than Great Expectations, and 個人番号 it does not see."""
    return bool(check.length) and (check.type == "N" or check.secret)


def date_column(check: ItemCheck) -> str:
    """The name of the verdict column of a date item."""
    return f"date:{check.item}"


def type_column(check: ItemCheck) -> str:
    """The name of the verdict column of the type of a 個人番号."""
    return f"type:{check.item}"


def length_column(check: ItemCheck) -> str:
    """The name of the verdict column of an item's length."""
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
