"""The peer (比較対象): Great Expectations with default settings, a column and an expectation for each check, as its guides show it."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.bench.rounds import Answer, Timed
from pipeline.bench.validation_checks import GROUP, benchmark_part, map_rows
from pipeline.bench.validation_hub import WARM_UP, digest_of_verdicts, laid_out, rows_of
from validation.runner import Columns
from validation.suites import STANDARD, Planned


def prepare(folder: Path) -> Timed:
    """A warm process that has the columns."""
    expected, columns = laid_out(rows_of(folder))
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    judge(*laid_out(benchmark_part(map_rows(1, WARM_UP))))

    def run() -> tuple[Answer, int]:
        failed = judge(expected, columns)
        return lambda: digest_of_verdicts(failed), 0

    return run


def judge(expected: Sequence[Planned], columns: Columns) -> dict[str, int]:
    """Failed rows by check."""
    import great_expectations as gx
    import pandas as pd
    from great_expectations.data_context.types.base import ProgressBarsConfig

    from validation import expectations as own

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    suite = gx.ExpectationSuite(name=GROUP)
    for asked in expected:
        kind: Any = getattr(gx.expectations if asked.expectation in STANDARD else own, asked.expectation)
        suite.add_expectation(kind(column=asked.column, meta={"check": asked.check.id}, **asked.arguments))
    frame: Any = pd.DataFrame({name: list(cells) for (_, name), cells in columns.items()})
    definition = context.data_sources.add_pandas(GROUP).add_dataframe_asset("table").add_batch_definition_whole_dataframe("all")
    result = definition.get_batch(batch_parameters={"dataframe": frame}).validate(suite)
    found: list[Any] = list(result.results)
    return {one.expectation_config.meta["check"]: one.result["unexpected_count"] for one in found}
