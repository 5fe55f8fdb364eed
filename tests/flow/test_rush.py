"""200 people file at the same instant, 40 of them twins in pairs; two workers take them in at the same time on one journal."""

import csv
import io
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import func, select

from pipeline.hub import open_hub, set_up
from pipeline.journal.evidence_tables import log_leaves
from pipeline.journal.intake_tables import applications
from pipeline.log import write_log
from pipeline.log_verifier import verify_export
from pipeline.places import PROJECT, Root
from pipeline.steps.close_day import close_day
from pipeline.steps.refresh_links import refresh_links
from sandbox.journals import read_journal
from sandbox.process import start, stop
from sandbox.world import prepare_rush
from vocabulary.clock import JST, Clock

DAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=JST)
CODE = "472018"
APPLICANTS = 200
IN_ONE_FILE = 30
WORKER_SECONDS = 150
LAYOUTS = PROJECT / "mappings" / "formats" / "legacy-fixed" / "layouts"

Records = dict[str, list[tuple[str, frozenset[str]]]]


@dataclass(frozen=True)
class Rush:
    """What is left when both workers are quiet. done: what each of them moved, by step."""

    root: Root
    done: tuple[dict[str, int], ...]

    @property
    def people(self) -> dict[str, frozenset[str]]:
        """The town's own truth: 受付番号 → 宛名番号 of everybody whom the application names."""
        expected = json.loads((self.root.folder / "sandbox" / "expected.json").read_text(encoding="utf-8"))
        return {receipt: frozenset(found["persons"]) for receipt, found in expected["people"].items()}

    @property
    def effects(self) -> list[dict[str, Any]]:
        """What changed in the outside world."""
        return read_journal(self.root.folder / "sandbox" / "journals" / "effects.jsonl")


@pytest.fixture(scope="module")
def rush(tmp_path_factory: pytest.TempPathFactory, new_database: Any) -> Iterator[Rush]:
    folder = tmp_path_factory.mktemp("rush")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUB_DATABASE", new_database())
        patch.setenv("HUB_NOW", NOW.isoformat())
        patch.setenv("HUB_MUNICIPALITIES", str(_small_files(folder / "municipalities")))
        root = Root(folder / "root")
        root.folder.mkdir()
        prepare_rush(root.folder, seed=20261124, day=DAY, applicants=APPLICANTS, twin_pairs=20)
        set_up(root, Clock(NOW))
        start(root.folder, now=NOW, script="quiet")
        try:
            with open_hub(root, CODE, Clock(NOW)) as hub:
                refresh_links(hub)
            yield Rush(root, _work(root))
        finally:
            stop(root.folder)


def _small_files(folder: Path) -> Path:
    """Many small files instead of one large: the workers meet more often."""
    folder.mkdir()
    text = (PROJECT / "municipalities" / f"{CODE}.yaml").read_text(encoding="utf-8")
    (folder / f"{CODE}.yaml").write_text(text.replace("max_applications: 1000", f"max_applications: {IN_ONE_FILE}"), encoding="utf-8")
    return folder


def _work(root: Root) -> tuple[dict[str, int], ...]:
    command = [sys.executable, "-m", "tests.flow.rush_worker", str(root.folder), CODE]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    workers = [subprocess.Popen(command, cwd=PROJECT, env=dict(os.environ), text=True, **pipes) for _ in range(2)]
    try:
        for worker in workers:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "ready\n"
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write("go\n")
            worker.stdin.flush()
        said = [worker.communicate(timeout=WORKER_SECONDS) for worker in workers]
    finally:
        for worker in workers:
            if worker.poll() is None:
                worker.kill()
    assert [worker.returncode for worker in workers] == [0, 0], "\n".join(errors for _, errors in said)
    return tuple(json.loads(out) for out, _ in said)


def _fixed_records(data: bytes) -> Iterator[tuple[str, str, frozenset[str]]]:
    """(record kind, 受付番号, 宛名番号) of each data record, by the layout's widths in bytes and nothing else."""
    for line in data.split(b"\r\n")[1:-2]:
        layout = _layouts()[line[:3].decode()]
        cells: dict[str, str] = {}
        place = 3
        for field in layout["fields"]:
            width = int(field["width"])
            if "item" in field:
                cells[field["item"]] = line[place : place + width].decode("cp932").strip()
            place += width
        yield line[:3].decode(), cells["uketsukebango"], _numbers(cells)


@cache
def _layouts() -> dict[str, dict[str, Any]]:
    read = [yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader) for file in LAYOUTS.glob("*.yaml")]  # noqa: S506  strings only
    return {layout["kind"] + layout["sub"]: layout for layout in read}


def _csv_records(name: str, data: bytes) -> Iterator[tuple[str, str, frozenset[str]]]:
    for row in csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")):
        yield name.partition(f"_{CODE}_")[0], row["uketsukebango"], _numbers(row)


def _numbers(cells: dict[str, str]) -> frozenset[str]:
    return frozenset(value for item, value in cells.items() if item.endswith("atenabango") and value)


def _delivered(rush: Rush, destination: str) -> Iterator[tuple[str, str, str, frozenset[str]]]:
    """(file, record kind, 受付番号, 宛名番号) of all that a receiving system holds."""
    for file in sorted((rush.root.delivered / destination).iterdir()):
        read = _fixed_records(file.read_bytes()) if file.suffix == ".dat" else _csv_records(file.name, file.read_bytes())
        for kind, receipt, people in read:
            yield file.name, kind, receipt, people


def test_both_workers_had_a_part_in_the_rush(rush: Rush) -> None:
    for done in rush.done:
        assert sum(done.get(step, 0) for step in ("pull", "open", "verify", "identify", "map", "check")) > APPLICANTS / 10


@pytest.mark.parametrize("destination", ["jidoteate-host", "jidoteate-std"])
def test_every_file_carries_exactly_its_own_people(rush: Rush, destination: str) -> None:
    found: dict[str, set[str]] = defaultdict(set)
    for _, _, receipt, people in _delivered(rush, destination):
        assert people, "a record names nobody"
        assert people <= rush.people[receipt]
        found[receipt] |= people
    assert found == rush.people


@pytest.mark.parametrize("destination", ["jidoteate-host", "jidoteate-std"])
def test_every_application_stands_once_in_each_kind_of_record(rush: Rush, destination: str) -> None:
    files: dict[tuple[str, str], set[str]] = defaultdict(set)
    records: Counter[tuple[str, str, frozenset[str]]] = Counter()
    for file, kind, receipt, people in _delivered(rush, destination):
        files[kind, receipt].add(file)
        records[kind, receipt, people] += 1
    assert {len(names) for names in files.values()} == {1}
    assert set(records.values()) == {1}
    kinds = {kind for kind, _ in files}
    assert any({receipt for one, receipt in files if one == kind} == set(rush.people) for kind in kinds)
    assert len({name for names in files.values() for name in names}) > APPLICANTS / IN_ONE_FILE


def test_filing_numbers_have_no_gap_and_no_twin(rush: Rush) -> None:
    with open_hub(rush.root, CODE, Clock(NOW)) as hub:
        numbers = [row[0] for row in hub.journal.rows(select(applications.c.filing_number))]
        leaves = hub.journal.rows(select(func.count(), func.max(log_leaves.c.number)).select_from(log_leaves))[0]
    assert sorted(numbers) == list(range(1, APPLICANTS + 1))
    assert leaves[0] == leaves[1]


def test_the_day_balances_and_the_log_holds(rush: Rush, tmp_path: Path) -> None:
    with open_hub(rush.root, CODE, Clock(NOW)) as hub:
        found = close_day(hub, DAY)
        write_log(hub.journal, hub.keys, tmp_path / "log.jsonl")
    assert found.problems == ()
    assert found.balanced
    assert (found.balance.total.listed, found.balance.total.delivered) == (APPLICANTS, APPLICANTS)
    assert verify_export(tmp_path / "log.jsonl").good


def test_the_outside_world_saw_every_effect_once(rush: Rush) -> None:
    keys = Counter((effect["system"], effect["effect"], effect["key"]) for effect in rush.effects)
    assert {key: times for key, times in keys.items() if times > 1} == {}
    shown = Counter(effect["effect"] for effect in rush.effects if effect["system"] == "portal")
    assert sum(shown.values()) >= APPLICANTS


def test_every_application_has_its_case_folder_and_nothing_lies_half_written(rush: Rush) -> None:
    section = rush.root.cases / CODE / "jidoteate"
    assert {path.name for path in section.iterdir() if path.is_dir()} == set(rush.people)
    assert list(rush.root.cases.rglob(".*")) == []
    assert list(rush.root.delivered.rglob("*.part")) == []
