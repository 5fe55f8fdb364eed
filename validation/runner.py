"""Runs a suite over a batch (一括検査) through Great Expectations and brings back findings by row, never a value.

Great Expectations costs seconds to import and a fixed part for each batch, so it is imported on the first check of a process and
serves a whole run's rows at once.
"""

import logging
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from validation.checks import Part, Status, SuiteError, SuiteSpec, Table
from validation.rules import has_own_expectation, item_verdicts, rule_column, rule_verdicts, value_columns
from validation.suites import NOT_NULL, PRESENT, STANDARD, Check, Planned, Stack, build_suite, plan, stack
from vocabulary.findings import Finding, Severity

if TYPE_CHECKING:
    from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext
    from great_expectations.validator.v1_validator import Validator
    from pandas import DataFrame

ROW: Final = "row number"
"""The surrogate key of a row; item names are romaji without blanks, so no column can have it."""

VERDICT_ONLY: Final = {"result_format": "BOOLEAN_ONLY"}
ROWS_ONLY: Final = {
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
    """How many of the ``rows`` of its group failed one check, and which expectation was asked."""

    check: Check
    failed: int
    rows: int
    expectation: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a batch came to. findings: (application, finding) group by group in order of rows; checks in shadow are in ``counts`` only.

    broken: the suite could not be judged and every application carries RULE_BROKEN. seconds: the whole check; gx_seconds: Great
    Expectations' share of it, the laying out of its frame included.
    """

    suite: str
    version: str
    rows: int
    findings: tuple[tuple[int, Finding], ...]
    counts: tuple[Count, ...]
    broken: bool
    seconds: float
    gx_seconds: float


Columns = Mapping[tuple[str, str], Sequence[object]]
"""(group, column) → what stands in the rows of the group."""


def check(spec: SuiteSpec, table: Table) -> Report:
    """``check_batch`` for one kind of record."""
    return check_batch(spec.name, spec.version, (Part(spec, table),))


def check_batch(name: str, version: str, parts: Sequence[Part]) -> Report:
    """Judge all rows of all groups at once; the first part holds the applications' own records.

    Never raises for data or for a defect of the suite: what cannot be judged counts as failed.
    """
    started = time.monotonic()
    gx_seconds = 0.0
    rows = sum(len(part.table.application) for part in parts)
    try:
        expected = [planned for part in parts for planned in plan(part.spec)]
        columns = {(part.spec.group, column): cells for part in parts for column, cells in columns_of(part).items()}
        gx_started = time.monotonic()
        failed = failed_rows((name, version), expected, columns)
        gx_seconds = time.monotonic() - gx_started
        counts, findings, broken = tuple(_counts(parts, expected, failed)), tuple(_findings(parts, expected, failed)), False
    except Exception as problem:  # noqa: BLE001  whatever breaks a suite must stop its rows; the text may carry values and is dropped
        logger.error("suite_broken suite=%s rows=%d error=%s", name, rows, type(problem).__name__)  # noqa: TRY400  a traceback may carry values
        broken_finding = Finding("RULE_BROKEN", where=name, detail=type(problem).__name__)
        applications = dict.fromkeys(application for part in parts for application in part.table.application)
        findings, counts, broken = tuple((application, broken_finding) for application in applications), (), True
    return Report(name, version, rows, findings, counts, broken, time.monotonic() - started, gx_seconds)


def columns_of(part: Part) -> dict[str, Sequence[object]]:
    """What the plans of a part look at, by name: values of items, verdicts of rules, values that a rule judges one by one."""
    spec, table = part.spec, part.table
    missing = sorted({check.item for check in spec.items} - set(table.columns))
    if missing:
        raise SuiteError(f"no column carries {', '.join(missing)}")
    columns: dict[str, Sequence[object]] = {item.item: [value or None for value in table.columns[item.item]] for item in spec.items}
    columns |= {verdicts.column: verdicts.passed for verdicts in item_verdicts(spec, table)}
    for rule in spec.rules:
        columns |= value_columns(rule, table) if has_own_expectation(rule) else {rule_column(rule): rule_verdicts(rule, table).passed}
    return columns


@dataclass(frozen=True, slots=True)
class Slice:
    """Some of the distinct values of a stack, in a column and an expectation of their own."""

    asked: Stack
    cells: Sequence[object]


def failed_rows(suite: tuple[str, str], expected: Sequence[Planned], columns: Columns) -> dict[str, list[int]]:
    """The failed rows of each check, in order, as Great Expectations finds them. suite: name and version.

    A slice without a result is a KeyError, which breaks the suite.
    """
    failed: dict[str, set[int]] = {planned.check.id: set() for planned in expected}
    if any(columns.values()):
        slices = _slices(stack(expected), columns)
        places = _failed_places(suite, [one.asked for one in slices], _frame(slices))
        for one in slices:
            wrong = {one.cells[place] for place in places[one.asked.id]}
            for planned in one.asked.planned if wrong else ():
                column = columns[planned.check.group, planned.column]
                failed[planned.check.id].update(row for row, cell in enumerate(column) if cell in wrong)
    return {check: sorted(rows) for check, rows in failed.items()}


def _slices(stacks: Sequence[Stack], columns: Columns) -> list[Slice]:
    """The distinct values of the stacks, none higher than the longest column: the frame is as high as its highest column."""
    height = max(map(len, columns.values()))
    slices = []
    for asked in stacks:
        cells = _distinct(asked, columns)
        for start in range(0, max(1, len(cells)), height):
            slices.append(Slice(replace(asked, id=f"{asked.id} from {start}"), cells[start : start + height]))
    return slices


def _distinct(asked: Stack, columns: Columns) -> list[object]:
    """Every value of a stack once, absent ones only where absence is what is judged."""
    found = dict.fromkeys(chain.from_iterable(columns[planned.check.group, planned.column] for planned in asked.planned))
    if asked.expectation == NOT_NULL:
        return [PRESENT, None] if None in found else [PRESENT]
    found.pop(None, None)
    return list(found)


def _frame(slices: Sequence[Slice]) -> "DataFrame":
    """The batch: one column for each slice, filled up to one height."""
    import numpy as np
    import pandas as pd

    height = max(1, *(len(one.cells) for one in slices))
    frame: dict[str, Any] = {ROW: range(height)}
    for one in slices:
        column = np.full(height, one.asked.filler, dtype=object)
        column[: len(one.cells)] = one.cells
        frame[one.asked.id] = pd.Series(column, dtype=object, copy=False)
    return pd.DataFrame(frame)


def _failed_places(suite: tuple[str, str], stacks: Sequence[Stack], frame: "DataFrame") -> dict[str, Sequence[int]]:
    """The rows of the frame that fail each stack.

    The first look asks only whether each expectation holds, which takes half the time of asking for rows; rows are asked where it does
    not hold or could not be computed, and at once of our own expectations, whose judges take longer than either.
    """
    with _batch(frame) as batch:
        verdicts = batch.validate_expectation_suite(build_suite(*suite, [asked for asked in stacks if asked.expectation in STANDARD]))
        places: dict[str, Sequence[int]] = {_stack_id(result): () for result in verdicts.results if result.success}
        doubtful = [asked for asked in stacks if asked.id not in places]
        if doubtful:
            batch.result_format = dict(ROWS_ONLY)
            outcome = batch.validate_expectation_suite(build_suite(*suite, doubtful))
            places |= {_stack_id(result): _rows(result, len(frame)) for result in outcome.results}
    return places


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


def _counts(parts: Sequence[Part], expected: Sequence[Planned], failed: Mapping[str, Sequence[int]]) -> Iterator[Count]:
    rows = {part.spec.group: len(part.table.application) for part in parts}
    for judged, planned in {planned.check: planned for planned in expected}.items():
        yield Count(judged, len(failed[judged.id]), rows[judged.group], planned.expectation)


def _findings(
    parts: Sequence[Part], expected: Sequence[Planned], failed: Mapping[str, Sequence[int]]
) -> Iterator[tuple[int, Finding]]:
    """Findings part by part in order of rows.

    Of the applications' own records ``where`` is the item; of others ``group.item``, or ``group[2].item`` where an application has
    several.
    """
    for part in parts:
        told = dict.fromkeys(planned.check for planned in expected if planned.check.group == part.spec.group)
        shown = [judged for judged in told if judged.status is not Status.SHADOW]
        owners, places = part.table.application, _places(part.table.application)
        group = "" if part is parts[0] else part.spec.group
        for row, place in sorted((row, place) for place, judged in enumerate(shown) for row in failed[judged.id]):
            judged = shown[place]
            where = f"{group}{places[row]}.{judged.item}" if group else judged.item + places[row]
            severity = judged.severity if judged.status is Status.HOLD else Severity.INFO
            yield owners[row], Finding(judged.code, where, judged.rule, severity, judged.kind)


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
    from great_expectations.execution_engine import pandas_execution_engine

    # A fingerprint of the residents' rows takes a second for 100,000 of them, and has no place in the results.
    pandas_execution_engine.HASH_THRESHOLD = 0
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    return context


@contextmanager
def _batch(frame: "DataFrame") -> Iterator["Validator"]:
    """The frame as a batch that is loaded once and asked for verdicts at first.

    Afterwards its data source goes, or the context would keep the residents' rows in memory.
    """
    context = _context()
    from great_expectations.validator.v1_validator import Validator

    source = context.data_sources.add_pandas("run")
    try:
        definition = source.add_dataframe_asset("table").add_batch_definition_whole_dataframe("all")
        yield Validator(definition, result_format=VERDICT_ONLY, batch_parameters={"dataframe": frame})
    finally:
        context.data_sources.delete("run")
