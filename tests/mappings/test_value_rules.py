"""The rules of ``expectations.yaml`` that have an expectation of their own: each speaks up for a value that breaks it, and only then."""

from datetime import date

import pytest

from mappings.catalogue import Catalogue
from pipeline.suites import suite_of
from validation.checks import SuiteSpec, Table
from validation.rules import rule_column, verdict_columns
from validation.suites import EXPECTATIONS, IN_SET, OWN, plan

DAY = date(2026, 11, 24)
GOOD = {
    "kana": ("ナハ　ハナコ",),
    "my_number": ("123456789018",),
    "atena": ("000000000000019",),
    "encodable": ("那覇",),
    "wareki": ("1965-00-00", "昭和４０年頃"),
}
BAD = {
    "kana": ("那覇",),
    "my_number": ("123456789012",),
    "atena": ("000000000000012",),
    "encodable": ("𠮷",),
    "wareki": ("1965-00-00", "昭和４１年頃"),
}


def own_rules(catalogue: Catalogue) -> list[tuple[str, str, SuiteSpec]]:
    """(procedure, id of the rule, a suite of nothing but the rule)."""
    host = catalogue.formats["legacy-fixed"]
    found = []
    for procedure in catalogue.procedures.values():
        for group in catalogue.groups_of(procedure):
            spec = suite_of(catalogue, procedure, group, version="1", day=DAY, targets=(host,))
            found += [(procedure.id, rule.id, SuiteSpec("s", "1", (), (rule,))) for rule in spec.rules if rule.kind in OWN]
    return found


def test_each_rule_fails_a_row_that_breaks_it_and_no_other(catalogue: Catalogue) -> None:
    rules = own_rules(catalogue)
    assert {suite.rules[0].kind for _, _, suite in rules} == set(OWN)
    for _, id_, suite in rules:
        (rule,) = suite.rules
        kind = rule.params["scheme"] if rule.kind == "check_digit" else rule.kind
        good, bad = ([values[place % len(values)] for place in range(len(rule.items))] for values in (GOOD[str(kind)], BAD[str(kind)]))
        table = Table([1, 2, 3], {item: [good[place], bad[place], None] for place, item in enumerate(rule.items)})
        assert {one.column: one.passed for one in verdict_columns(suite, table)} == {rule_column(rule): [True, False, True]}, id_


def test_characters_are_asked_about_only_where_a_destination_lacks_some(catalogue: Catalogue) -> None:
    procedure = catalogue.procedures["jidoteate-nintei"]
    group = catalogue.groups_of(procedure)[0]
    modern = suite_of(catalogue, procedure, group, version="1", day=DAY, targets=(catalogue.formats["standard-csv"],))
    host = suite_of(catalogue, procedure, group, version="1", day=DAY, targets=(catalogue.formats["legacy-fixed"],))
    assert "encodable" not in {rule.kind for rule in modern.rules}
    asked = next(rule for rule in host.rules if rule.kind == "encodable")
    assert asked.params["encoding"] == "cp932"


@pytest.mark.parametrize("kind", sorted(OWN))
def test_each_kind_reaches_great_expectations_as_its_own_expectation(catalogue: Catalogue, kind: str) -> None:
    suites = [suite for _, _, suite in own_rules(catalogue) if suite.rules[0].kind == kind]
    asked = {suite.rules[0].params.get("scheme"): {planned.expectation for planned in plan(suite)} for suite in suites}
    numbers = asked.pop("my_number", {IN_SET})
    assert numbers == {IN_SET}, "of 個人番号 only verdicts reach Great Expectations"
    assert list(asked.values()) == [{OWN[kind]}]
    assert OWN[kind] in EXPECTATIONS
