"""The client of the intermediate server against its stand-in over real TLS."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from connectors.errors import PermanentError, TransientError
from connectors.intermediate import FLAGS, ROWS_PER_REQUEST, Flag, IntermediateClient, OtherRequestError
from connectors.intermediate_records import FlagState, Inquiry, Part, RecordResult
from vocabulary.clock import JST

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=JST)
RESIDENT, OTHER = "000000000000019", "000000000000027"
HEADER = (
    "recordid", "operation", "atenabango", "ninteibango", "jukyushakubun", "ninteinengappi", "shikyukaishinengetsu", "shikyutaishojidosu",
    "teategetsugaku", "saishushiharaibi", "saishushiharaigaku", "shometsunengappi", "shometsujiyu",
)  # fmt: skip


def record(number: str, bango: str, *, operation: str = "1", kubun: str = "1", person: str = RESIDENT) -> Sequence[str]:
    return (number, operation, person, bango, kubun, "2026-04-01", "2026-05", "2", "20000", "", "", "", "")


def part(request_id: str, rows: Sequence[Sequence[str]], *, place: int = 1, of: int = 1, municipality: str = "472018") -> Part:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([HEADER, *rows])
    return Part(request_id, "jidoteate-jukyu", "2026-06", municipality, place, of, text.getvalue().encode())


@pytest.fixture
def middle(world: Any) -> Iterator[IntermediateClient]:
    with IntermediateClient(world.http("middle")) as client:
        yield client
    world.running.control.set_stops([])


def test_the_operating_state_tells_of_planned_stops(world: Any, middle: IntermediateClient) -> None:
    start = NOW + timedelta(hours=5)
    world.running.control.set_stops([(start, start + timedelta(hours=2))])
    state = middle.operating_state()
    assert (state.state, state.until) == ("running", None)
    assert (state.stops[0].start, state.stops[0].until) == (start, start + timedelta(hours=2))


def test_a_stopped_server_answers_its_state_only(world: Any, middle: IntermediateClient) -> None:
    end = NOW + timedelta(hours=1)
    world.running.control.set_stops([(NOW - timedelta(hours=1), end)])
    assert (middle.operating_state().state, middle.operating_state().until) == ("stopped", end)
    with pytest.raises(TransientError, match="503"):
        middle.send_part(part("stopped", [record("1", "S1")]))


def test_masters_name_the_layouts_and_their_first_days(middle: IntermediateClient) -> None:
    masters = middle.masters(NOW)
    listed = {(one.kind, one.version): one.valid_from for one in masters.layouts}
    assert listed["jidoteate-jukyu", "2026-06"] == date(2026, 6, 1)
    assert listed["jidoteate-jukyu", "2027-06"] == date(2027, 6, 1)


def test_a_file_in_parts_gets_a_result_for_each_record_and_the_copies_can_be_listed(world: Any, middle: IntermediateClient) -> None:
    assert middle.request_result("parts").state == "unknown"
    middle.send_part(part("parts", [record("1", "P1"), record("2", "P1")], of=2))
    assert middle.request_result("parts").state == "incomplete"
    middle.send_part(part("parts", [record("1", "P1"), record("2", "P1")], of=2))
    middle.send_part(part("parts", [record("3", "P2", kubun="9")], place=2, of=2))
    assert middle.request_result("parts").state == "processing"
    world.running.control.settle("middle")
    result = middle.request_result("parts")
    assert [(row.code, row.item) for row in result.rows] == [("OK", ""), ("ALREADY_EXISTS", ""), ("ITEM_INVALID", "jukyushakubun")]
    assert [row.good for row in result.rows] == [True, False, False]
    (copy,) = [one for one in middle.copies("jidoteate-jukyu") if one.values["ninteibango"] == "P1"]
    assert (copy.atena, copy.layout, copy.updated_at, copy.values["teategetsugaku"]) == (RESIDENT, "2026-06", NOW, "20000")


def test_other_content_under_the_same_part_is_refused(middle: IntermediateClient) -> None:
    middle.send_part(part("same", [record("1", "Q1")], of=2))
    with pytest.raises(PermanentError, match="409"):
        middle.send_part(part("same", [record("1", "Q2")], of=2))


def test_a_file_of_another_municipality_is_refused(middle: IntermediateClient) -> None:
    with pytest.raises(PermanentError, match="400"):
        middle.send_part(part("foreign", [record("1", "R1")], municipality="131016"))


@pytest.mark.parametrize("flag", FLAGS)
def test_a_flag_is_set_and_seen(world: Any, middle: IntermediateClient, flag: Flag) -> None:
    middle.set_flags(flag, f"set-{flag}", {OTHER: True})
    assert middle.flag_results(flag, f"set-{flag}") is None
    world.running.control.settle("middle")
    assert [(row.atena, row.code) for row in middle.flag_results(flag, f"set-{flag}") or ()] == [(OTHER, "OK")]
    middle.ask_flags(f"ask-{flag}", [OTHER, "12345"])
    world.running.control.settle("middle")
    (state,) = middle.flag_states(f"ask-{flag}") or ()
    assert isinstance(state, FlagState)
    assert state.atena == OTHER
    assert getattr(state, flag)


def test_an_inquiry_gets_its_number_and_stands_in_the_records_of_exchange(world: Any, middle: IntermediateClient) -> None:
    middle.send_inquiries("ski", [Inquiry("I-1", RESIDENT, "027-01", "kojin-juminzei")] * 2)
    world.running.control.settle("middle")
    assert [row.result for row in middle.inquiries_taken("ski") or ()] == ["OK", "ALREADY_EXISTS"]
    middle.ask_inquiry_results("ski-r", ["I-1"])
    world.running.control.settle("middle")
    (result,) = middle.inquiry_results("ski-r") or ()
    middle.ask_exchange("tkm", NOW - timedelta(hours=9), NOW + timedelta(hours=15))
    assert middle.exchange_files("tkm") is None
    world.running.control.settle("middle")
    files = middle.exchange_files("tkm") or ()
    rows = [row for file in files for row in csv.DictReader(io.StringIO(file.content.decode(), newline=""))]
    assert [(row["shoritsuban"], row["atenabango"]) for row in rows] == [(result.sequence, RESIDENT)]


def test_self_information_is_what_the_portal_shows(world: Any, middle: IntermediateClient) -> None:
    middle.send_part(part("self", [record("1", "J1", person="000000000000035")]))
    number = world.running.control.request_number("000000000000035")
    for ask in (middle.ask_self_status, middle.ask_self_content):
        ask("jtk", number)
    world.running.control.settle("middle")
    status, content = middle.self_status("jtk"), middle.self_content("jtk")
    assert status is not None
    assert content is not None
    assert (status.state, status.atena, content.hidden) == ("prepared", "000000000000035", False)
    (copy,) = content.copies
    assert ("手当の月額（円）", "20000") in copy.values
    assert "20000" not in repr(content)


def test_a_request_number_that_nobody_made_is_unknown(world: Any, middle: IntermediateClient) -> None:
    middle.ask_self_status("nobody", "J0")
    world.running.control.settle("middle")
    found = middle.self_status("nobody")
    assert found is not None
    assert (found.state, found.copies) == ("unknown", ())


def test_too_many_rows_in_one_request_are_refused_before_anything_is_sent(world: Any, middle: IntermediateClient) -> None:
    before = len(world.calls("middle"))
    with pytest.raises(PermanentError, match="more than 1000 rows"):
        middle.ask_flags("many", [RESIDENT] * (ROWS_PER_REQUEST + 1))
    assert len(world.calls("middle")) == before


def test_the_answer_to_another_request_is_never_used(world: Any, middle: IntermediateClient) -> None:
    middle.send_part(part("other", [record("1", "O1")]))
    world.running.control.settle("middle")
    world.arm("middle-results-foreign")
    problems = []
    for _ in range(4):
        try:
            middle.request_result("other")
        except OtherRequestError as error:
            problems.append(str(error))
    assert problems
    world.arm("quiet")
    assert RecordResult("1", "OK", "") in middle.request_result("other").rows
