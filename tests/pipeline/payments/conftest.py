"""Roots with claims, at which nothing is paid."""

import json
from pathlib import Path

import pytest

from pipeline.hub import set_up
from pipeline.places import Root
from sandbox.payments import PLACES
from tests.pipeline.days import at, copied
from tests.pipeline.payments.till import owe
from vocabulary.clock import Clock

CONNECTIONS = {"claims": "claims", "collections": "collections", "deposits": "deposits", "receipts-system": "posted"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with four claims and nothing paid."""
    root = tmp_path_factory.mktemp("payments") / "root"
    set_up(Root(root), Clock(at(6)))
    for name, place in CONNECTIONS.items():
        cells = {"kind": "folder", "inbox": f"sandbox/payments/{place}"}
        (root / "connections" / f"{name}.json").write_text(json.dumps(cells), encoding="utf-8")
    for place in PLACES:
        (root / "sandbox/payments" / place).mkdir(parents=True)
    owe(root, "202611240600")
    return root


@pytest.fixture
def root(made: Path, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A root of the test's own. Only tests marked with the fixture ``pages`` draw the page, which takes longer than all the rest."""
    if "pages" not in request.fixturenames:
        monkeypatch.setattr("pipeline.steps.posting.write_report", lambda _hub: None)
    return copied(made, tmp_path / "root")


@pytest.fixture
def pages() -> None:
    """The page is drawn."""

