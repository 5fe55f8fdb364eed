"""The real catalogue, read once, and a copy of it that a test may spoil."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

import mappings
from mappings.catalogue import Catalogue, load_catalogue, mapping_for
from mappings.engine import Mapped, Source, map_batch
from mappings.examples import read_examples
from mappings.records import Context

DAY = date(2026, 11, 24)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """All specs of the project."""
    return load_catalogue()


@pytest.fixture
def specs(tmp_path: Path) -> Path:
    """A copy of the spec folders."""
    source = Path(mappings.__file__).parent
    for folder in ("procedures", "items", "formats", "codelists", "characters", "documents"):
        shutil.copytree(source / folder, tmp_path / folder)
    return tmp_path


@pytest.fixture
def example(catalogue: Catalogue) -> Callable[[str, int], Source]:
    """A fresh copy of a procedure's n-th example."""
    return lambda procedure, number: read_examples(catalogue.procedures[procedure])[number - 1].source


@pytest.fixture
def map_sources(catalogue: Catalogue) -> Callable[..., Mapped]:
    """Map sources of a procedure with the mapping of the test's day."""

    def run(procedure_id: str, *sources: Source) -> Mapped:
        procedure = catalogue.procedures[procedure_id]
        mapping = mapping_for(procedure, DAY, form_version=procedure.versions[0].form)
        return map_batch(procedure, mapping, sources, catalogue=catalogue, day=DAY)

    return run


@pytest.fixture
def context() -> Context:
    """The delivery of the test's day."""
    return Context(municipality="472018", business="027", procedure="nintei", day=DAY, sequence=7)
