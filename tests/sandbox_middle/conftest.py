"""Sandboxes with an intermediate server of their own: a hand-made town, two kinds of copies, and a client that speaks HTTPS to it."""

import base64
import csv
import hashlib
import http.client
import io
import json
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from sandbox import process
from sandbox.journals import read_journal
from vocabulary.clock import JST

NIGHT = datetime(2026, 11, 24, 22, 0, tzinfo=JST)
NAHA = "472018"
NEWCOMER, PROTECTED, FORGOTTEN = "000000000000017", "000000000000025", "000000000000033"
RESIDENT, OTHER = "000000000000041", "000000000000058"
PEOPLE = {NEWCOMER: ("2026-11-20", False), PROTECTED: ("2020-04-01", True), FORGOTTEN: ("2020-04-01", True)}
PEOPLE |= dict.fromkeys((RESIDENT, OTHER), ("2020-04-01", False))
KIND = """
id: teate
title: 手当 受給情報
code: TK1
key: [atenabango, bango]
items:
  atenabango: {title: 宛名番号, type: "9", length: 15, required: yes}
  bango: {title: 認定番号, type: X, length: 4, required: yes}
  jiyu: {title: 事由, type: Ｎ, length: 5}
  hi: {title: 認定日, type: DATE}
  gaku: {title: 月額, type: "9", length: 6, required: yes}
  ninzu: {title: 人数, type: "9", length: 2}
layouts:
  - {version: 2026-06, valid_from: 2026-06-01, valid_until: 2027-05-31, items: [atenabango, bango, jiyu, hi, gaku]}
  - {version: 2027-06, valid_from: 2027-06-01, valid_until: 9999-12-31, items: [atenabango, bango, jiyu, hi, gaku, ninzu]}
shown: {bango: 認定番号, gaku: 手当の月額（円）}
"""
HEADER = ("recordid", "operation", "atenabango", "bango", "jiyu", "hi", "gaku")


@dataclass
class Middle:
    """A running server and a client of it that logs in by itself."""

    running: process.Running
    token: str = ""

    @property
    def root(self) -> Path:
        return self.running.root

    def ask(self, function: str, **body: Any) -> tuple[int, dict[str, Any]]:
        """Status and JSON body of a call."""
        if not self.token:
            self.token = self._log_in()
        status, data = self.call("POST", f"/middle/{function}", json.dumps(body))
        return status, json.loads(data)

    def call(self, method: str, path: str, body: str = "") -> tuple[int, bytes]:
        """Status and raw body."""
        context = ssl.create_default_context(cafile=str(self.root / "sandbox" / "tls" / "ca.pem"))
        link = http.client.HTTPSConnection("127.0.0.1", self.running.ports.portal, timeout=20, context=context)
        try:
            link.request(method, path, body, {"Authorization": f"Bearer {self.token}"})
            answer = link.getresponse()
            return answer.status, answer.read()
        finally:
            link.close()

    def send(
        self, request_id: str, rows: Sequence[Sequence[str]], *, header: Sequence[str] = HEADER, **more: Any
    ) -> tuple[int, dict[str, Any]]:
        """Send one part of a file of copies."""
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerows([header, *rows])
        data = text.getvalue().encode()
        body = {"requestId": request_id, "kind": "teate", "layout": "2026-06", "municipality": NAHA, "part": 1, "parts": 1}
        body |= {"sha256": hashlib.sha256(data).hexdigest(), "content": base64.b64encode(data).decode()}
        return self.ask("dbm/20113", **{**body, **more})

    def codes(self, request_id: str) -> list[str]:
        """The code of each record of a file that is worked off now."""
        self.running.control.settle("middle")
        answer = self.ask("dbm/20314", requestId=request_id)[1]
        assert answer["state"] == "done", answer
        return [row["code"] for row in answer["rows"]]

    def effects(self, *names: str) -> list[str]:
        """Keys of the effects of these names, in order."""
        entries = read_journal(self.root / "sandbox" / "journals" / "effects.jsonl")
        return [entry["key"] for entry in entries if entry["system"] == "middle" and entry["effect"] in names]

    def _log_in(self) -> str:
        secret = (self.root / "sandbox" / "secrets" / "middle").read_text()
        status, data = self.call("POST", "/middle/login", json.dumps({"clientId": NAHA, "secret": secret}))
        assert status == 200
        return str(json.loads(data)["token"])


def make_root(root: Path, people: Mapping[str, tuple[str, bool]]) -> Path:
    """A root with a kind of copies of its own, and a town when there are people."""
    kinds, town = root / "sandbox" / "middle" / "kinds", root / "sandbox" / "town"
    kinds.mkdir(parents=True)
    (kinds / "teate.yaml").write_text(KIND, encoding="utf-8")
    if people:
        town.mkdir(parents=True)
        (town / "made.json").write_text(json.dumps({"seed": 7, "day": "2026-11-24", "municipality": NAHA}))
        rows = [
            {"atena": atena, "family": "那覇", "given": f"人{place}", "moved": moved, "birth": "1990-01-01", "protected": protected}
            for place, (atena, (moved, protected)) in enumerate(people.items())
        ]
        (town / "people.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Middle]]:
    """Starts servers that end with the module."""
    roots = []

    def run(*, people: Mapping[str, tuple[str, bool]] = PEOPLE, script: str = "quiet") -> Middle:
        root = make_root(tmp_path_factory.mktemp("root"), people)
        roots.append(root)
        return Middle(process.start(root, now=NIGHT, script=script))

    yield run
    for root in roots:
        process.stop(root)


@pytest.fixture(scope="module")
def shared(start: Callable[..., Middle]) -> Middle:
    """One server for tests that use records of their own."""
    return start()


@pytest.fixture
def middle(shared: Middle) -> Iterator[Middle]:
    """The shared server at the first night, without faults and without stops."""
    yield shared
    shared.running.control.set_stops([])
    shared.running.control.arm("quiet")
    shared.running.control.set_clock(NIGHT)
