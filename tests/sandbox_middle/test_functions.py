"""Operating state, flags, inquiries and self-information of the intermediate server."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.sandbox_middle.conftest import FORGOTTEN, NEWCOMER, NIGHT, OTHER, PROTECTED, RESIDENT, Middle

INQUIRY = {"atenabango": RESIDENT, "dutyCode": "027-01", "itemCode": "kojin-juminzei"}


def answer(middle: Middle, function: str, request_id: str) -> dict[str, Any]:
    middle.running.control.settle("middle")
    return middle.ask(function, requestId=request_id)[1]


def test_the_server_runs_then_closes_then_is_stopped(middle: Middle) -> None:
    control = middle.running.control
    stop = (NIGHT + timedelta(hours=1), NIGHT + timedelta(hours=2))
    control.set_stops([stop])
    told = []
    for minutes in (0, 30, 60, 120):
        control.set_clock(NIGHT + timedelta(minutes=minutes))
        status, state = middle.ask("sym/20212")
        assert status == 200
        told.append((state["state"], state["until"], middle.ask("scm/30112")[0]))
    start, end = (moment.isoformat() for moment in stop)
    assert told == [("running", None, 200), ("closing", start, 200), ("stopped", end, 503), ("running", None, 200)]
    control.set_clock(NIGHT)
    assert {"from": start, "until": end} in middle.ask("sym/20212")[1]["plannedStops"]


def test_nothing_is_worked_off_while_the_server_is_stopped(middle: Middle) -> None:
    middle.ask("dbm/90123", requestId="W", atenabango=[RESIDENT])
    middle.running.control.set_stops([(NIGHT, NIGHT + timedelta(hours=1))])
    assert middle.running.control.settle("middle") == 0
    assert middle.ask("dbm/90134", requestId="W") == (503, {"code": "STOPPED", "message": "STOPPED"})
    middle.running.control.set_stops([])
    assert middle.running.control.settle("middle") == 1


def test_the_declared_schedule_stops_the_server_on_sundays_and_at_the_turn_of_the_year(middle: Middle) -> None:
    states = []
    for day, hour in ((29, 4), (29, 6), (30, 4)):
        middle.running.control.set_clock(datetime(2026, 11, day, hour, tzinfo=NIGHT.tzinfo))
        states.append(middle.ask("sym/20212")[1]["state"])
    middle.running.control.set_clock(datetime(2027, 1, 1, 12, tzinfo=NIGHT.tzinfo))
    assert [*states, middle.ask("sym/20212")[1]["state"]] == ["stopped", "running", "running", "stopped"]


def test_protected_people_are_flagged_but_for_what_was_forgotten(middle: Middle) -> None:
    middle.ask("dbm/90123", requestId="P", atenabango=[PROTECTED, FORGOTTEN, RESIDENT, "x"])
    rows = answer(middle, "dbm/90134", "P")["rows"]
    assert rows == [
        {"atenabango": PROTECTED, "nondisclosure": "1", "autoresponse_off": "0"},
        {"atenabango": FORGOTTEN, "nondisclosure": "0", "autoresponse_off": "1"},
        {"atenabango": RESIDENT, "nondisclosure": "0", "autoresponse_off": "0"},
        {"atenabango": "x", "result": "NG", "code": "ITEM_INVALID:atenabango"},
    ]


@pytest.mark.parametrize(("asked", "answered", "flag"), [("80123", "80134", "nondisclosure"), ("50123", "50134", "autoresponse_off")])
def test_a_flag_is_set_for_each_person_once(middle: Middle, asked: str, answered: str, flag: str) -> None:
    rows = [{"atenabango": OTHER, "flag": "1"}, {"atenabango": NEWCOMER, "flag": "2"}, {"atenabango": "", "flag": "1"}]
    for _ in range(2):
        assert middle.ask(f"dbm/{asked}", requestId="F", rows=rows) == (200, {"accepted": True})
        codes = [row["code"] for row in answer(middle, f"dbm/{answered}", "F")["rows"]]
        assert codes == ["OK", "ITEM_INVALID:flag", "ITEM_INVALID:atenabango"]
    assert middle.running.control.flags(OTHER)[flag] == "1"
    middle.ask(f"dbm/{asked}", requestId="F0", rows=[{"atenabango": OTHER, "flag": "1"}])
    answer(middle, f"dbm/{answered}", "F0")
    assert middle.ask(f"dbm/{asked}", requestId="F", rows=rows[:1])[0] == 409
    middle.running.control.set_flags(OTHER, nondisclosure="0", autoresponse_off="0")
    assert set(middle.running.control.flags(OTHER).values()) == {"0"}


def test_flags_are_journalled_without_naming_anybody(middle: Middle) -> None:
    middle.ask("dbm/80123", requestId="J", rows=[{"atenabango": OTHER, "flag": "1"}])
    answer(middle, "dbm/80134", "J")
    assert "J/1" in middle.effects("flag_set")
    middle.running.control.set_flags(OTHER, nondisclosure="0", autoresponse_off="0")


def test_an_inquiry_is_made_once_and_leaves_a_record_of_exchange(middle: Middle) -> None:
    people = {"I1": RESIDENT, "I2": NEWCOMER, "I3": "x"}
    rows = [{"inquiryId": inquiry, **INQUIRY, "atenabango": person} for inquiry, person in people.items()]
    assert middle.ask("ski/10123", requestId="I", rows=rows)[0] == 200
    taken = answer(middle, "ski/10134", "I")["rows"]
    assert [row["code"] for row in taken] == ["OK", "CODE_NOT_OBTAINED", "ITEM_INVALID:atenabango"]
    middle.ask("ski/10123", requestId="I again", rows=rows[:1])
    assert [row["code"] for row in answer(middle, "ski/10134", "I again")["rows"]] == ["ALREADY_EXISTS"]
    middle.ask("ski/11123", requestId="I", inquiryIds=["I1", "I2"])
    first, second = answer(middle, "ski/11134", "I")["rows"]
    assert first["result"] in {"provided", "no_record"}
    assert len(first["sequence"]) == 18
    assert second == {"inquiryId": "I2", "sequence": "", "result": "NOT_FOUND"}
    assert middle.effects("inquiry_made") == ["I/I1"]
    middle.ask("tkm/40113", requestId="I", **{"from": "2026-11-24", "until": "2026-11-24"})
    records = answer(middle, "tkm/40124", "I")["files"]
    assert records


def test_self_information_is_what_the_portal_shows(middle: Middle) -> None:
    cells = {"bango": "J1", "jiyu": "転入", "hi": "", "gaku": "10000"}
    middle.running.control.plant_copy("teate", RESIDENT, cells, layout="2026-06", updated_at=NIGHT)
    number = middle.running.control.request_number(RESIDENT)
    assert number == middle.running.control.request_number(RESIDENT) != middle.running.control.request_number(OTHER)
    middle.ask("jtk/10121", requestId="J", requestNumber=number)
    status = {"requestNumber": number, "status": "prepared", "atenabango": RESIDENT}
    assert answer(middle, "jtk/10134", "J") == {"requestId": "J", "state": "done", **status}
    middle.ask("jtk/10223", requestId="J", requestNumber=number)
    told = answer(middle, "jtk/10234", "J")
    (copy,) = (copy for copy in told["copies"] if copy["values"][0]["value"] == "J1")
    assert (copy["kind"], copy["title"]) == ("teate", "手当 受給情報")
    assert copy["values"] == [{"label": "認定番号", "value": "J1"}, {"label": "手当の月額（円）", "value": "10000"}]


def test_self_information_of_somebody_who_is_not_disclosed_or_not_there_is_empty(middle: Middle) -> None:
    cells = {"bango": "J2", "jiyu": "", "hi": "", "gaku": "1"}
    middle.running.control.plant_copy("teate", PROTECTED, cells, layout="2026-06", updated_at=NIGHT)
    middle.ask("jtk/10223", requestId="hidden", requestNumber=middle.running.control.request_number(PROTECTED))
    hidden = answer(middle, "jtk/10234", "hidden")
    assert (hidden["status"], hidden["nondisclosure"], hidden["copies"]) == ("prepared", "1", [])
    middle.ask("jtk/10223", requestId="nobody", requestNumber="J0")
    nobody = answer(middle, "jtk/10234", "nobody")
    assert (nobody["status"], nobody["copies"]) == ("unknown", [])


@pytest.mark.parametrize(
    ("function", "body"),
    [
        ("dbm/80123", {"rows": [{"atenabango": RESIDENT}]}),
        ("dbm/90123", {"atenabango": RESIDENT}),
        ("ski/10123", {"rows": [{"inquiryId": "1"}]}),
        ("ski/11123", {"inquiryIds": [1]}),
        ("tkm/40113", {"from": "yesterday", "until": "2026-11-24"}),
        ("jtk/10223", {}),
    ],
)
def test_a_request_that_lacks_something_is_not_taken(middle: Middle, function: str, body: dict[str, Any]) -> None:
    assert middle.ask(function, requestId="B", **body)[0] == 400
    assert middle.ask(function, **{**body, "from": "2026-11-24", "requestNumber": "1"}, requestId="")[0] == 400


def test_nobody_is_served_without_a_token(middle: Middle) -> None:
    stranger = Middle(middle.running, token="guessed")
    assert stranger.ask("sym/20212")[0] == 401
