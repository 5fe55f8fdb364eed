"""The import names stay ours, and modules are named after what they hold."""

import importlib
import re
import sys
from importlib import metadata
from pathlib import Path

import pytest

PACKAGES = ["connectors", "mappings", "pipeline", "sandbox", "validation", "vocabulary"]
FOLDERS = ["dags", "docs", "municipalities", "sql", "tests"]
CATCH_ALL = re.compile(r"(^|_)(util|utils|helper|helpers|common|manager|managers|misc)(_|$)")


@pytest.mark.parametrize("name", PACKAGES)
def test_no_other_distribution_claims_a_package_of_ours(name: str, root: Path) -> None:
    owners = set(metadata.packages_distributions().get(name, []))
    assert owners <= {"municipal-hub"}, f"{name} also belongs to {owners}"
    imported = importlib.import_module(name)
    assert Path(str(imported.__file__)).resolve().is_relative_to(root)


@pytest.mark.parametrize("name", FOLDERS)
def test_folders_that_are_not_packages_stay_folders(name: str, root: Path) -> None:
    assert not (root / name / "__init__.py").exists()


def test_no_module_is_a_drawer_for_everything(sources: list[Path]) -> None:
    assert [path.name for path in sources if CATCH_ALL.search(path.stem)] == []


def test_dag_files_shadow_no_module(root: Path) -> None:
    taken = set(sys.stdlib_module_names) | set(metadata.packages_distributions()) | set(PACKAGES)
    assert [path.name for path in (root / "dags").glob("*.py") if path.stem in taken] == []


def test_only_the_named_packages_are_built(root: Path) -> None:
    built = sorted(path.parent.name for path in root.glob("*/__init__.py") if not path.parent.name.startswith("."))
    assert built == PACKAGES
