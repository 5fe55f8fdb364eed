"""A running sandbox for the transport tests: real TLS, real SFTP, in a process of its own."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.connections import HttpConnection, SftpConnection, http_connection, load_connection
from sandbox import process
from sandbox.journals import read_journal
from vocabulary.clock import JST

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=JST)


@dataclass(frozen=True)
class World:
    """A sandbox with what tests look at from outside."""

    running: process.Running

    @property
    def root(self) -> Path:
        return self.running.root

    def http(self, name: str) -> HttpConnection:
        return http_connection(self.root, name)

    def sftp(self, name: str = "jidoteate-std") -> SftpConnection:
        found = load_connection(self.root, name)
        assert isinstance(found, SftpConnection)
        return found

    def arm(self, script: str) -> None:
        self.running.control.arm(script)

    def effects(self, system: str, effect: str) -> list[dict[str, Any]]:
        entries = read_journal(self.root / "sandbox" / "journals" / "effects.jsonl")
        return [entry for entry in entries if (entry["system"], entry["effect"]) == (system, effect)]

    def calls(self, system: str) -> list[dict[str, Any]]:
        entries = read_journal(self.root / "sandbox" / "journals" / "calls.jsonl")
        return [entry for entry in entries if entry["system"] == system]

    def list_applications(self, count: int, *, prefix: str, **fields: object) -> list[str]:
        """Add rows to the portal's list; returns their receipt numbers."""
        folder = self.root / "sandbox" / "portal"
        (folder / "zips").mkdir(exist_ok=True)
        receipts = [f"{prefix}-{number:08d}" for number in range(1, count + 1)]
        with (folder / "listings.jsonl").open("a", encoding="utf-8") as file:
            for number, receipt in enumerate(receipts):
                cells = {"receipt": receipt, "procedure": "PT27001", "version": 1, "appears": "start", "withdrawn": None, "defect": None}
                cells |= {"arrived_at": f"2026-11-23T{number % 24:02d}:00:00+09:00", "submitted_at": "2026-11-22T20:15:03+09:00"}
                cells |= fields
                cells["zip"] = f"zips/{receipt}.v{cells['version']}.zip"
                (folder / str(cells["zip"])).write_bytes(package(receipt, int(str(cells["version"]))))
                file.write(json.dumps(cells) + "\n")
        return receipts


def package(receipt: str, version: int = 1) -> bytes:
    """Bytes that stand for an application's ZIP: 50 kB, different for each application and version."""
    return b"PK" + hashlib.sha256(f"{receipt}.{version}".encode()).digest() * 1600


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    root = tmp_path_factory.mktemp("world")
    running = process.start(root, now=NOW, script="quiet")
    yield World(running)
    assert process.stop(root)


@pytest.fixture(autouse=True)
def quiet_again(request: pytest.FixtureRequest) -> Iterator[None]:
    """No test leaves its faults to the next."""
    yield
    if "world" in request.fixturenames:
        request.getfixturevalue("world").arm("quiet")
