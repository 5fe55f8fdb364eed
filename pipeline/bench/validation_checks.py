"""What the benchmark of the checks asks: 60 checks of one kind of record, and rows of which one in fifty fails some of them."""

from functools import cache
from typing import Final

from mappings.engine import fill
from mappings.gathered import gather_columns
from mappings.records import Table as Rows
from pipeline.bench.mapping_hub import DAY, specs
from pipeline.bench.source_columns import Chunk, draw_chunk
from pipeline.suites import suite_of
from validation.checks import Part, Rule, SuiteSpec, Table, When
from validation.suites import plan
from vocabulary.check_digits import issue_ledger_number

CHECKS: Final = 60
GROUP: Final = "sokutei"
SPOILED: Final = (
    ("shimei_kana", 50, "那覇花子"),
    ("atenabango", 70, "000000000000012"),
    ("seibetsu", 80, "9"),
    ("jiyuhasseibi", 90, "2026-02-30"),
    ("jusho", 110, "𠮷" * 3),
    ("shinseinengappi", 130, "2026-12-31"),
)
"""(item, one row in so many, what stands in it)."""
RULES: Final = (
    Rule("kana", "kana", ("shimei_kana",), "CHECK_TYPE", {"width": "full"}),
    Rule("kana-applicant", "kana", ("shinseisha_shimei_kana",), "CHECK_TYPE", {"width": "full"}),
    Rule("kana-spouse", "kana", ("haigusha_shimei_kana",), "CHECK_TYPE", {"width": "full"}),
    Rule("atena", "check_digit", ("atenabango",), "NUMBER_CHECK_DIGIT", {"scheme": "atena"}),
    Rule("host-name", "encodable", ("shimei",), "CHAR_UNMAPPABLE", {"encoding": "cp932"}),
    Rule("host-home", "encodable", ("jusho",), "CHAR_UNMAPPABLE", {"encoding": "cp932"}),
    Rule("host-house", "encodable", ("katagaki",), "CHAR_UNMAPPABLE", {"encoding": "cp932"}),
    Rule("unknown-birth", "wareki", ("seinengappi", "seinengappi_fushohyoki"), "CHECK_DATE"),
    Rule("spouse-name", "required_if", ("haigusha_shimei",), "CHECK_REQUIRED", when=(When("haigushaumu", frozenset("1")),)),
    Rule("spouse-kana", "required_if", ("haigusha_shimei_kana",), "CHECK_REQUIRED", when=(When("haigushaumu", frozenset("1")),)),
    Rule("no-spouse", "absent_if", ("haigusha_shimei",), "CHECK_REQUIRED", when=(When("haigushaumu", frozenset("2")),)),
    Rule("filed-in-time", "not_after", ("shinseinengappi", "shujunengappi"), "CHECK_DATE"),
    Rule("event-first", "not_after", ("jiyuhasseibi", "shujunengappi"), "CHECK_DATE"),
    Rule("reachable", "one_of", ("denwabango", "meruadoresu"), "CHECK_REQUIRED"),
    Rule("children", "between", ("jidosu",), "CHECK_CODE", {"least": "1", "most": "12"}),
    Rule("household", "between", ("setaiinsu",), "CHECK_CODE", {"least": "1", "most": "20"}),
    Rule("income", "between", ("nennaishotoku",), "CHECK_CODE", {"least": "0", "most": "99999999"}),
    Rule("account", "length", ("kozabango",), "CHECK_LENGTH", {"least": "7", "most": "7"}),
    Rule("receipt", "length", ("uketsukebango",), "CHECK_LENGTH", {"least": "17", "most": "20"}),
    Rule("this-town", "equals", ("shikuchosonkodo",), "CHECK_CODE", {"value": "472018"}),
    Rule("two-numbers", "not_equals", ("uketsukebango", "shujubango"), "CHECK_CODE"),
    Rule("other-people", "not_equals", ("atenabango", "haigusha_atenabango"), "CHECK_CODE"),
)


@cache
def benchmark_suite() -> SuiteSpec:
    """The items' own checks, as many as make ``CHECKS`` together with the rules."""
    catalogue, _, _ = specs()
    (procedure,) = catalogue.procedures.values()
    (group,) = catalogue.groups_of(procedure)
    whole = suite_of(catalogue, procedure, group, version="1", day=DAY)
    some = (SuiteSpec(GROUP, "1", whole.items[:many], RULES, group) for many in range(len(whole.items), 0, -1))
    return next(suite for suite in some if len({planned.check for planned in plan(suite)}) <= CHECKS)


def benchmark_part(rows: Rows) -> Part:
    """Mapped rows under the suite, spoiled in their known places."""
    columns = {name: list(column) for name, column in rows.columns.items()}
    columns["atenabango"] = [_valid_number(serial) for serial in rows.application]
    for item, every, value in SPOILED:
        columns[item][::every] = [value] * len(columns[item][::every])
    return Part(benchmark_suite(), Table(rows.application, columns))


def _valid_number(serial: int) -> str:
    """A 宛名番号 with its check digit; every eleventh serial has none and takes its neighbour's."""
    return issue_ledger_number(serial) or issue_ledger_number(serial + 1) or ""


def fill_chunk(chunk: Chunk) -> dict[str, Rows]:
    """The canonical records of a chunk by group; it has one group only."""
    _, plan_, _ = specs()
    return fill(plan_, gather_columns(plan_, chunk.applications, chunk.columns, header=chunk.header, atena=chunk.atena)).tables


def map_rows(first: int, count: int) -> Rows:
    """The canonical records of ``count`` applications beginning with ``first``."""
    (rows,) = fill_chunk(draw_chunk(first, count)).values()
    return rows
