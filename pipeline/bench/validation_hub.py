"""Our own way (本システム) of judging the benchmark's rows, and the floor: every cell looked at once."""

import hashlib
from pathlib import Path

from mappings.records import Table
from pipeline.bench.rounds import Answer, Timed
from pipeline.bench.validation_checks import GROUP, benchmark_part, map_rows
from validation.checks import Part
from validation.runner import Columns, columns_of, failed_rows
from validation.suites import Planned, plan

SIZE = "size"
CHUNK = 10_000
WARM_UP = 200


def rows_of(folder: Path) -> Part:
    """As many rows as the folder's file of the size says."""
    size = int((folder / SIZE).read_text(encoding="ascii"))
    chunks = [map_rows(first, min(CHUNK, size + 1 - first)) for first in range(1, size + 1, CHUNK)]
    columns = {name: [cell for chunk in chunks for cell in chunk.columns[name]] for name in chunks[0].columns}
    application = [number for chunk in chunks for number in chunk.application]
    return benchmark_part(Table(application, [1] * len(application), columns))


def digest_of_verdicts(failed: dict[str, int]) -> str:
    """Check and count of its failed rows, of all checks."""
    return hashlib.sha256(repr(sorted(failed.items())).encode()).hexdigest()


def prepare(folder: Path) -> Timed:
    """A warm process that has the columns which the checks look at, as the worker has when it asks Great Expectations."""
    expected, columns = laid_out(rows_of(folder))
    failed_rows((GROUP, "1"), *laid_out(benchmark_part(map_rows(1, WARM_UP))))

    def run() -> tuple[Answer, int]:
        failed = failed_rows((GROUP, "1"), expected, columns)
        return lambda: digest_of_verdicts({check: len(rows) for check, rows in failed.items()}), 0

    return run


def laid_out(part: Part) -> tuple[list[Planned], Columns]:
    """What is asked, and the columns that it is asked of: the same for every contender."""
    return plan(part.spec), {(part.spec.group, name): cells for name, cells in columns_of(part).items()}


def prepare_floor(folder: Path) -> Timed:
    """The rows alone."""
    part = rows_of(folder)

    def run() -> tuple[Answer, int]:
        seen = sum(len(set(part.table.columns[check.item])) for check in part.spec.items)
        return lambda: str(seen), 0

    return run
