"""The rules of 児童手当 額改定, 氏名・住所等変更届, 受給事由消滅届 and 現況届, and what each of them may end in."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from mappings.catalogue import Catalogue, load_catalogue
from mappings.engine import Mapped
from mappings.examples import map_example, read_examples
from mappings.form import read_period
from mappings.records import Context
from mappings.release import read, subjects, write
from mappings.yaml_door import SpecError
from tests.mappings.form_changes import DAY, Change, broken_rules, changed_example, drop, put, suites_of, tables_of
from validation.runner import check
from validation.suites import OWN

GAKUKAITEI, HENKO = "jidoteate-gakukaitei", "jidoteate-henko"
SHOMETSU, GENKYO = "jidoteate-shometsu", "jidoteate-genkyo"
PROCEDURES = (GAKUKAITEI, HENKO, SHOMETSU, GENKYO)

# the procedure, its example, what the resident writes otherwise, the rules that must speak up
CASES = [
    (GAKUKAITEI, 1, [put("改定事由", "22")], {"GAKUKAITEI-01"}),
    (GAKUKAITEI, 2, [put("改定事由", "14")], {"GAKUKAITEI-02"}),
    (GAKUKAITEI, 1, [put("改定事由", "14")], set()),
    (GAKUKAITEI, 1, [put("申請日", "2026-11-25")], {"GAKUKAITEI-03"}),
    (GAKUKAITEI, 1, [put("事由発生日", "令和8年11月25日")], {"GAKUKAITEI-04"}),
    (GAKUKAITEI, 1, [drop("対象児童")], {"GAKUKAITEI-05"}),
    (GAKUKAITEI, 3, [drop("対象児童"), put("改定事由", "15")], set()),
    (GAKUKAITEI, 1, [put("改定事由", "15")], {"GAKUKAITEI-06"}),
    (GAKUKAITEI, 2, [put("改定事由", "26")], {"GAKUKAITEI-06"}),
    (GAKUKAITEI, 1, [drop("対象児童/生計関係")], {"GAKUKAITEI-07"}),
    (GAKUKAITEI, 2, [drop("対象児童/住所")], {"GAKUKAITEI-08"}),
    (GAKUKAITEI, 3, [drop("大学生年代の子/卒業予定年月")], {"GAKUKAITEI-10"}),
    (GAKUKAITEI, 1, [put("申請者/氏名", "那覇　太郎")], {"GAKUKAITEI-12"}),
    (HENKO, 1, [drop("変更/加入年金区分")], {"HENKO-01"}),
    (HENKO, 1, [put("変更/変更区分", "02")], {"HENKO-02"}),
    (HENKO, 2, [put("変更/変更前", "𠮷濵　髙子")], {"HENKO-03"}),
    (HENKO, 2, [put("変更/変更前", "吉濵　髙子")], set()),
    (HENKO, 1, [put("変更/変更日", "2026-11-25")], {"HENKO-04"}),
    (HENKO, 2, [put("申請日", "令和8年12月1日")], {"HENKO-05"}),
    (HENKO, 1, [put("申請者/氏名", "那覇　太郎")], {"HENKO-09"}),
    (HENKO, 2, [put("別居となる児童/監護の有無", "2")], {"HENKO-06"}),
    (HENKO, 2, [drop("別居となる児童/生計関係")], {"HENKO-07"}),
    (SHOMETSU, 1, [drop("転出先")], {"SHOMETSU-01"}),
    (SHOMETSU, 1, [put("消滅事由", "1"), drop("転出予定日")], {"SHOMETSU-02"}),
    (SHOMETSU, 1, [put("消滅事由", "7")], {"SHOMETSU-03"}),
    (SHOMETSU, 2, [drop("対象児童")], {"SHOMETSU-04"}),
    (SHOMETSU, 3, [put("届出者の区分", "1")], {"SHOMETSU-05", "SHOMETSU-07"}),
    (SHOMETSU, 3, [put("届出者の区分", "3")], set()),
    (SHOMETSU, 2, [put("届出者の区分", "2")], {"SHOMETSU-06"}),
    (SHOMETSU, 2, [put("申請者/生年月日", "2001-01-01")], {"SHOMETSU-07"}),
    (SHOMETSU, 3, [put("消滅事由", "9"), put("届出者の区分", "3")], {"SHOMETSU-08"}),
    (SHOMETSU, 1, [put("申請日", "2026-11-25")], {"SHOMETSU-09"}),
    (SHOMETSU, 2, [put("事由発生日", "2026-11-25")], {"SHOMETSU-10"}),
    (GENKYO, 1, [put("提出事由", "99")], {"JIDOGENKYO-01"}),
    (GENKYO, 1, [put("提出事由", "02")], {"JIDOGENKYO-02"}),
    (GENKYO, 1, [drop("大学生年代の子")], {"JIDOGENKYO-03"}),
    (GENKYO, 1, [drop("児童")], {"JIDOGENKYO-04"}),
    (GENKYO, 1, [put("配偶者の有無", "1")], {"JIDOGENKYO-05"}),
    (GENKYO, 2, [put("配偶者の有無", "2")], {"JIDOGENKYO-06"}),
    (GENKYO, 2, [put("配偶者/同居別居", "1")], {"JIDOGENKYO-07"}),
    (GENKYO, 1, [put("受給者/職業区分", "2")], {"JIDOGENKYO-08"}),
    (GENKYO, 1, [put("公簿確認の同意", "2")], {"JIDOGENKYO-09"}),
    (GENKYO, 2, [put("申請日", "2026-11-25")], {"JIDOGENKYO-10"}),
    (GENKYO, 1, [drop("児童/生計関係")], {"JIDOGENKYO-11"}),
    (GENKYO, 1, [put("児童/監護の有無", "2")], {"JIDOGENKYO-12"}),
    (GENKYO, 2, [drop("児童/住所")], {"JIDOGENKYO-13"}),
    (GENKYO, 1, [put("申請者/氏名", "那覇　太郎")], {"JIDOGENKYO-15"}),
]

# the procedure, its example, the change, the rules that only count because nobody is sure of them
SHADOWS = [
    (GAKUKAITEI, 2, [drop("対象児童/個人番号")], "GAKUKAITEI-09"),
    (GAKUKAITEI, 3, [put("大学生年代の子/生計費負担", "2")], "GAKUKAITEI-11"),
    (HENKO, 2, [drop("別居となる児童/個人番号")], "HENKO-08"),
    (SHOMETSU, 1, [put("事由発生日", "2026-12-01")], "SHOMETSU-11"),
    (GENKYO, 1, [put("大学生年代の子/職業等", "1")], "JIDOGENKYO-14"),
]

PROVEN_BY_KIND = {
    "absent_if", "different_people", "fiscal_year", "living_here", "not_after", "numbers_differ", "one_claimant", "school_year",
    "signed_by", "within_grace",
}  # fmt: skip
"""Kinds that look at days, other filings and the register: tests/validation/test_rules.py, tests/pipeline/test_rules_across.py."""


@pytest.mark.parametrize("case", CASES, ids=[f"{procedure}-{number}-{place}" for place, (procedure, number, _, _) in enumerate(CASES)])
def test_a_rule_speaks_up_for_what_it_forbids_and_for_nothing_else(
    catalogue: Catalogue, case: tuple[str, int, list[Change], set[str]]
) -> None:
    procedure, number, changes, rules = case
    assert broken_rules(catalogue, procedure, changed_example(catalogue, procedure, number, changes))[0] == rules


@pytest.mark.parametrize("case", SHADOWS, ids=[case[-1] for case in SHADOWS])
def test_an_unsure_rule_is_counted_and_told_to_nobody(catalogue: Catalogue, case: tuple[str, int, list[Change], str]) -> None:
    procedure, number, changes, rule = case
    assert broken_rules(catalogue, procedure, changed_example(catalogue, procedure, number, changes)) == (set(), {rule})


def test_every_rule_is_proven_by_the_filing_that_breaks_it(catalogue: Catalogue) -> None:
    proven = {rule for _, _, _, rules in CASES for rule in rules} | {rule for _, _, _, rule in SHADOWS}
    rules = [rule for procedure in PROCEDURES for rule in catalogue.procedures[procedure].rules]
    ours = {rule.id for rule in rules if rule.rule not in OWN}
    assert proven <= ours
    assert {rule.rule for rule in rules if rule.id in ours - proven} <= PROVEN_BY_KIND


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_the_examples_break_no_rule(catalogue: Catalogue, procedure: str) -> None:
    examples = [example.source for example in read_examples(catalogue.procedures[procedure])]
    for suite, table in suites_of(catalogue, procedure, tables_of(catalogue, procedure, examples)):
        report = check(suite, table)
        assert (report.findings, report.broken) == ((), False), suite.name


@pytest.mark.parametrize("procedure", [HENKO, SHOMETSU, GENKYO])
def test_a_notification_is_accepted_and_nobody_is_told_of_a_result(catalogue: Catalogue, procedure: str) -> None:
    found = catalogue.procedures[procedure]
    assert found.kind == "届出"
    assert [(outcome.title, outcome.status, outcome.notice) for outcome in found.outcomes] == [("受理", "COMPLETED", "")]
    assert {notice.kind for notice in found.notices} == {"correction"}


@pytest.mark.parametrize(("division", "kind", "ends"), [("1", "請求", ["改定", "却下"]), ("2", "届出", ["改定", "受理"])])
def test_one_form_is_a_claim_or_a_notification_by_its_division(catalogue: Catalogue, division: str, kind: str, ends: list[str]) -> None:
    procedure = catalogue.procedures[GAKUKAITEI]
    found = procedure.kind_of({"kaiteikubun": division})
    assert found == kind
    assert [outcome.title for outcome in procedure.outcomes_of(found)] == ends


@pytest.mark.parametrize(
    ("right", "wrong", "key", "words"),
    [
        (", notice: rejected, kinds: [請求]", ", notice: rejected", "", "outcome rejected: a 届出 is complete on arrival"),
        ("item: kaiteikubun, values: [\"2\"]}\nlaw", "item: kaiteikubu, values: [\"2\"]}\nlaw", "kinds.0.item", "kaiteikubun?"),
        ("kinds: [届出]", "kinds: [届け出]", "outcomes.2.kinds.0", "届出"),
    ],
)  # fmt: skip
def test_a_notification_that_could_be_rejected_is_a_mistake_of_the_spec(specs: Path, right: str, wrong: str, key: str, words: str) -> None:
    path = specs / "procedures" / GAKUKAITEI / "procedure.yaml"
    text = path.read_text(encoding="utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong), encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        load_catalogue(specs)
    assert caught.value.file == path
    assert key in caught.value.key
    assert words in str(caught.value)


@pytest.mark.parametrize("procedure_id", PROCEDURES)
def test_examples_come_back_from_fixed_records_or_are_held_for_a_character(catalogue: Catalogue, procedure_id: str) -> None:
    procedure, format_ = catalogue.procedures[procedure_id], catalogue.formats["legacy-fixed"]
    seen = set()
    for example in read_examples(procedure):
        tables = map_example(procedure, example, catalogue).tables
        written = write(format_, tables, Context("472018", "027", procedure.short, example.day, 1))
        seen.add(bool(written.refused))
        if written.refused:
            assert {finding.code for _, finding in written.refused} == {"CHAR_UNMAPPABLE"}
            continue
        (file,) = written.files
        assert len(read(format_, file.data)) == len(file.spans) == sum(len(table.application) for table in tables.values())
        assert subjects(format_, file.data) == [(example.source.header["uketsukebango"], frozenset(example.source.atena.values()))]
    assert seen == {True, False}


@pytest.mark.parametrize(("day", "inside"), [("05-31", False), ("06-01", True), ("06-30", True), ("07-01", False)])
def test_the_yearly_report_is_due_in_june(catalogue: Catalogue, day: str, inside: bool) -> None:
    receiving = catalogue.procedures[GENKYO].receiving
    assert receiving is not None
    assert receiving.holds(date.fromisoformat(f"{DAY.year}-{day}")) is inside


def test_an_unknown_reason_is_refused_where_it_stands(catalogue: Catalogue, map_sources: Callable[..., Mapped]) -> None:
    source = changed_example(catalogue, GAKUKAITEI, 1, [put("改定事由", "20")])
    assert [(finding.code, finding.where) for _, finding in map_sources(GAKUKAITEI, source).findings] == [("MAP_CODE", "改定事由")]


@pytest.mark.parametrize(
    ("procedure", "number", "changes", "same"),
    [
        (GAKUKAITEI, 1, [put("既認定児童/続柄", "長男")], True),
        (GAKUKAITEI, 1, [put("事由発生日", "令和9年1月10日")], False),
        (HENKO, 2, [put("変更/変更後", "吉濱　髙子")], True),
        (HENKO, 2, [put("変更/変更日", "2026-12-10")], False),
        (HENKO, 2, [drop("変更/変更日")], False),
        (SHOMETSU, 2, [put("対象児童/続柄", "二女")], True),
        (SHOMETSU, 2, [put("消滅事由", "62")], False),
        (GENKYO, 1, [put("提出事由", "01")], True),
        (GENKYO, 1, [put("現況年度", "2027")], False),
    ],
)
def test_a_filing_about_another_event_is_no_repeat_of_the_first(
    catalogue: Catalogue, procedure: str, number: int, changes: list[Change], *, same: bool
) -> None:
    first, second = (changed_example(catalogue, procedure, number, made).content for made in ([], changes))
    found = catalogue.procedures[procedure]
    assert (read_period(found, first) == read_period(found, second)) is same
