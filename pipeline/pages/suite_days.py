"""Validation by suite and day (検査結果の推移): what auditors compare from day to day, counts only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from pipeline.pages.report import SuiteDay
from validation.results import CheckResult, SuiteResult

DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A check with its failed rows of each day; None where the check did not run."""

    check: CheckResult
    failed: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class SuiteTable:
    """A procedure's last days, oldest first, whatever versions its suite had. rows and broken: one value a day."""

    suite: str
    version: str
    days: tuple[date, ...]
    rows: tuple[int, ...]
    broken: tuple[bool, ...]
    checks: tuple[CheckRow, ...]


def suite_tables(runs: Iterable[SuiteDay]) -> list[SuiteTable]:
    """One table for each procedure, by name; of each the last seven days on which its suite ran."""
    by_suite: dict[str, list[SuiteDay]] = {}
    for run in runs:
        by_suite.setdefault(run.result.suite.partition("@")[0], []).append(run)
    return [_table(suite, by_suite[suite]) for suite in sorted(by_suite)]


def _table(suite: str, runs: Sequence[SuiteDay]) -> SuiteTable:
    days = tuple(sorted({run.day for run in runs}))[-DAYS:]
    of_day = [[run.result for run in runs if run.day == day] for day in days]
    newest = {check.id: check for results in of_day for result in results for check in result.checks}
    return SuiteTable(
        suite=suite,
        version=of_day[-1][-1].version,
        days=days,
        rows=tuple(sum(result.rows for result in results) for results in of_day),
        broken=tuple(any(result.broken for result in results) for results in of_day),
        checks=tuple(CheckRow(check, tuple(_failed(id_, results) for results in of_day)) for id_, check in newest.items()),
    )


def _failed(id_: str, results: Iterable[SuiteResult]) -> int | None:
    counts = [check.failed for result in results for check in result.checks if check.id == id_]
    return sum(counts) if counts else None
