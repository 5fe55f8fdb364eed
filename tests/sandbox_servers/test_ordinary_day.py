"""The ordinary day's faults against the hub's clients: asking again, and looking before asking again, is enough."""

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from connectors.connections import http_connection
from connectors.errors import TransientError
from connectors.portal import PortalClient, Withdrawn
from sandbox import process, world
from sandbox.journals import read_journal
from vocabulary.clock import JST

T = TypeVar("T")


def patiently(call: Callable[[], T]) -> T:
    for _ in range(3):
        try:
            return call()
        except TransientError:
            continue
    return call()


def test_every_line_of_a_town_arrives_once_and_is_acknowledged_once(tmp_path: Path) -> None:
    world.prepare(tmp_path, seed=7, applications=120, day=date(2026, 11, 24))
    lines = [json.loads(line) for line in (tmp_path / "sandbox/portal/listings.jsonl").read_text(encoding="utf-8").splitlines()]
    process.start(tmp_path, now=datetime(2026, 11, 24, 9, tzinfo=JST))
    try:
        with PortalClient(http_connection(tmp_path, "portal")) as portal:
            seen = _pull(portal)
            stored = {receipt for receipt, version in seen if version}
            for receipt in sorted(stored):
                reference = f"received-{receipt}"
                patiently(lambda number=receipt, name=reference: portal.update_status(number, "RECEIVED", name))
            assert all(status.status == "RECEIVED" for status in portal.statuses(stored).values())
    finally:
        process.stop(tmp_path)
    gone = {line["receipt"] for line in lines if line["withdrawn"]}
    assert seen == {(line["receipt"], None if line["receipt"] in gone else line["version"]) for line in lines}
    assert _effects(tmp_path, "status") == sorted(f"received-{receipt}" for receipt in stored)
    calls = read_journal(tmp_path / "sandbox/journals/calls.jsonl")
    played = {call["fault"] for call in calls} - {None}
    assert played == {"shift", "repeat_row", "token_expired", "unavailable", "lose_answer"}


def _pull(portal: PortalClient) -> set[tuple[str, int | None]]:
    """Every (receipt, version) that can be had, None where the application is gone; lists again until nothing new is offered."""
    asked: set[tuple[str, int]] = set()
    found: set[tuple[str, int | None]] = set()
    while fresh := [row for row in patiently(portal.listing) if (row.receipt, row.version) not in asked]:
        for row in fresh:
            asked.add((row.receipt, row.version))
            try:
                found.add((row.receipt, patiently(lambda receipt=row.receipt: portal.fetch(receipt)).version))
            except Withdrawn:
                found.add((row.receipt, None))
    return found


def _effects(root: Path, effect: str) -> list[Any]:
    return sorted(entry["key"] for entry in read_journal(root / "sandbox/journals/effects.jsonl") if entry["effect"] == effect)
