"""From a suite's definition to Great Expectations (検査表の組立て): a closed list of map expectations and nothing else.

Rules across items reach Great Expectations only as columns of verdicts, so that no resident's value can become an argument of an
expectation. Its cost goes by expectations and by cells, so checks that ask the same thing of several columns, of whatever group, are
one expectation over the distinct values of these columns.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from validation.checks import ItemCheck, Rule, Status, SuiteSpec, type_pattern
from validation.rules import counted_here, date_column, has_own_expectation, length_column, rule_column, type_column, value_names
from validation.values import PARAMETERS
from vocabulary.findings import Severity

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuite

NOT_NULL: Final = "ExpectColumnValuesToNotBeNull"
MATCHES: Final = "ExpectColumnValuesToMatchRegex"
LENGTHS: Final = "ExpectColumnValueLengthsToBeBetween"
IN_SET: Final = "ExpectColumnValuesToBeInSet"
STANDARD: Final = (NOT_NULL, MATCHES, LENGTHS, IN_SET)
OWN: Final = MappingProxyType(
    {
        "check_digit": "ExpectColumnValuesToHaveCheckDigit",
        "kana": "ExpectColumnValuesToBeKana",
        "encodable": "ExpectColumnValuesToBeEncodable",
        "wareki": "ExpectColumnValuesToAgreeAsDates",
    }
)
"""Kind of rule → its expectation in ``validation.expectations``."""
EXPECTATIONS: Final = (*STANDARD, *OWN.values())
"""The expectations in use. Each one's result was proven free of values; another needs a canary test first."""

PRESENT: Final = "present"
GX_SEVERITY: Final = {Severity.ERROR: "critical", Severity.ALERT: "warning", Severity.INFO: "info"}


@dataclass(frozen=True, slots=True)
class Check:
    """What is asked of one item or by one rule. id: unique in its suite. rule: "" for an item's own check. group: of the records."""

    id: str
    item: str
    code: str
    severity: Severity = Severity.ERROR
    status: Status = Status.HOLD
    rule: str = ""
    kind: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """How one check is asked: an expectation's class, the column it looks at and the expectation's arguments, all of them public.

    A rule that judges the values of several items one by one is planned once for each item.
    """

    check: Check
    expectation: str
    column: str
    arguments: dict[str, object]


@dataclass(frozen=True, slots=True)
class Stack:
    """One expectation over the columns of all checks that have its class, arguments and severity.

    id: the name of its column in the batch and its expectation's meta.
    """

    id: str
    expectation: str
    arguments: dict[str, object]
    severity: Severity
    planned: tuple[Planned, ...]

    @property
    def filler(self) -> str | None:
        """A cell below the last value of the stack that no check means: the one expectation that looks at absent values finds a mark."""
        return PRESENT if self.expectation == NOT_NULL else None


def plan(spec: SuiteSpec) -> list[Planned]:
    """How every check of one kind of record is asked, items first, then rules."""
    of_items = (planned for check in spec.items for planned in _plan_item(check, spec.group))
    return [*of_items, *(planned for rule in spec.rules for planned in _plan_rule(rule, spec.group))]


def stack(plans: Iterable[Planned]) -> list[Stack]:
    """Every plan once, those that differ in nothing but column and check together."""
    alike: dict[tuple[str, str, Severity], list[Planned]] = defaultdict(list)
    for planned in plans:
        alike[planned.expectation, json.dumps(planned.arguments, sort_keys=True), planned.check.severity].append(planned)
    return [
        Stack(f"stack {number}", expectation, members[0].arguments, severity, tuple(members))
        for number, ((expectation, _, severity), members) in enumerate(alike.items(), 1)
    ]


def build_suite(name: str, version: str, stacks: Iterable[Stack]) -> "ExpectationSuite":
    """What the ``stacks`` of a suite ask, as Great Expectations knows it. Imports Great Expectations (seconds in a fresh process)."""
    from great_expectations import ExpectationSuite
    from great_expectations import expectations as standard

    from validation import expectations as own

    suite = ExpectationSuite(name=name, meta={"version": version})
    for asked in stacks:
        kind: Any = getattr(standard if asked.expectation in STANDARD else own, asked.expectation)
        suite.expectations.append(kind(column=asked.id, meta={"stack": asked.id}, severity=GX_SEVERITY[asked.severity], **asked.arguments))
    return suite


def _plan_item(check: ItemCheck, group: str) -> Iterator[Planned]:
    def planned(code: str, expectation: str, column: str, **arguments: object) -> Planned:
        asked = Check(_place(group, f"{check.item}:{code}"), check.item, code, kind=check.type, group=group)
        return Planned(asked, expectation, column, arguments)

    if check.required == "必須":
        yield planned("CHECK_REQUIRED", NOT_NULL, check.item)
    if check.type == "DATE":
        yield planned("CHECK_DATE", IN_SET, date_column(check), value_set=[True])
    elif check.secret:
        yield planned("CHECK_TYPE", IN_SET, type_column(check), value_set=[True])
    else:
        yield planned("CHECK_TYPE", MATCHES, check.item, regex=type_pattern(check))
    if counted_here(check):
        yield planned("CHECK_LENGTH", IN_SET, length_column(check), value_set=[True])
    elif check.length and check.type not in ("DATE", "9V"):
        yield planned("CHECK_LENGTH", LENGTHS, check.item, min_value=0, max_value=check.length)
    if check.codes is not None:
        yield planned("CHECK_CODE", IN_SET, check.item, value_set=sorted(check.codes))


def _plan_rule(rule: Rule, group: str) -> Iterator[Planned]:
    id_ = _place(group, f"rule:{rule.id}")
    check = Check(id_, rule.items[0], rule.code, rule.severity, rule.status, rule=rule.id, kind=rule.kind, group=group)
    if not has_own_expectation(rule):
        yield Planned(check, IN_SET, rule_column(rule), {"value_set": [True]})
        return
    arguments: dict[str, object] = {**PARAMETERS[rule.kind](rule)}
    for name in value_names(rule):
        yield Planned(check, OWN[rule.kind], name, arguments)


def _place(group: str, name: str) -> str:
    return f"{group}.{name}" if group else name
