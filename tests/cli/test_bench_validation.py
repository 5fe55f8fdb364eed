"""``hub bench validation``: the promised line, the same verdicts by the peer, and red where they differ."""

import json

import pytest

from pipeline.bench import validation, validation_default, validation_hub
from pipeline.bench.contest import Score
from pipeline.bench.validation_checks import CHECKS, SPOILED, benchmark_part, benchmark_suite, map_rows
from tests.cli.messages import Hub
from validation.suites import EXPECTATIONS, plan

CHAIN = json.dumps({"map": 4.0, "check": 3.0, "release": 3.0, "gx": 1.2})


def scores(peer: str) -> list[Score]:
    found = (("ours", 1.0, "a"), ("gx-default", 2.0, peer), ("floor", 0.1, "c"), ("chain", 10.0, CHAIN))
    return [Score(name, seconds, 1.0, digest) for name, seconds, digest in found]


def test_sixty_checks_ask_every_expectation_and_the_peer_comes_to_the_same_counts() -> None:
    planned = plan(benchmark_suite())
    assert len(planned) == CHECKS
    assert {one.expectation for one in planned} == set(EXPECTATIONS)
    expected, columns = validation_hub.laid_out(benchmark_part(map_rows(1, 600)))
    ours = {check: len(rows) for check, rows in validation_hub.failed_rows(("s", "1"), expected, columns).items()}
    assert ours == validation_default.judge(expected, columns)
    assert sum(count > 0 for count in ours.values()) >= len(SPOILED) - 1


def test_the_line_tells_the_ratio_and_the_share_of_the_chain(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validation, "run_rounds", lambda *_: scores("a"))
    line = json.loads(hub("bench", "validation", "--size", "1000", "--json").output)
    assert line["ratios"]["peer/ours"] == {"gx-default": 2.0}
    assert line["share"] == {"gx": 0.12}
    assert line["chain_s"].keys() == {"map", "check", "release", "gx"}
    words = hub("bench", "validation", "--size", "1000").output
    assert "本システムの2.0倍の時間" in words
    assert "12.0%" in words


def test_other_verdicts_of_the_peer_are_red(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validation, "run_rounds", lambda *_: scores("b"))
    ended = hub("bench", "validation", "--size", "1000")
    assert ended.exit_code == 1
    assert "gx-default came to other verdicts than ours" in ended.output


def test_the_whole_measurement_runs(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validation, "_LAPS", dict.fromkeys(validation._LAPS, 1))
    line = json.loads(hub("bench", "validation", "--size", "1000", "--json").output)
    assert (line["bench"], line["size"], list(line["peers_s"])) == ("validation", 1000, ["gx-default"])
    assert 0 < line["share"]["gx"] < 1


def test_the_documents_of_a_day_are_measured_and_capped(hub: Hub) -> None:
    line = json.loads(hub("bench", "docs", "--size", "20", "--json").output)
    assert line.keys() == {"bench", "size", "pages", "build_s", "open_s", "page_bytes"}
    assert 0 < line["pages"] <= 20
    assert line["page_bytes"] > 1000
