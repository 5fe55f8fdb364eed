"""The rules of the offers (申出) around the child allowance and of the 児童扶養手当 現況届."""

from datetime import date

import pytest

from mappings.catalogue import Catalogue
from mappings.examples import read_examples
from tests.mappings.form_changes import Change, add, broken_rules, changed_example, drop, put, suites_of, tables_of
from validation.runner import check

KIFU, HENKO = "jidoteate-kifu", "jidoteate-kifu-henko"
LUNCH, LUNCH_HENKO, GENKYO = "jidoteate-kyushokuhi", "jidoteate-kyushokuhi-henko", "jifuyo-genkyo"
OFFERS = (KIFU, HENKO, LUNCH, LUNCH_HENKO)

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


@pytest.mark.parametrize("case", CASES, ids=[f"{procedure}-{number}-{place}" for place, (procedure, number, _, _) in enumerate(CASES)])
def test_a_rule_speaks_up_for_what_it_forbids_and_for_nothing_else(
    catalogue: Catalogue, case: tuple[str, int, list[Change], set[str]]
) -> None:
    procedure, number, changes, rules = case
    told, _ = broken_rules(catalogue, procedure, changed_example(catalogue, procedure, number, changes))
    assert told == rules


@pytest.mark.parametrize("procedure", [*OFFERS, GENKYO])
def test_the_examples_break_no_rule(catalogue: Catalogue, procedure: str) -> None:
    examples = [example.source for example in read_examples(catalogue.procedures[procedure])]
    for suite, table in suites_of(catalogue, procedure, tables_of(catalogue, procedure, examples)):
        report = check(suite, table)
        assert (report.findings, report.broken) == ((), False), suite.name


def test_an_unsure_rule_is_counted_and_told_to_nobody(catalogue: Catalogue) -> None:
    assert broken_rules(catalogue, KIFU, changed_example(catalogue, KIFU, 2, [put("寄附額", "300000")])) == (set(), {"KIFU-08"})


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
