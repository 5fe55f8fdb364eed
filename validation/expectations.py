"""Expectations of our own (独自の検査項目) for Great Expectations: check digits, kana, encodability, 西暦 beside 和暦.

Each has its metric here, which asks ``validation.values`` about every value that is present. Imports Great Expectations (seconds).
"""

from typing import Any, ClassVar

from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import ColumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider.column_condition_partial import column_condition_partial
from great_expectations.expectations.metrics.map_metric_provider.column_map_metric_provider import ColumnMapMetricProvider

from validation.values import agree_as_dates, has_check_digit, is_encodable, is_kana

# ruff: noqa: N805, ANN401  Great Expectations calls the functions of a metric with the class and gives them columns without a type


class ColumnValuesHaveCheckDigit(ColumnMapMetricProvider):
    """検査数字."""

    condition_metric_name = "column_values.hub_check_digit"
    condition_value_keys = ("scheme",)

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: Any, scheme: str, **_kwargs: Any) -> Any:
        return column.map(has_check_digit(scheme))


class ColumnValuesAreKana(ColumnMapMetricProvider):
    """カナ."""

    condition_metric_name = "column_values.hub_kana"
    condition_value_keys = ("width",)

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: Any, width: str, **_kwargs: Any) -> Any:
        return column.map(is_kana(width))


class ColumnValuesAreEncodable(ColumnMapMetricProvider):
    """連携先の文字コード."""

    condition_metric_name = "column_values.hub_encodable"
    condition_value_keys = ("encoding", "substituted")

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: Any, encoding: str, substituted: str, **_kwargs: Any) -> Any:
        return column.map(is_encodable(encoding, substituted))


class ColumnValuesAgreeAsDates(ColumnMapMetricProvider):
    """西暦と和暦."""

    condition_metric_name = "column_values.hub_wareki"
    condition_value_keys = ()

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: Any, **_kwargs: Any) -> Any:
        return column.map(agree_as_dates)


class ExpectColumnValuesToHaveCheckDigit(ColumnMapExpectation):
    """The last digit of each number fits the others. scheme: my_number, atena or corporate."""

    scheme: str

    map_metric: ClassVar[str] = "column_values.hub_check_digit"
    success_keys: ClassVar[tuple[str, ...]] = ("scheme", "mostly")
    args_keys: ClassVar[tuple[str, ...]] = ("column", "scheme")


class ExpectColumnValuesToBeKana(ColumnMapExpectation):
    """Each text is kana only. width: full or half."""

    width: str

    map_metric: ClassVar[str] = "column_values.hub_kana"
    success_keys: ClassVar[tuple[str, ...]] = ("width", "mostly")
    args_keys: ClassVar[tuple[str, ...]] = ("column", "width")


class ExpectColumnValuesToBeEncodable(ColumnMapExpectation):
    """Each text has a way into the encoding of its target and back. substituted: characters with an approved substitute."""

    encoding: str
    substituted: str = ""

    map_metric: ClassVar[str] = "column_values.hub_encodable"
    success_keys: ClassVar[tuple[str, ...]] = ("encoding", "substituted", "mostly")
    args_keys: ClassVar[tuple[str, ...]] = ("column", "encoding")


class ExpectColumnValuesToAgreeAsDates(ColumnMapExpectation):
    """Each value is a pair of 西暦 and written text, which name one day as far as both go."""

    map_metric: ClassVar[str] = "column_values.hub_wareki"
    args_keys: ClassVar[tuple[str, ...]] = ("column",)
