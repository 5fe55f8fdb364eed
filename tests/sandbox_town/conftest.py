"""A whole world with every defect, made once for each test process."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from lxml import etree

from sandbox.forms import NAMESPACE
from sandbox.world import CACHE_VARIABLE, prepare

DAY = date(2026, 11, 24)
APPLICATIONS = 98


@dataclass(frozen=True, slots=True)
class World:
    """A prepared world as its files say it."""

    home: Path
    listings: tuple[Mapping[str, Any], ...]
    expected: Mapping[str, Any]
    people: Mapping[str, Mapping[str, Any]]

    def defective(self, name: str) -> list[Mapping[str, Any]]:
        return [line for line in self.listings if line["defect"] == name]

    def good(self) -> list[Mapping[str, Any]]:
        receipts = set(self.expected["good"])
        return [line for line in self.listings if line["receipt"] in receipts]

    def package(self, line: Mapping[str, Any]) -> Path:
        return self.home / "portal" / str(line["zip"])

    def members(self, line: Mapping[str, Any]) -> dict[str, bytes]:
        with ZipFile(self.package(line)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    def application(self, line: Mapping[str, Any]) -> etree._Element:
        return etree.fromstring(self.members(line)["application.xml"])

    @staticmethod
    def value(root: etree._Element, path: str) -> str:
        found = root.findtext("/".join(f"{{{NAMESPACE}}}{name}" for name in path.split("/")))
        assert found is not None, path
        return found


def read_world(root: Path) -> World:
    home = root / "sandbox"
    lines = (home / "portal" / "listings.jsonl").read_text(encoding="utf-8").splitlines()
    people = [json.loads(line) for line in (home / "town" / "people.jsonl").read_text(encoding="utf-8").splitlines()]
    expected = json.loads((home / "expected.json").read_text(encoding="utf-8"))
    return World(home, tuple(json.loads(line) for line in lines), expected, {one["atena"]: one for one in people})


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("town-cache")
    earlier = os.environ.get(CACHE_VARIABLE)
    os.environ[CACHE_VARIABLE] = str(folder)
    yield folder
    os.environ.pop(CACHE_VARIABLE)
    if earlier is not None:
        os.environ[CACHE_VARIABLE] = earlier


@pytest.fixture(scope="session")
def world(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> World:
    root = tmp_path_factory.mktemp("world")
    prepare(root, seed=2, applications=APPLICATIONS, day=DAY)
    return read_world(root)


@pytest.fixture(scope="session")
def reader() -> Callable[[Path], World]:
    return read_world
