"""What is kept of a check for auditors (検査結果の記録): suites, checks and counts of failed rows; no rows, no values."""

import json
from dataclasses import asdict, dataclass

from validation.runner import Report


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check of a suite. kind: the item's type or the rule's kind. rule: "" for an item's own check. failed: rows, of ``rows``.

    group: of the records. expectation: the class of Great Expectations that was asked.
    """

    id: str
    item: str
    kind: str
    rule: str
    code: str
    severity: str
    status: str
    failed: int
    group: str = ""
    rows: int = 0
    expectation: str = ""


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """One run of a suite over ``rows`` rows of all groups. broken: it could not be judged, all rows wait and ``checks`` is empty."""

    suite: str
    version: str
    rows: int
    broken: bool
    checks: tuple[CheckResult, ...]


def summarize(report: Report) -> SuiteResult:
    """The report without its findings."""
    checks = tuple(
        CheckResult(
            id=count.check.id,
            item=count.check.item,
            kind=count.check.kind,
            rule=count.check.rule,
            code=count.check.code,
            severity=count.check.severity.value,
            status=count.check.status.value,
            failed=count.failed,
            group=count.check.group,
            rows=count.rows,
            expectation=count.expectation,
        )
        for count in report.counts
    )
    return SuiteResult(suite=report.suite, version=report.version, rows=report.rows, broken=report.broken, checks=checks)


def write(result: SuiteResult) -> str:
    """As JSON of one line, keys in a fixed order."""
    return json.dumps(asdict(result), ensure_ascii=False)


def read(text: str) -> SuiteResult:
    """What ``write`` wrote. Raises ValueError or TypeError for anything else."""
    fields = json.loads(text)
    checks = tuple(CheckResult(**check) for check in fields.pop("checks"))
    return SuiteResult(**fields, checks=checks)
