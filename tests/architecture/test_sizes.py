"""Files and functions stay small enough to be read at one sitting. There is no list of exceptions."""

import ast
from pathlib import Path

FILE_LINES = 300
FUNCTION_LINES = 50
DAG_LINES = 60


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_files_have_at_most_300_lines(sources: list[Path], root: Path) -> None:
    assert {path.relative_to(root).as_posix(): _lines(path) for path in sources if _lines(path) > FILE_LINES} == {}


def test_dag_files_have_at_most_60_lines(root: Path) -> None:
    assert {path.name: _lines(path) for path in (root / "dags").glob("*.py") if _lines(path) > DAG_LINES} == {}


def test_functions_have_at_most_50_lines(sources: list[Path], root: Path) -> None:
    long = {}
    for path in sources:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    long[f"{path.relative_to(root).as_posix()}:{node.name}"] = lines
    assert long == {}
