import logging
import re
from dataclasses import replace
from typing import Any

import pytest

from tests.validation.canaries import CANARIES, PLANTED, Canary
from validation import data_docs, results, runner, suites
from validation.checks import SuiteSpec
from validation.data_docs import Wording
from validation.runner import Report, check
from validation.values import JUDGES

EVERYTHING = sorted(CANARIES)


def leaks(text: str) -> list[str]:
    """Planted values that stand in a text, as they are, escaped as in JSON or HTML, or in ASCII digits alone."""
    wide = text.encode("ascii", "backslashreplace").decode()
    return [mark for mark in PLANTED if mark in text or mark.encode("unicode_escape").decode() in wide]


def pages(report: Report) -> str:
    return data_docs.render(results.read(results.write(results.summarize(report))), Wording("検査"), at="2026-11-24T09:00:00+09:00")


@pytest.mark.parametrize("expectation", EVERYTHING)
def test_no_value_leaves_a_check_that_fails(
    expectation: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []

    def watched(result: Any) -> str:
        seen.append(result)
        return str(result.expectation_config.meta["stack"])

    monkeypatch.setattr(runner, "_stack_id", watched)
    canary = CANARIES[expectation]
    with caplog.at_level(logging.DEBUG):
        report = check(canary.spec, canary.table)
        page = pages(report)
    asked = {count.expectation: count.failed for count in report.counts if count.check.item == "a" and count.failed}
    assert asked[expectation] == 2
    assert {result.success for result in seen} == {True, False}
    everything = [repr(report), results.write(results.summarize(report)), page, caplog.text, *capfd.readouterr(), repr(canary.table)]
    everything += [str(result.to_json_dict()) for result in seen]
    assert [leaks(text) for text in everything] == [[]] * len(everything)


def broken_arguments(monkeypatch: pytest.MonkeyPatch, expectation: str) -> None:
    """Let the expectation end in an exception of Great Expectations' own, where its arguments can bring it about."""
    wrong: dict[str, dict[str, object]] = {
        suites.MATCHES: {"regex": "("},
        suites.IN_SET: {"value_set": 5},
        suites.LENGTHS: {"min_value": "x", "max_value": 3},
        suites.OWN["check_digit"]: {"scheme": "nobody knows"},
        suites.OWN["kana"]: {"width": "nobody knows"},
        suites.OWN["encodable"]: {"encoding": "nobody knows"},
        suites.OWN["wareki"]: {"nobody": "knows"},
        suites.NOT_NULL: {"nobody": "knows"},
    }

    def plan(spec: SuiteSpec) -> list[suites.Planned]:
        planned = suites.plan(spec)
        return [replace(one, arguments=wrong[expectation]) if one.expectation == expectation else one for one in planned]

    monkeypatch.setattr(runner, "plan", plan)


@pytest.mark.parametrize("expectation", EVERYTHING)
def test_an_expectation_that_ends_in_an_exception_breaks_its_suite_and_says_no_value(
    expectation: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken_arguments(monkeypatch, expectation)
    canary = CANARIES[expectation]
    with caplog.at_level(logging.DEBUG):
        report = check(canary.spec, canary.table)
        page = pages(report)
    assert report.broken
    assert {finding.code for _, finding in report.findings} == {"RULE_BROKEN"}
    everything = [repr(report), results.write(results.summarize(report)), page, caplog.text, *capfd.readouterr()]
    assert [leaks(text) for text in everything] == [[]] * len(everything)


@pytest.mark.parametrize("kind", sorted(JUDGES))
def test_a_judge_that_raises_with_a_value_in_its_text_is_not_quoted(
    kind: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def raising(value: str) -> bool:
        raise ValueError(f"cannot judge {value}")

    from validation import expectations

    names = {"check_digit": "has_check_digit", "kana": "is_kana", "encodable": "is_encodable"}
    if kind in names:
        monkeypatch.setattr(expectations, names[kind], lambda *_arguments: raising)
    else:
        monkeypatch.setattr(expectations, "agree_as_dates", raising)
    canary: Canary = CANARIES[suites.OWN[kind]]
    with caplog.at_level(logging.DEBUG):
        report = check(canary.spec, canary.table)
    assert report.broken
    everything = [repr(report), results.write(results.summarize(report)), caplog.text, *capfd.readouterr()]
    assert [leaks(text) for text in everything] == [[]] * len(everything)


def test_every_expectation_in_use_has_its_canary_and_asks_for_rows_only() -> None:
    assert set(CANARIES) == set(suites.EXPECTATIONS)
    assert set(suites.OWN) == set(JUDGES)


def test_the_scan_finds_a_planted_value_in_each_of_its_forms() -> None:
    mark = next(mark for mark in PLANTED if not mark.isascii())
    assert leaks(f"x{mark}x") == [mark]
    assert leaks(re.sub(r"^'|'$", "", ascii(mark))) == [mark]
