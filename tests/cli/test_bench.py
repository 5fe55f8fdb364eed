"""``hub bench`` (処理速度の測定): equal bytes, the promised shape, and nothing of findings, leftovers and losses left out for speed."""

import json
from collections import Counter

import pytest

from mappings.records import Loss
from mappings.release import read
from pipeline.bench import contest, mapping, mapping_pandas
from pipeline.bench.contest import Score
from pipeline.bench.mapping_hub import Outcome, map_chunk, specs
from pipeline.bench.source_columns import LEFT_OVER, REFUSED, Chunk, draw_chunk
from tests.cli.messages import Hub

SIZE = 2_000


@pytest.fixture(scope="module")
def chunk() -> Chunk:
    """The first applications of the benchmark."""
    return draw_chunk(1, SIZE)


@pytest.fixture(scope="module")
def outcome(chunk: Chunk) -> Outcome:
    """What our own way makes of them."""
    return map_chunk(chunk)


def test_all_contenders_run_and_the_line_has_the_promised_shape(hub: Hub) -> None:
    shown = hub("bench", "mapping", "--size", str(SIZE), "--json")
    assert shown.exit_code == 0
    line = json.loads(shown.output)
    assert (line["bench"], line["size"], list(line["peers_s"])) == ("mapping", SIZE, ["pandas"])
    assert line.keys() == {"bench", "size", "ours_s", "peers_s", "floor_s", "ratios", "peak_mb"}
    assert line["ratios"]["peer/ours"].keys() == {"pandas"}
    assert line["peak_mb"].keys() == {"ours", "pandas"}
    assert min(line["ours_s"], line["peers_s"]["pandas"], line["floor_s"], line["ratios"]["ours/floor"]) > 0
    assert line["ratios"]["peer/ours"]["pandas"] == pytest.approx(line["peers_s"]["pandas"] / line["ours_s"], rel=0.05)


def test_unequal_bytes_are_red(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    scores = [Score("ours", 1.0, 1.0, "a"), Score("pandas", 3.0, 1.0, "b"), Score("floor", 0.1, 1.0, "c")]
    monkeypatch.setattr(mapping, "contest", lambda *_: scores)
    ended = hub("bench", "mapping", "--size", "10")
    assert ended.exit_code == 1
    assert "pandas wrote other bytes than ours" in ended.output


def test_without_json_a_person_reads_a_table(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    scores = [Score("ours", 1.0, 10.0, "a"), Score("pandas", 3.25, 20.0, "a"), Score("floor", 0.1, 1.0, "c")]
    monkeypatch.setattr(mapping, "contest", lambda *_: scores)
    shown = hub("bench", "mapping").output
    assert [f"{size:,}件" in shown for size in mapping.SIZES] == [True] * 3
    assert shown.count("本システムの3.2倍の時間") == 3


def test_every_spoiled_application_is_told_by_its_reason_and_no_other_is_refused(chunk: Chunk, outcome: Outcome) -> None:
    good = {chunk.applications[row] for row in chunk.good}
    refused = {application: finding.code for application, finding in outcome.findings if finding.code != "MAP_LEFTOVER"}
    assert refused.keys() == set(chunk.applications) - good
    codes = ("MAP_VALUE", "MAP_VALUE", "CHAR_UNMAPPABLE", "TEXT_TOO_LONG")
    planted = {
        number: code
        for (path, bad), code in zip(REFUSED, codes, strict=True)
        for number, value in zip(chunk.applications, chunk.columns[path], strict=True)
        if value == bad
    }
    assert refused == planted
    assert 0.005 * SIZE < len(refused) < 0.02 * SIZE


def test_every_leftover_is_said(chunk: Chunk, outcome: Outcome) -> None:
    said = [application for application, finding in outcome.findings if finding.code == "MAP_LEFTOVER" and finding.where == LEFT_OVER]
    held = [number for number, value in zip(chunk.applications, chunk.columns[LEFT_OVER], strict=True) if value is not None]
    assert said == held != []


def test_every_substitution_of_a_delivered_application_is_in_the_ledger(chunk: Chunk, outcome: Outcome) -> None:
    expected: Counter[tuple[int, str]] = Counter()
    for row in chunk.good:
        for column in chunk.columns.values():
            for sign in "〜−":
                expected[chunk.applications[row], f"U+{ord(sign):04X}"] += (column[row] or "").count(sign)
    assert counted(outcome.losses) == +expected
    assert sum(expected.values()) > 10


def counted(losses: tuple[Loss, ...]) -> Counter[tuple[int, str]]:
    """Substitutions by application and code point."""
    found: Counter[tuple[int, str]] = Counter()
    for loss in losses:
        found[loss.application, loss.source] += loss.times
    return found


def test_the_file_reads_back_to_the_good_applications(chunk: Chunk, outcome: Outcome) -> None:
    _, _, format_ = specs()
    records = read(format_, outcome.data)
    assert [record.fields["uketsukebango"] for record in records] == [f"20261124-{chunk.applications[row]:08d}" for row in chunk.good]
    assert len(records[0].fields) == mapping.ITEMS


def test_chunks_cover_every_application_once_and_the_draw_repeats_itself() -> None:
    assert list(contest._chunks(25, 10)) == [(1, 10), (11, 10), (21, 5)]
    assert draw_chunk(5, 300).columns == draw_chunk(5, 300).columns
    assert draw_chunk(5, 300).columns != draw_chunk(6, 300).columns


def test_rare_numbers_come_out_equal_too() -> None:
    chunk = draw_chunk(1, 200)
    for row, rare in zip(chunk.good, ("0000000", "0", "0000012"), strict=False):
        chunk.columns["控除額"][row] = chunk.columns["年間所得額"][row] = rare
    assert b"".join(mapping_pandas._lines(mapping_pandas._columns(chunk), 1)) == map_chunk(chunk).data
