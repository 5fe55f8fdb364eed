"""Runs a suite over a batch (一括検査) through Great Expectations and brings back findings by row, never a value.

Great Expectations costs seconds to import and a fixed part for each batch, so it is imported on the first check of a process and
serves a whole run's rows at once.
"""

import logging
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from validation.checks import Status, SuiteError, SuiteSpec, Table
from validation.rules import verdict_columns
from validation.suites import Check, Stack, build_suite, plan, stack
from vocabulary.findings import Finding, Severity

if TYPE_CHECKING:
    from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext
    from great_expectations.datasource.fluent.interfaces import Batch
    from pandas import DataFrame

ROW: Final = "row number"
"""The surrogate key of a row; item names are romaji without blanks, so no column can have it."""

VERDICT_ONLY: Final = "BOOLEAN_ONLY"
ROWS_ONLY: Final[Mapping[str, object]] = {
    "result_format": "COMPLETE",
    "unexpected_index_column_names": [ROW],
    "exclude_unexpected_values": True,
    "partial_unexpected_count": 0,
    "include_unexpected_rows": False,
    "return_unexpected_index_query": False,
}

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows failed one check."""

    check: Check
    failed: int


@dataclass(frozen=True, slots=True)
class Report:
    """What a batch came to. findings: (application, finding) in order of rows; checks in shadow are in ``counts`` only.

    broken: the suite could not be judged and every row carries RULE_BROKEN. seconds: the whole check; gx_seconds: Great
    Expectations' share of it.
    """

    suite: str
    version: str
    rows: int
    findings: tuple[tuple[int, Finding], ...]
    counts: tuple[Count, ...]
    broken: bool
    seconds: float
    gx_seconds: float


def check(spec: SuiteSpec, table: Table) -> Report:
    """Judge all rows of ``table``. Never raises for data or for a defect of the suite: what cannot be judged counts as failed."""
    started = time.monotonic()
    gx_seconds = 0.0
    try:
        columns = _columns(spec, table)
        gx_started = time.monotonic()
        failed = _failed_rows(spec, columns, len(table.application))
        gx_seconds = time.monotonic() - gx_started
        checks = [planned.check for planned in plan(spec)]
        counts = tuple(Count(judged, len(failed[judged.id])) for judged in checks)
        findings, broken = _findings(checks, failed, table), False
    except Exception as problem:  # noqa: BLE001  whatever breaks a suite must hold its rows; the text may carry values and is dropped
        logger.error("suite_broken suite=%s rows=%d error=%s", spec.name, len(table.application), type(problem).__name__)  # noqa: TRY400  a traceback may carry values
        broken_finding = Finding("RULE_BROKEN", where=spec.name, detail=type(problem).__name__)
        findings, counts, broken = tuple((application, broken_finding) for application in dict.fromkeys(table.application)), (), True
    seconds = time.monotonic() - started
    return Report(spec.name, spec.version, len(table.application), findings, counts, broken, seconds, gx_seconds)


def _columns(spec: SuiteSpec, table: Table) -> dict[str, Sequence[object]]:
    """What the plans of a suite look at, by name: values of items, verdicts of rules."""
    missing = sorted({check.item for check in spec.items} - set(table.columns))
    if missing:
        raise SuiteError(f"no column carries {', '.join(missing)}")
    values = {item.item: [value or None for value in table.columns[item.item]] for item in spec.items}
    return values | {verdicts.column: verdicts.passed for verdicts in verdict_columns(spec, table)}


def _frame(stacks: Sequence[Stack], columns: Mapping[str, Sequence[object]], rows: int) -> "DataFrame":
    """The batch: for each stack one column, in which row ``r`` of its column number ``n`` stands at ``n * rows + r``."""
    import pandas as pd

    height = rows * max((len(asked.planned) for asked in stacks), default=0)
    frame: dict[str, Any] = {ROW: range(height)}
    for asked in stacks:
        cells = [cell for planned in asked.planned for cell in columns[planned.column]]
        frame[asked.id] = pd.array(cells + [asked.filler] * (height - len(cells)), dtype="object")
    return pd.DataFrame(frame)


def _failed_rows(spec: SuiteSpec, columns: Mapping[str, Sequence[object]], rows: int) -> dict[str, list[int]]:
    """The failed rows of each check. A check without a result is missing here, which breaks the suite.

    The first look asks only whether each expectation holds, which takes half the time of asking for rows; rows are asked where it does
    not hold or could not be computed.
    """
    expected = plan(spec)
    if not rows or not expected:
        return {planned.check.id: [] for planned in expected}
    stacks = stack(expected)
    frame = _frame(stacks, columns, rows)
    with _batch(frame) as batch:
        verdicts = batch.validate(build_suite(spec, stacks), result_format=VERDICT_ONLY)
        places: dict[str, Sequence[int]] = {_stack_id(result): () for result in verdicts.results if result.success}
        doubtful = [asked for asked in stacks if asked.id not in places]
        if doubtful:
            outcome = batch.validate(build_suite(spec, doubtful), result_format=dict(ROWS_ONLY))
            places |= {_stack_id(result): _rows(result, len(frame)) for result in outcome.results}
    return {check: found for asked in stacks for check, found in _unstacked(asked, places[asked.id], rows).items()}


def _unstacked(asked: Stack, places: Sequence[int], rows: int) -> dict[str, list[int]]:
    """The failed rows of each check of a stack, from the failed rows of its column. IndexError: a place below its last column."""
    failed: dict[str, list[int]] = {planned.check.id: [] for planned in asked.planned}
    for place in places:
        failed[asked.planned[place // rows].check.id].append(place % rows)
    return failed


def _stack_id(result: Any) -> str:  # noqa: ANN401  Great Expectations ships no types for its results
    return str(result.expectation_config.meta["stack"])


def _rows(result: Any, rows: int) -> Sequence[int]:  # noqa: ANN401  Great Expectations ships no types for its results
    """The failed rows of one result: only counts and row numbers are ever read from it. Raises SuiteError unless it proves a full look."""
    details = result.result
    if details.get("element_count") != rows or "unexpected_count" not in details:
        raise SuiteError("an expectation could not be computed")
    found = [int(row) for group in details.get("unexpected_index_list") or () for row in group[ROW]]
    if len(found) != details["unexpected_count"] or bool(found) == bool(result.success):
        raise SuiteError("an expectation contradicts itself")
    return sorted(found)


def _findings(checks: Sequence[Check], failed: Mapping[str, Sequence[int]], table: Table) -> tuple[tuple[int, Finding], ...]:
    """Findings in order of rows; where an application has several rows, ``where`` counts them from 1: ``shimei[2]``."""
    places = _places(table.application)
    found: list[tuple[int, Finding]] = []
    failures = [(row, place) for place, judged in enumerate(checks) if judged.status is not Status.SHADOW for row in failed[judged.id]]
    for row, place in sorted(failures):
        judged = checks[place]
        severity = judged.severity if judged.status is Status.HOLD else Severity.INFO
        found.append((table.application[row], Finding(judged.code, judged.item + places[row], judged.rule, severity, judged.kind)))
    return tuple(found)


def _places(application: Sequence[int]) -> list[str]:
    total: dict[int, int] = {}
    ordinals = []
    for owner in application:
        total[owner] = total.get(owner, 0) + 1
        ordinals.append(total[owner])
    return [f"[{ordinal}]" if total[owner] > 1 else "" for owner, ordinal in zip(application, ordinals, strict=True)]


@cache
def _context() -> "EphemeralDataContext":
    """The process's one context. Silent: exception texts of Great Expectations may carry values, so even its errors are not logged."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    return context


@contextmanager
def _batch(frame: "DataFrame") -> Iterator["Batch"]:
    """The frame as a batch; afterwards its data source goes, or the context would keep the residents' rows in memory."""
    context = _context()
    source = context.data_sources.add_pandas("run")
    try:
        definition = source.add_dataframe_asset("table").add_batch_definition_whole_dataframe("all")
        yield definition.get_batch(batch_parameters={"dataframe": frame})
    finally:
        context.data_sources.delete("run")
