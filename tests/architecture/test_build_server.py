"""The build server's rule: a skipped test is a failed run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SKIPPING = """
import pytest

def test_that_runs():
    assert True

@pytest.mark.skipif(True, reason="a program is missing")
def test_that_is_skipped():
    assert True
"""


def _run(folder: Path, root: Path, *, server: str, options: list[str]) -> subprocess.CompletedProcess[str]:
    (folder / "test_skipping.py").write_text(SKIPPING, encoding="utf-8")
    environment = {**os.environ, "CI": server, "PYTHONPATH": f"{root}{os.pathsep}{root / 'tests'}", "PYTEST_ADDOPTS": ""}
    plain = [sys.executable, "-m", "pytest", "-c", os.devnull, "--rootdir", str(folder), "-p", "conftest", "-p", "no:cacheprovider"]
    return subprocess.run([*plain, *options, str(folder)], cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("options", [[], ["-n", "1"]], ids=["one process", "with workers"])
def test_a_skipped_test_fails_the_run_on_the_build_server(tmp_path: Path, root: Path, options: list[str]) -> None:
    result = _run(tmp_path, root, server="true", options=options)
    assert result.returncode == 1, result.stdout
    assert "1 skipped: under CI every test runs" in result.stdout


def test_a_skipped_test_is_let_pass_elsewhere(tmp_path: Path, root: Path) -> None:
    result = _run(tmp_path, root, server="", options=[])
    assert result.returncode == 0, result.stdout


def test_the_server_installs_what_tests_need_and_runs_make_test(root: Path) -> None:
    script = (root / ".ci/run").read_text(encoding="utf-8")
    assert os.access(root / ".ci/run", os.X_OK)
    assert "CI=true make test" in script
    assert subprocess.run(["bash", "-n", str(root / ".ci/run")], check=False).returncode == 0


def test_make_without_a_target_lists_every_target(root: Path) -> None:
    listed = subprocess.run(["make", "--no-print-directory"], cwd=root, capture_output=True, text=True, check=True).stdout
    for target in ("setup", "demo", "test", "lint", "types", "clean", "lock"):
        assert f"make {target} " in listed
