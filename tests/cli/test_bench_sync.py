"""``hub bench sync`` on a small size: all contenders find the same changes, and the line has the contract's shape."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.bench.contest import Contender
from pipeline.bench.copy_files import ACCEPTED, COLUMNS, CURRENT, KEY, SCATTERED, write_files
from pipeline.bench.rounds import Answer, Timed, UnequalLapsError, run_rounds
from pipeline.cli import main
from pipeline.sync.difference import CHANGE, DELETE, REGISTER, differences

SIZE = 20_000


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copies")
    write_files(folder, SIZE)
    return folder


def test_one_json_line_with_peers_floor_and_ratios() -> None:
    result = CliRunner().invoke(main, ["bench", "sync", "--size", "2000", "--json"])

    assert result.exit_code == 0, result.output
    line = json.loads(result.stdout)
    assert (line["bench"], line["size"]) == ("sync", 2000)
    peers = {"comm", "pandas", "csv-dict"}
    assert set(line["peers_s"]) == set(line["ratios"]["peer/ours"]) == peers
    assert set(line["peak_mb"]) == {"ours", *peers}
    assert min(line["ours_s"], line["floor_s"], line["unsorted"]["ours_s"]) >= 0


def test_one_record_in_two_hundred_differs_in_every_way(files: Path) -> None:
    lines = [(files / name).read_bytes().splitlines(keepends=True) for name in (ACCEPTED, CURRENT)]
    found = [change.operation for change in differences(*lines, key=KEY)]

    assert len(found) == pytest.approx(SIZE * 0.005, rel=0.3)
    assert set(found) == {REGISTER, CHANGE, DELETE}
    assert found.count(CHANGE) > found.count(REGISTER) + found.count(DELETE)


def test_files_are_sorted_and_the_scattered_one_holds_the_same_lines(files: Path) -> None:
    current = (files / CURRENT).read_bytes().splitlines()
    scattered = (files / SCATTERED).read_bytes().splitlines()

    assert current == sorted(current) != scattered
    assert sorted(scattered) == current
    assert {line.count(b"\x1f") for line in current} == {COLUMNS - 1}


def prepare_changing(folder: Path) -> Timed:
    """A contender that finds another thing each time."""
    seen = folder / "laps"

    def run() -> tuple[Answer, int]:
        seen.write_text(seen.read_text() + "x" if seen.exists() else "x")
        return seen.read_text, 0

    return run


def test_a_contender_whose_laps_disagree_is_no_measure(tmp_path: Path) -> None:
    contender = Contender("moody", f"{__name__}:prepare_changing")

    with pytest.raises(UnequalLapsError, match="moody"):
        run_rounds([contender], tmp_path, {"moody": 2}, lambda _: None)
