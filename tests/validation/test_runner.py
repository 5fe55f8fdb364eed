import subprocess
import sys
from dataclasses import replace

import pytest

from validation import results, runner, suites
from validation.checks import ItemCheck, Rule, Status, SuiteSpec, Table, When
from validation.runner import check
from vocabulary.findings import Finding, Severity
from vocabulary.reasons import reasons

ITEMS = (
    ItemCheck("shimei", "N", 5, "必須"),
    ItemCheck("kubun", "9", 1, codes=frozenset("12")),
    ItemCheck("umare", "DATE", unknown=True),
)
RULES = (
    Rule("kana-width", "kana", ("kana",), "CHECK_TYPE", {"width": "full"}, severity=Severity.ALERT),
    Rule("memo-asked", "required_if", ("memo",), "CHECK_REQUIRED", when=(When("kubun"),), status=Status.WARN),
    Rule("trial", "required_if", ("memo",), "CHECK_REQUIRED", status=Status.SHADOW),
)
SPEC = SuiteSpec("jidoteate-nintei", "2026-11-01", ITEMS, RULES)


def table(rows: int = 1, **columns: list[str | None]) -> Table:
    good: dict[str, list[str | None]] = {
        "shimei": ["髙橋　花"],
        "kubun": ["1"],
        "umare": ["1990-01-31"],
        "kana": ["タカハシ"],
        "memo": ["有"],
    }
    return Table(list(range(100, 100 + rows)), {name: columns.get(name, good[name] * rows) for name in good})


def test_good_rows_bring_no_finding() -> None:
    report = check(SPEC, table(3))
    assert (report.findings, report.broken, report.rows) == ((), False, 3)
    assert {count.failed for count in report.counts} == {0}


@pytest.mark.parametrize("sign", ["\u202e", "\u200b", "\ufeff", "\ufffd", "\U000e0041"])
def test_what_hides_in_a_name_is_told_although_utf_8_would_carry_it(sign: str) -> None:
    report = check(SPEC, table(2, shimei=["髙橋　花", f"髙{sign}橋"]))
    assert report.findings == ((101, Finding("CHECK_TYPE", "shimei", detail="N")),)


def test_findings_name_application_item_and_reason() -> None:
    columns = table(
        5,
        shimei=[None, "", "髙橋　花", "髙橋　花子　他", "ﾀｶﾊｼ"],
        kubun=["1", "1", "3", "1", "1"],
        umare=["1990-01-31", "1965-00-00", "1990-02-30", "9999-12-31", None],
    )
    report = check(SPEC, columns)
    assert report.findings == (
        (100, Finding("CHECK_REQUIRED", "shimei", detail="N")),
        (101, Finding("CHECK_REQUIRED", "shimei", detail="N")),
        (102, Finding("CHECK_CODE", "kubun", detail="9")),
        (102, Finding("CHECK_DATE", "umare", detail="DATE")),
        (103, Finding("CHECK_LENGTH", "shimei", detail="N")),
        (104, Finding("CHECK_TYPE", "shimei", detail="N")),
    )


def test_a_rule_takes_effect_by_its_status() -> None:
    report = check(SPEC, table(1, kana=["ﾀｶﾊｼ"], memo=[None]))
    assert report.findings == (
        (100, Finding("CHECK_TYPE", "kana", "kana-width", Severity.ALERT, "kana")),
        (100, Finding("CHECK_REQUIRED", "memo", "memo-asked", Severity.INFO, "required_if")),
    )
    assert {count.check.rule: count.failed for count in report.counts if count.check.rule} == {"kana-width": 1, "memo-asked": 1, "trial": 1}


def test_a_character_counts_once_with_its_selector_and_marks() -> None:
    spec = SuiteSpec("jido", "1", (ItemCheck("shimei", "N", length=2),))
    report = check(spec, Table([7, 8, 9, 10], {"shimei": ["葛\U000e0100城", "𠮷野", "か\u3099く", "葛\U000e0100城下"]}))
    assert report.findings == ((10, Finding("CHECK_LENGTH", "shimei", detail="N")),)


def test_child_rows_of_one_application_are_told_apart() -> None:
    spec = SuiteSpec("jido", "1", (ItemCheck("shimei", "N", required="必須"),))
    report = check(spec, Table([7, 7, 8], {"shimei": ["花", None, None]}))
    assert [(application, finding.where) for application, finding in report.findings] == [(7, "shimei[2]"), (8, "shimei")]


def test_every_failed_row_of_a_large_batch_is_named() -> None:
    rows = 5000
    report = check(SPEC, table(rows, shimei=["ﾀ" if row % 2 else "田" for row in range(rows)]))
    assert [application for application, _ in report.findings] == [100 + row for row in range(rows) if row % 2]


@pytest.mark.parametrize("value", ["12\n", "\n", "１２", " 12", "1e3", "-1"])
def test_a_number_is_ascii_digits_to_the_end(value: str) -> None:
    report = check(SuiteSpec("s", "1", (ItemCheck("a", "9"),)), Table([1], {"a": [value]}))
    assert [finding.code for _, finding in report.findings] == ["CHECK_TYPE"]


@pytest.mark.parametrize(
    ("item", "good", "bad"),
    [
        (ItemCheck("a", "9V", 3, decimals=2), "123.45", "123.456"),
        (ItemCheck("a", "9V", 3), "123", "1234"),
        (ItemCheck("a", "S9"), "-12", "+12"),
        (ItemCheck("a", "YEAR"), "0000", "200"),
        (ItemCheck("a", "TIME"), "23:59:59", "24:00:00"),
        (ItemCheck("a", "X"), "A-1 ｱ", "Ａ"),
    ],
)
def test_each_type_accepts_its_form_only(item: ItemCheck, good: str, bad: str) -> None:
    report = check(SuiteSpec("s", "1", (item,)), Table([1, 2], {"a": [good, bad]}))
    assert [(application, finding.code) for application, finding in report.findings] == [(2, "CHECK_TYPE")]


def test_no_rows_are_no_findings() -> None:
    report = check(SPEC, table(0))
    assert (report.findings, report.broken) == ((), False)
    assert len(report.counts) == len(suites.plan(SPEC))


def broken_specs() -> list[SuiteSpec]:
    rule = Rule("r", "no_such_kind", ("kana",), "CHECK_TYPE")
    return [
        SuiteSpec("unknown-kind", "1", ITEMS, (rule,)),
        SuiteSpec("unknown-item", "1", (ItemCheck("nowhere", "X"),)),
        SuiteSpec("not-a-number", "1", (), (Rule("r", "children", ("kana",), "CHECK_TYPE", {"least": "1", "most": "0"}),)),
    ]


@pytest.mark.parametrize("spec", broken_specs(), ids=lambda spec: spec.name)
def test_a_suite_that_raises_holds_all_its_rows(spec: SuiteSpec, caplog: pytest.LogCaptureFixture) -> None:
    report = check(spec, table(2, kana=["CANARY771", "CANARY772"]))
    assert report.broken
    assert [(application, finding.code) for application, finding in report.findings] == [(100, "RULE_BROKEN"), (101, "RULE_BROKEN")]
    assert "suite_broken" in caplog.text
    assert "CANARY" not in caplog.text + repr(report)


def test_an_expectation_that_ends_in_an_exception_holds_all_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = [
        replace(planned, arguments={"regex": "("}) if planned.expectation == suites.MATCHES else planned for planned in suites.plan(SPEC)
    ]
    monkeypatch.setattr(runner, "plan", lambda _spec: wrong)
    report = check(SPEC, table(2))
    assert {(finding.code, finding.detail) for _, finding in report.findings} == {("RULE_BROKEN", "SuiteError")}


def test_checks_that_ask_the_same_are_one_expectation_and_still_told_apart() -> None:
    names = ("a", "b", "c", "d")
    spec = SuiteSpec("s", "1", (*(ItemCheck(name, "9", required="必須") for name in names), ItemCheck("e", "X", required="必須")))
    columns: dict[str, list[str | None]] = {"a": ["1", "x", "1"], "b": ["1", "1", None], "c": ["x", "1", "x"]}
    columns |= {"d": ["1"] * 3, "e": ["x"] * 3}
    report = check(spec, Table([1, 2, 3], columns))
    assert len(suites.stack(suites.plan(spec))) == 3
    assert [(application, finding.where, finding.code) for application, finding in report.findings] == [
        (1, "c", "CHECK_TYPE"),
        (2, "a", "CHECK_TYPE"),
        (3, "b", "CHECK_REQUIRED"),
        (3, "c", "CHECK_TYPE"),
    ]
    failed = {count.check.id: count.failed for count in report.counts if count.failed}
    assert failed == {"a:CHECK_TYPE": 1, "b:CHECK_REQUIRED": 1, "c:CHECK_TYPE": 2}


def test_only_expectations_of_the_closed_list_are_planned() -> None:
    assert {planned.expectation for planned in suites.plan(SPEC)} <= set(suites.EXPECTATIONS)
    built = suites.build_suite("s", "1", suites.stack(suites.plan(SPEC)))
    assert {type(expectation).__name__ for expectation in built.expectations} <= set(suites.EXPECTATIONS)


def test_the_context_keeps_no_rows() -> None:
    check(SPEC, table(1))
    assert list(runner._context().data_sources.all()) == []


def test_results_for_auditors_survive_writing_and_reading() -> None:
    result = results.summarize(check(SPEC, table(2, shimei=[None, "田"])))
    assert results.read(results.write(result)) == result
    assert {(count.code, count.failed) for count in result.checks if count.item == "shimei"} >= {("CHECK_REQUIRED", 1)}


def test_every_code_of_an_item_check_has_its_reason() -> None:
    assert {planned.check.code for planned in suites.plan(SPEC)} <= set(reasons())


def test_importing_the_runner_loads_no_heavy_library() -> None:
    script = "import sys, validation.runner, validation.results; sys.exit(any(m in sys.modules for m in ('pandas', 'great_expectations')))"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
