"""The names of all fault points, gathered from the sources."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.flow import FLOWS, step_function

PROJECT = Path(__file__).resolve().parents[2]
MARKS = {"fault_point", "reached", "_reached"}
NIGHT_FLOWS = ("nightly_sync", "exchange_log", "night_report")
STAGES_OF_STEPS = "application_{step.reached}"


def sources() -> list[Path]:
    """Every file that may hold a fault point."""
    return sorted(path for room in ("pipeline", "connectors") for path in (PROJECT / room).rglob("*.py"))


def night_sources() -> list[Path]:
    """The files of the nightly work."""
    steps = {module.rpartition(".")[2] for flow in NIGHT_FLOWS for step in FLOWS[flow] for module in (step_function(step).__module__,)}
    ours = {PROJECT / "pipeline" / "steps" / f"{name}.py" for name in steps}
    return [path for path in sources() if path in ours or path.parent.name in {"sync", "exchange"}]


def day_sources() -> list[Path]:
    """All other files."""
    night = set(night_sources())
    return [path for path in sources() if path not in night]


def marked_points(files: Iterable[Path] | None = None) -> set[str]:
    """Names that stand in the code as they are; in all files unless some are given."""
    return {name for path in files or sources() for name in _constants(path, MARKS)}


def recorded_events(files: Iterable[Path]) -> set[str]:
    """Names of events that transactions record; each gives a point before and one after its commit."""
    return {name for path in files for name in _constants(path, {"leaf"})}


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
