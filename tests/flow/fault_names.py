"""The names of all fault points, gathered from the sources."""

import ast
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
MARKS = {"fault_point", "reached", "_reached"}
STAGES_OF_STEPS = "application_{step.reached}"


def sources() -> list[Path]:
    """Every file that may hold a fault point."""
    return sorted(path for room in ("pipeline", "connectors") for path in (PROJECT / room).rglob("*.py"))


def marked_points() -> set[str]:
    """Names that stand in the code as they are."""
    return {name for path in sources() for name in _constants(path, MARKS)}


def recorded_events() -> set[str]:
    """Names of events that transactions record; each gives a point before and one after its commit."""
    return {name for path in sources() for name in _constants(path, {"leaf"})}


def _constants(path: Path, functions: set[str]) -> Iterator[str]:
    for call in calls(ast.parse(path.read_text(encoding="utf-8"))):
        if name_of(call) in functions and call.args and isinstance(call.args[0], ast.Constant):
            yield str(call.args[0].value)


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Every call in a tree."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def name_of(call: ast.Call) -> str:
    """The last part of the called name."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id if isinstance(call.func, ast.Name) else ""
