"""What goes wrong at the intermediate server, by fault scripts."""

import base64
import hashlib
import http.client
from datetime import timedelta

import pytest

from tests.sandbox_middle.conftest import NIGHT, RESIDENT, Middle


def row(record: str, bango: str) -> tuple[str, ...]:
    return (record, "1", RESIDENT, bango, "", "", "1")


def test_a_stop_in_the_middle_of_a_file_ends_and_the_file_goes_on(middle: Middle) -> None:
    middle.running.control.arm("middle-stops")
    assert middle.send("A", [row("1", "A1")], part=1, parts=2)[0] == 200
    for _ in range(2):
        assert middle.send("A", [row("2", "A2")], part=2, parts=2)[0] == 503
    assert middle.ask("sym/20212")[1]["until"] == (NIGHT + timedelta(hours=1)).isoformat()
    middle.running.control.set_clock(NIGHT + timedelta(hours=1))
    assert middle.send("A", [row("2", "A2")], part=2, parts=2)[0] == 200
    assert middle.codes("A") == ["OK", "OK"]


@pytest.fixture(autouse=True)
def after_the_stop(middle: Middle) -> None:
    """Later than the stop that another test's script caused."""
    if middle.ask("sym/20212")[1]["state"] == "stopped":
        middle.running.control.set_clock(NIGHT + timedelta(hours=2))


def test_some_records_of_a_file_fail(middle: Middle) -> None:
    middle.running.control.arm("middle-partial")
    middle.send("B", [row(str(place), f"B{place}") for place in range(1, 15)])
    codes = middle.codes("B")
    assert [place for place, code in enumerate(codes, 1) if code != "OK"] == [7, 14]
    assert set(codes) == {"OK", "CODE_NOT_OBTAINED"}


def test_results_are_late_even_when_the_server_works(middle: Middle) -> None:
    middle.running.control.arm("middle-results-late")
    middle.send("C", [row("1", "C1")])
    middle.running.control.settle("middle")
    assert [middle.ask("dbm/20314", requestId="C")[1]["state"] for _ in range(3)] == ["processing"] * 3
    middle.running.control.set_clock(NIGHT + timedelta(days=1))
    assert middle.codes("C") == ["OK"]


def test_rows_of_a_result_come_twice(middle: Middle) -> None:
    middle.running.control.arm("middle-results-twice")
    middle.send("D", [row("1", "D1")])
    assert middle.codes("D") == ["OK", "OK"]
    assert [key for key in middle.effects("copy_registered") if key.startswith("D/")] == ["D/1"]


def test_a_result_is_of_another_request_or_holds_an_unknown_record_or_is_lost(middle: Middle) -> None:
    middle.running.control.arm("middle-results-foreign")
    middle.send("E", [row("1", "E1")])
    middle.running.control.settle("middle")
    answers = [middle.ask("dbm/20314", requestId="E")[1] for _ in range(7)]
    assert [answer["requestId"] == "E" for answer in answers] == [True, False, True, True, True, True, True]
    assert [len(answer.get("rows", [])) for answer in answers] == [1, 1, 1, 2, 1, 0, 1]
    assert answers[5]["state"] == "unknown"
    middle.ask("tkm/40113", requestId="E", **{"from": "2026-11-24", "until": "2026-11-24"})
    middle.running.control.settle("middle")
    for whole in (True, False):
        file = middle.ask("tkm/40124", requestId="E")[1]["files"][-1]
        assert (hashlib.sha256(base64.b64decode(file["content"])).hexdigest() == file["sha256"]) == whole


def test_a_lost_answer_is_asked_for_again_without_a_second_effect(middle: Middle) -> None:
    middle.running.control.arm("middle-lost-answers")
    with pytest.raises((http.client.HTTPException, OSError)):
        middle.send("G", [row("1", "G1")])
    assert middle.send("G", [row("1", "G1")])[0] == 200
    assert [key for key in middle.effects("part_received", "copy_registered") if key.startswith("G/")] == ["G/1"]
    assert middle.codes("G") == ["OK"]
