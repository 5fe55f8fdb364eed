"""The project's own files, as the tests about the repository see them."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GENERATED = {".git", ".venv", "var", "build", "__pycache__"}


def _listed_by_git() -> list[Path]:
    """Tracked files and new ones that are not ignored; empty where the tree is no git clone."""
    answer = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"], capture_output=True, check=False
    )
    return [ROOT / name for name in answer.stdout.decode().split("\0") if name] if answer.returncode == 0 else []


def _found_in_folders() -> list[Path]:
    return [path for path in ROOT.rglob("*") if not GENERATED.intersection(path.relative_to(ROOT).parts)]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def files() -> list[Path]:
    """Every file of the project, fixtures included."""
    return sorted(path for path in _listed_by_git() or _found_in_folders() if path.is_file())


@pytest.fixture(scope="session")
def sources(files: list[Path]) -> list[Path]:
    """The project's Python files; fixtures belong to others."""
    return [path for path in files if path.suffix == ".py" and ROOT / "tests" / "fixtures" not in path.parents]


@pytest.fixture(scope="session")
def product(sources: list[Path]) -> list[Path]:
    """Python files that run in production or in the sandbox."""
    return [path for path in sources if path.relative_to(ROOT).parts[0] != "tests"]
