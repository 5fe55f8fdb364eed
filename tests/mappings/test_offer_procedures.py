"""The rules of the offers (申出) around the child allowance and of the 児童扶養手当 現況届."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from datetime import date

import pytest
from lxml import etree

from mappings.catalogue import Catalogue, mapping_for
from mappings.engine import Source, map_batch
from mappings.examples import read_examples
from mappings.form import check_form
from mappings.places import NAMESPACE
from pipeline.suites import suite_of, table_of
from validation.checks import Status, SuiteSpec, Table
from validation.rules import rule_column, verdict_columns
from validation.runner import check

DAY = date(2026, 11, 24)
KIFU, HENKO = "jidoteate-kifu", "jidoteate-kifu-henko"
LUNCH, LUNCH_HENKO, GENKYO = "jidoteate-kyushokuhi", "jidoteate-kyushokuhi-henko", "jifuyo-genkyo"
OFFERS = (KIFU, HENKO, LUNCH, LUNCH_HENKO)

Change = Callable[[etree._Element], None]


def tag(path: str) -> str:
    return "/".join(f"{{{NAMESPACE}}}{name}" for name in path.split("/"))


def put(path: str, text: str) -> Change:
    """Write another value into the first element at ``path``."""

    def change(content: etree._Element) -> None:
        found = content.find(tag(path))
        assert found is not None, path
        found.text = text

    return change


def add(after: str, name: str, text: str) -> Change:
    """Put an element behind the one at ``after``."""

    def change(content: etree._Element) -> None:
        found = content.find(tag(after))
        assert found is not None, after
        added = etree.Element(tag(name))
        added.text = text
        found.addnext(added)

    return change


def drop(path: str) -> Change:
    """Take every element at ``path`` away."""

    def change(content: etree._Element) -> None:
        for found in content.findall(tag(path)):
            found.getparent().remove(found)  # type: ignore[union-attr]  # an element that was found below another has a parent

    return change


# the procedure, its example, what the resident writes otherwise, the rules that must speak up
CASES = [
    (KIFU, 2, [drop("寄附額")], {"KIFU-05"}),
    (KIFU, 1, [add("寄附額の区分", "寄附額", "5000")], {"KIFU-06"}),
    (KIFU, 2, [put("寄附額", "0")], {"KIFU-07"}),
    (KIFU, 2, [put("寄附額", "2000000")], set()),
    (KIFU, 2, [put("寄附額", "2000001")], {"KIFU-07"}),
    (KIFU, 1, [put("支払期月", "2026-11")], {"KIFU-03"}),
    (KIFU, 1, [put("支払期月", "2026-10")], {"KIFU-04"}),
    (KIFU, 1, [put("申請日", "2026-11-25")], {"KIFU-01"}),
    (KIFU, 1, [put("申請者/氏名", "那覇　太郎")], {"KIFU-02"}),
    (HENKO, 2, [drop("変更後の寄附額の区分")], {"KIFUHENKO-05"}),
    (HENKO, 1, [add("変更等の区分", "変更後の寄附額", "5000")], {"KIFUHENKO-06"}),
    (HENKO, 2, [drop("変更後の寄附額")], {"KIFUHENKO-07"}),
    (HENKO, 2, [put("変更後の寄附額の区分", "1")], {"KIFUHENKO-08"}),
    (HENKO, 2, [put("適用期月", "2026-09")], {"KIFUHENKO-03", "KIFUHENKO-04"}),
    (LUNCH, 2, [put("終了支払期月", "2026-10")], {"KYUSHOKUHI-05"}),
    (LUNCH, 2, [drop("費用/内容")], {"KYUSHOKUHI-08"}),
    (LUNCH, 2, [put("費用/上限額", "500001")], {"KYUSHOKUHI-09"}),
    (LUNCH_HENKO, 2, [drop("変更後の費用")], {"KYUSHOKUHIHENKO-06"}),
    (LUNCH_HENKO, 2, [drop("変更後の費用"), put("変更等の区分", "2")], set()),
    (GENKYO, 1, [put("本人の公的年金等/年金の有無", "1")], {"JIFUYO-04"}),
    (GENKYO, 2, [put("本人の公的年金等/年金の有無", "2")], {"JIFUYO-05"}),
    (GENKYO, 2, [drop("児童の公的年金等/年額")], {"JIFUYO-06"}),
    (GENKYO, 2, [put("児童の公的年金等/年金の有無", "2")], {"JIFUYO-07"}),
    (GENKYO, 2, [put("前年の所得/養育費", "100000001")], {"JIFUYO-08"}),
    (GENKYO, 1, [put("前年の所得/扶養親族等の数", "21")], {"JIFUYO-09"}),
    (GENKYO, 1, [put("事実婚の有無", "1")], {"JIFUYO-10"}),
    (GENKYO, 2, [drop("対象児童/住所")], {"JIFUYO-11"}),
    (GENKYO, 2, [put("面談希望日", "2026-11-21")], {"JIFUYO-13"}),
]


def tables_of(catalogue: Catalogue, procedure_id: str, sources: Sequence[Source]) -> dict[str, Table]:
    """The records of applications that follow their form and are mapped without any finding, by the group that has any."""
    procedure = catalogue.procedures[procedure_id]
    versions = {source.content.get("様式版") or "" for source in sources}
    assert [check_form(procedure, version, source.content) for version in versions for source in sources] == [[]] * len(sources)
    mapped = map_batch(procedure, mapping_for(procedure, DAY, form_version=versions.pop()), sources, catalogue=catalogue, day=DAY)
    assert mapped.findings == []
    return {group: table_of(mapped.tables, group) for group, table in mapped.tables.items() if table.application}


def suites_of(catalogue: Catalogue, procedure: str, tables: dict[str, Table]) -> list[tuple[SuiteSpec, Table]]:
    chosen = catalogue.procedures[procedure]
    return [(suite_of(catalogue, chosen, group, version="1", day=DAY), table) for group, table in tables.items()]


def broken_rules(catalogue: Catalogue, procedure: str, source: Source) -> tuple[set[str], set[str]]:
    """Rules that speak up, and those in shadow that only count."""
    broken: dict[bool, set[str]] = {True: set(), False: set()}
    for suite, table in suites_of(catalogue, procedure, tables_of(catalogue, procedure, [source])):
        shadow = {rule_column(rule): rule.status is Status.SHADOW for rule in suite.rules}
        for verdicts in verdict_columns(suite, table):
            if not all(verdicts.passed):
                broken[shadow[verdicts.column]].add(verdicts.column.partition(":")[2])
    return broken[False], broken[True]


@pytest.mark.parametrize("case", CASES, ids=[f"{procedure}-{number}-{place}" for place, (procedure, number, _, _) in enumerate(CASES)])
def test_a_rule_speaks_up_for_what_it_forbids_and_for_nothing_else(
    catalogue: Catalogue, case: tuple[str, int, list[Change], set[str]]
) -> None:
    procedure, number, changes, rules = case
    source = read_examples(catalogue.procedures[procedure])[number - 1].source
    content = deepcopy(source.content)
    for change in changes:
        change(content)
    told, _ = broken_rules(catalogue, procedure, Source(1, content, source.header, source.atena))
    assert told == rules


@pytest.mark.parametrize("procedure", [*OFFERS, GENKYO])
def test_the_examples_break_no_rule(catalogue: Catalogue, procedure: str) -> None:
    examples = [example.source for example in read_examples(catalogue.procedures[procedure])]
    for suite, table in suites_of(catalogue, procedure, tables_of(catalogue, procedure, examples)):
        report = check(suite, table)
        assert (report.findings, report.broken) == ((), False), suite.name


def test_an_unsure_rule_is_counted_and_told_to_nobody(catalogue: Catalogue) -> None:
    source = read_examples(catalogue.procedures[KIFU])[1].source
    content = deepcopy(source.content)
    put("寄附額", "300000")(content)
    assert broken_rules(catalogue, KIFU, Source(1, content, source.header, source.atena)) == (set(), {"KIFU-08"})


@pytest.mark.parametrize("procedure", OFFERS)
def test_an_offer_is_accepted_or_returned_and_never_rejected(catalogue: Catalogue, procedure: str) -> None:
    offer = catalogue.procedures[procedure]
    assert offer.kind == "申出"
    assert [(outcome.title, outcome.status) for outcome in offer.outcomes] == [("受理", "COMPLETED"), ("返戻", "CORRECTION")]
    assert (offer.signature.policy, offer.signature.signer, offer.filer) == ("required", "claimant", "claimant")


def test_every_end_of_the_yearly_notification_needs_the_visit(catalogue: Catalogue) -> None:
    procedure = catalogue.procedures[GENKYO]
    needs = {outcome.title: outcome.needs for outcome in procedure.outcomes}
    assert needs == {"全部支給": ("visit",), "一部支給": ("visit",), "全部停止": ("visit",)}
    assert [(one.code, one.way) for one in procedure.documents if one.always] == [("visit", ("来所",))]
    assert procedure.access == "narrow"


@pytest.mark.parametrize(("day", "inside"), [("07-31", False), ("08-01", True), ("08-31", True), ("09-01", False)])
def test_the_period_of_the_yearly_notification_is_august(catalogue: Catalogue, day: str, inside: bool) -> None:
    receiving = catalogue.procedures[GENKYO].receiving
    assert receiving is not None
    assert receiving.holds(date.fromisoformat(f"2026-{day}")) is inside
