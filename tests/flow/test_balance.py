"""The balance says what really happened: the journal's figures against effects in the outside world, and red where one was touched."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.demo.summary import summarize
from pipeline.demo.world import DEMO_DAY, MUNICIPALITY, at
from pipeline.hub import open_hub
from pipeline.places import PROJECT, Root
from pipeline.steps.close_day import DayClose, inspect_day
from sandbox.journals import read_journal
from tests.flow import kills
from tests.flow.kills import Day
from tests.flow.outside_world import OutsideWorld, delivered_files, outside_world
from vocabulary.clock import Clock


@dataclass(frozen=True)
class Finished:
    """A day that ended, the same day run once more on the same root, and the effects after either."""

    root: Path
    first: Day
    again: Day
    effects: bytes
    effects_again: bytes

    @property
    def listed(self) -> list[dict[str, Any]]:
        """The portal's own list."""
        lines = (self.root / "sandbox" / "portal" / "listings.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    @property
    def outside(self) -> OutsideWorld:
        """What the outside world holds."""
        return outside_world(self.root)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Finished]:
    root = tmp_path_factory.mktemp("balance") / "root"
    journal = root / "sandbox" / "journals" / "effects.jsonl"
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=kills.warm_up) as worker:
        worker.submit(kills.new_root, root).result()
        first = worker.submit(kills.whole_day, root).result()
        effects = journal.read_bytes()
        again = worker.submit(kills.whole_day, root).result()
    yield Finished(root, first, again, effects, journal.read_bytes())


@pytest.fixture(scope="module")
def summary(finished: Finished) -> dict[str, Any]:
    with open_hub(Root(finished.root), MUNICIPALITY, Clock(at(18))) as hub:
        return summarize(hub, inspect_day(hub, DEMO_DAY), dags={}, seconds=0, seconds_day=0)


def close_of(root: Path) -> DayClose:
    with open_hub(Root(root), MUNICIPALITY, Clock(at(18))) as hub:
        return inspect_day(hub, DEMO_DAY)


def owed_destinations() -> dict[str, tuple[str, ...]]:
    """手続ID → receiving systems, from the municipality's file and the procedures' own."""
    declared = yaml.safe_load((PROJECT / "municipalities" / f"{MUNICIPALITY}.yaml").read_text(encoding="utf-8"))
    found = {}
    for name, setting in declared["procedures"].items():
        procedure = yaml.safe_load((PROJECT / "mappings" / "procedures" / name / "procedure.yaml").read_text(encoding="utf-8"))
        found[procedure["portal_id"]] = tuple(setting["destinations"])
    return found


def test_what_was_listed_and_stored_is_what_the_portal_showed_and_handed_out(finished: Finished, summary: dict[str, Any]) -> None:
    counts, owed = summary["applications"], owed_destinations()
    outside = [line for line in finished.listed if line["procedure"] not in owed]
    assert counts["listed"] == len(finished.listed)
    assert counts["out_of_scope"] == len(outside)
    assert counts["stored"] == len(finished.outside.fetched)
    assert counts["gone_before_fetch"] == len(finished.outside.withdrawn)
    assert counts["not_fetched"] == 0


def test_delivered_are_those_whose_number_stands_in_a_file_of_each_destination(finished: Finished, summary: dict[str, Any]) -> None:
    owed, there = owed_destinations(), finished.outside.owed_receipts
    receipts = {line["receipt"]: line["procedure"] for line in finished.listed if line["procedure"] in owed}
    complete = {receipt for receipt, procedure in receipts.items() if all(receipt in there.get(name, ()) for name in owed[procedure])}
    assert summary["applications"]["delivered"] == len(complete)
    outcomes = finished.first.outcomes.items()
    assert complete == {receipt for receipt, words in outcomes if any(word.startswith("delivered") for word in words)}


def test_statuses_and_notices_said_to_be_sent_are_those_that_arrived(finished: Finished, summary: dict[str, Any]) -> None:
    arrived = read_journal(finished.root / "sandbox" / "journals" / "effects.jsonl")
    counted = {kind: sum(entry["effect"] == kind for entry in arrived) for kind in ("status", "notice", "no_account")}
    assert (summary["statuses"]["owed"], summary["statuses"]["sent"]) == (counted["status"], counted["status"])
    for channel in ("statuses", "notices"):
        kinds = summary[channel]["kinds"].values()
        assert all(summary[channel][figure] == sum(one[figure] for one in kinds) for figure in ("owed", "sent"))
    assert summary["notices"]["sent"] == counted["notice"]
    assert summary["notices"]["undeliverable"] == counted["no_account"]
    assert counted["notice"] > 5


def test_every_figure_adds_up_to_the_whole(summary: dict[str, Any]) -> None:
    assert summary["balanced"] is True
    for counts in (summary["applications"], *summary["procedures"].values()):
        assert counts["listed"] == sum(counts[key] for key in ("stored", "out_of_scope", "not_fetched", "gone_before_fetch"))
        ends = ("delivered", "settled", "withdrawn", "held", "waiting")
        assert counts["carried_in"] + counts["stored"] == sum(counts[key] for key in ends)


def test_the_same_day_again_has_no_new_effect_and_is_still_balanced(finished: Finished) -> None:
    assert finished.effects_again == finished.effects
    assert finished.again == finished.first
    assert finished.first.balanced
    assert finished.first.faults == ()


def test_a_changed_byte_in_a_delivered_file_makes_the_close_red_and_names_the_application(finished: Finished, tmp_path: Path) -> None:
    root = shutil.copytree(finished.root, tmp_path / "root")
    file = next(path for path in delivered_files(root) if path.parent.name == "jidoteate-host")
    data = file.read_bytes()
    receipt = next(receipt for receipt in finished.outside.owed_receipts["jidoteate-host"] if receipt.encode() in data)
    place = data.index(receipt.encode()) + len(receipt)
    file.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
    found = close_of(root)
    assert not found.balanced
    assert [problem for problem in found.problems if file.name in problem and receipt in problem]


@pytest.mark.parametrize("table", ["applications", "listings"])
def test_a_row_taken_out_of_the_journal_makes_the_close_red_and_names_it(finished: Finished, tmp_path: Path, table: str) -> None:
    root = shutil.copytree(finished.root, tmp_path / "root")
    receipt = next(receipt for receipt, words in finished.first.outcomes.items() if words == ["delivered"])
    with sqlite3.connect(root / "hub.db") as database:
        assert database.execute(f"DELETE FROM {table} WHERE receipt = ?", [receipt]).rowcount == 1
    found = close_of(root)
    assert not found.balanced
    assert [problem for problem in found.problems if receipt in problem]
