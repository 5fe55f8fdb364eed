"""``hub sync``: what clerks are told of copies, on a root whose night has run against the stand-ins."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from pipeline.cli import main
from pipeline.demo.world import at
from pipeline.flow import run_flow
from pipeline.hub import set_up
from pipeline.journal.copy_tables import copy_differences
from pipeline.places import Root
from sandbox import process, world
from tests.cli.messages import Hub
from tests.pipeline.days import DAY, NAHA, rows
from vocabulary.clock import Clock

NIGHT = at(22) + timedelta(minutes=5)
KIND, LARGEST = "jidoteate-jukyu", "yobosesshu"
ORDER = ("--actor", "情報政策課", "--reason", "確認した")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[process.Running]:
    """The stand-ins after a whole night."""
    folder = tmp_path_factory.mktemp("sync") / "root"
    set_up(Root(folder), Clock(at(6)))
    world.prepare(folder, seed=7, applications=12, day=DAY, municipality=NAHA, defects=())
    started = process.start(folder, now=NIGHT, script="quiet")
    run_flow("refresh_links", NAHA, root=Root(folder), clock=Clock(NIGHT))
    run_flow("nightly_sync", NAHA, root=Root(folder), clock=Clock(NIGHT))
    # The first load of the largest kind is above the drift limit: a person lets it through.
    approved = CliRunner().invoke(main, ["sync", "approve", LARGEST, *ORDER, "--root", str(folder)], env={"HUB_NOW": NIGHT.isoformat()})
    assert (approved.exit_code, "送信を承認しました" in approved.output) == (0, True), approved.output
    run_flow("nightly_sync", NAHA, root=Root(folder), clock=Clock(NIGHT))
    yield started
    process.stop(folder)


@pytest.fixture
def folder(running: process.Running, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Its root, at the hour of the night."""
    monkeypatch.setenv("HUB_NOW", NIGHT.isoformat())
    return running.root


def test_status_tells_each_kind_in_words_and_as_json(hub: Hub, folder: Path) -> None:
    shown = hub("sync", "status", "--root", folder)
    assert shown.exit_code == 0, shown.stderr
    assert "児童手当 受給情報" in shown.output
    assert "全件突合 2026-11-24" in shown.output
    lines = [json.loads(line) for line in hub("sync", "status", "--json", "--root", folder).output.splitlines()]
    assert (lines[0]["kind"], len(lines)) == (KIND, 5)
    for line in lines:
        assert line["records"] > 0
        assert (line["accepted_night"], line["compared_on"], line["unexpected"]) == ("2026-11-24", "2026-11-24", 0)
        assert line["records"] == line["accepted"] + line["failed"] + line["waiting"] + line["on_the_way"] + line["withheld"]


def test_a_difference_is_found_looked_at_explained_and_gone(hub: Hub, folder: Path, running: process.Running) -> None:
    copy = running.control.copies(KIND)[0]
    spoiled = {**copy["values"], "teategetsugaku": "7654321"}
    running.control.plant_copy(KIND, copy["atenabango"], spoiled, layout=copy["layout"], updated_at=NIGHT + timedelta(minutes=30))
    shown = hub("sync", "compare", KIND, "--root", folder)
    assert shown.exit_code == 1
    assert "値が違う 手当月額（円）（原因不明" in shown.output
    assert "7654321" not in shown.output
    assert copy["atenabango"] not in shown.output
    (number,) = [row.id for row in rows(folder, select(copy_differences).where(copy_differences.c.item == "teategetsugaku"))]
    found = hub("sync", "find", number, *ORDER, "--root", folder)
    assert copy["atenabango"] in found.output
    assert hub("sync", "explain", number, *ORDER, "--root", folder).exit_code == 0
    again = hub("sync", "compare", KIND, "--root", folder)
    assert (again.exit_code, "説明済み 確認した" in again.output) == (0, True)
    running.control.plant_copy(KIND, copy["atenabango"], copy["values"], layout=copy["layout"], updated_at=NIGHT + timedelta(minutes=30))
    last = hub("sync", "compare", KIND, "--root", folder)
    assert (last.exit_code, "解消 1件" in last.output) == (0, True)


def test_records_to_act_on_are_sent_again_when_a_person_says_so(hub: Hub, folder: Path) -> None:
    asked = hub("sync", "retry", KIND, *ORDER, "--root", folder)
    assert (asked.exit_code, "要対応の 0件" in asked.output) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("compare", "nothing"), "there is no kind of copies nothing"),
        (("approve", KIND, *ORDER), "no night of it waits for an approval"),
        (("approve", KIND), "--actor is missing"),
        (("retry", "nothing", *ORDER), "there is no kind of copies nothing"),
        (("explain", "99999", *ORDER), "there is no difference 99999"),
        (("find", "99999", "--actor", "x"), "--reason is missing"),
    ],
)
def test_what_is_asked_in_vain_ends_with_one_line_and_the_remedy(hub: Hub, folder: Path, arguments: tuple[str, ...], words: str) -> None:
    ended = hub("sync", *arguments, "--root", folder)
    assert ended.exit_code == 2
    assert words in ended.stderr
    assert ended.stderr.count("\n") == 1
