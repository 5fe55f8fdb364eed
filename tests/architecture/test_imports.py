"""Who may import whom, and what a DAG file may cost when it is parsed."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

HEAVY = ["cryptography", "great_expectations", "lxml", "pandas", "paramiko", "sqlalchemy", "typst", "xmlsec"]

# Airflow brings some of them along by itself; only what our files add counts.
PARSE = """
import importlib.util, json, sys
import airflow.sdk
before = set(sys.modules)
for number, name in enumerate(sys.argv[2:]):
    spec = importlib.util.spec_from_file_location(f"parsed_{number}", name)
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
print(json.dumps(sorted({name.partition(".")[0] for name in set(sys.modules) - before} & set(json.loads(sys.argv[1])))))
"""


def test_import_contracts_hold(root: Path) -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([str(linter), "--no-cache"], cwd=root, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def _imported(path: Path) -> set[str]:
    """Top-level names that a file imports, at its top or inside functions."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return {name.partition(".")[0] for name in names}


def test_vocabulary_needs_the_standard_library_only(root: Path) -> None:
    for path in sorted((root / "vocabulary").rglob("*.py")):
        assert _imported(path) <= {*sys.stdlib_module_names, "vocabulary"}, path.name


def test_the_verifier_of_the_log_stands_alone(root: Path) -> None:
    assert _imported(root / "pipeline/log_verifier.py") <= set(sys.stdlib_module_names)


def test_airflow_is_named_only_where_flows_become_dags_and_where_the_demo_runs_them(root: Path, product: list[Path]) -> None:
    allowed = {"pipeline/scheduler.py", "pipeline/demo/day.py"}
    places = {path.relative_to(root).as_posix() for path in product if "airflow" in _imported(path)}
    assert {place for place in places if not place.startswith("dags/")} <= allowed


def test_parsing_the_dag_files_imports_no_heavy_library(root: Path, tmp_path: Path) -> None:
    dags = sorted(str(path) for path in (root / "dags").glob("*.py"))
    assert dags
    environment = {**os.environ, "AIRFLOW_HOME": str(tmp_path), "HUB_ROOT": str(tmp_path / "root")}
    result = subprocess.run(
        [sys.executable, "-c", PARSE, json.dumps(HEAVY), *dags], cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout.splitlines()[-1]) == []
