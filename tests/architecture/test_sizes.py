"""Files and functions stay small enough to be read at one sitting. There is no list of exceptions.

Migrations are no code that people read on: each is the frozen record of one change of the schema, written once by Alembic.
"""

import ast
from pathlib import Path

import pytest

FILE_LINES = 300
FUNCTION_LINES = 50
DAG_LINES = 60


@pytest.fixture(scope="module")
def read(sources: list[Path], root: Path) -> list[Path]:
    """What people read."""
    return [path for path in sources if not path.is_relative_to(root / "sql/migrations/versions")]


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_files_have_at_most_300_lines(read: list[Path], root: Path) -> None:
    assert {path.relative_to(root).as_posix(): _lines(path) for path in read if _lines(path) > FILE_LINES} == {}


def test_dag_files_have_at_most_60_lines(root: Path) -> None:
    assert {path.name: _lines(path) for path in (root / "dags").glob("*.py") if _lines(path) > DAG_LINES} == {}


def test_functions_have_at_most_50_lines(read: list[Path], root: Path) -> None:
    long = {}
    for path in read:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    long[f"{path.relative_to(root).as_posix()}:{node.name}"] = lines
    assert long == {}
