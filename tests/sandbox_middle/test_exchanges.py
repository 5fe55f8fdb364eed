"""Records of exchange: one truth for what the server shows and for what the town wrote down."""

import base64
import csv
import hashlib
import io
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from sandbox.middle.exchange_files import COLUMNS
from sandbox.middle.exchanges import COURSES, Exchange, exchange_days, exchanges_of, old_day
from sandbox.middle.townsfolk import Townsfolk, Townsperson, read_townsfolk
from tests.sandbox_middle.conftest import NIGHT, PROTECTED, Middle

DAY = date(2026, 11, 24)
PEOPLE = tuple(Townsperson(f"{place:015}", "那覇　人", place % 20 == 0, date(2020, 4, 1)) for place in range(2400))
TOWN = Townsfolk(7, DAY, PEOPLE)


def truth(until: date) -> list[Exchange]:
    return [one for day in exchange_days(TOWN, until) for one in exchanges_of(day, TOWN)]


def fetched(middle: Middle, first: date, last: date) -> list[dict[str, str]]:
    request_id = f"T{first}{last}{middle.running.control.identity()['pid']}{len(middle.effects('exchange_files_made'))}"
    middle.ask("tkm/40113", requestId=request_id, **{"from": first.isoformat(), "until": last.isoformat()})
    middle.running.control.settle("middle")
    rows: list[dict[str, str]] = []
    for file in middle.ask("tkm/40124", requestId=request_id)[1]["files"]:
        data = base64.b64decode(file["content"])
        assert hashlib.sha256(data).hexdigest() == file["sha256"]
        found = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
        assert data.split(b"\r\n")[0].decode().split(",") == list(COLUMNS)
        rows += found
    return rows


def test_the_same_town_and_day_have_the_same_exchanges_and_another_town_others() -> None:
    assert exchanges_of(DAY, TOWN) == exchanges_of(DAY, TOWN)
    assert exchanges_of(DAY, TOWN) != exchanges_of(DAY, Townsfolk(8, DAY, PEOPLE))
    assert exchanges_of(date(2026, 11, 28), TOWN) == exchanges_of(date(2026, 11, 23), TOWN) == ()


def test_every_course_is_taken_within_ten_nights_and_numbers_never_repeat() -> None:
    happened = truth(DAY + timedelta(days=10))
    assert {one.course for one in happened} == set(COURSES)
    assert len({one.sequence for one in happened}) == len(happened)


@pytest.mark.parametrize("course", COURSES)
def test_a_course_means_what_it_says(course: str) -> None:
    found = [one for one in truth(DAY + timedelta(days=10)) if one.course == course]
    for one in found:
        assert one.at_server == (course != "only_here")
        assert one.on_own_side == (course not in {"only_there", "unrequested", "unlisted"})
        assert (one.requested_at.hour < 6) == (course == "odd_hour")
        assert (one.duty == "999-01") == (course == "foreign_duty")
        assert (one.recorded_at - one.requested_at).days == (2 if course == "late" else 0)
        assert (one.own_item != one.item) == (course == "facts_differ")
        assert (one.source == "gateway") == (one.role == "2")
        assert (one.provided_at is not None) == (one.outcome == "provided")
    assert {one.source for one in found} <= {
        "only_there": {"gateway"}, "unrequested": {"business-log"}, "unlisted": {"terminal-book"}, "volume": {"business-log"},
        "foreign_duty": {"business-log", "terminal-book"},
    }.get(course, {"gateway", "business-log", "terminal-book"})  # fmt: skip


def test_some_records_are_seven_years_old_in_the_first_nights() -> None:
    old = [one for one in truth(DAY) if one.requested_at.date() < DAY - timedelta(days=300)]
    assert old[0].requested_at.date() == old_day(TOWN) == date(2019, 11, 23)
    assert len(old) == 12


def test_protected_people_are_marked_and_not_answered_automatically() -> None:
    protected = {person.atena for person in TOWN.protected}
    about = [one for one in truth(DAY + timedelta(days=10)) if one.atenabango in protected]
    assert {one.nondisclosure_provider for one in about if one.role == "2"} == {"1"}
    assert {one.outcome for one in about if one.role == "2"} == {"not_provided"}
    assert {one.nondisclosure_inquirer for one in about if one.role == "1"} == {"1"}


def test_the_server_shows_what_happened_by_now_under_the_residents_numbers(middle: Middle) -> None:
    town = read_townsfolk(middle.root)
    assert town is not None
    for night in (0, 1, 2, 8):
        middle.running.control.set_clock(NIGHT + timedelta(days=night))
        first, last = DAY - timedelta(days=14), DAY + timedelta(days=night)
        days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
        happened = [one for day in days for one in exchanges_of(day, town)]
        shown = {one.sequence: one.atenabango for one in happened if one.at_server and one.recorded_at <= NIGHT + timedelta(days=night)}
        rows = [row for row in fetched(middle, first, last) if row["shoritsuban"][8] == "0"]
        assert {row["shoritsuban"]: row["atenabango"] for row in rows} == shown
        assert len(rows) == len(shown)


def test_a_late_record_is_in_the_night_on_which_it_is_first_shown(middle: Middle) -> None:
    town = read_townsfolk(middle.root)
    assert town is not None
    late = next(one for ahead in range(8) for one in exchanges_of(DAY + timedelta(days=ahead), town) if one.course == "late")
    middle.running.control.set_clock(late.recorded_at + timedelta(hours=6))
    day = late.recorded_at.date()
    assert late.sequence in {row["shoritsuban"] for row in fetched(middle, day, day)}
    middle.running.control.set_clock(late.recorded_at - timedelta(hours=12))
    assert late.sequence not in {row["shoritsuban"] for row in fetched(middle, late.requested_at.date(), late.recorded_at.date())}


def test_many_records_come_in_several_files(middle: Middle) -> None:
    middle.running.control.set_clock(NIGHT + timedelta(days=6))
    rows = fetched(middle, DAY + timedelta(days=6), DAY + timedelta(days=6))
    assert len(rows) > 400
    middle.ask("tkm/40113", requestId="many", **{"from": "2026-11-30T00:00", "until": "2026-12-01T00:00"})
    middle.running.control.settle("middle")
    names = [file["name"] for file in middle.ask("tkm/40124", requestId="many")[1]["files"]]
    assert len(names) > 8
    assert names[0] == f"TKM40124_many_001_{len(names):03}.csv"


def test_the_residents_page_shows_information_and_history_and_respects_marks(start: Callable[..., Middle]) -> None:
    middle = start(people={"000000000000041": ("2020-04-01", False), PROTECTED: ("2020-04-01", True)})
    for person in ("000000000000041", PROTECTED):
        cells = {"bango": "A1", "jiyu": "", "hi": "", "gaku": "<b>"}
        middle.running.control.plant_copy("teate", person, cells, layout="2026-06", updated_at=NIGHT)
        middle.running.control.set_flags(person, nondisclosure=str(int(person == PROTECTED)), autoresponse_off="0")
    status, data = middle.call("GET", "/middle/resident/000000000000041")
    page = data.decode()
    assert status == 200
    assert "那覇　人0 さんの情報" in page
    assert "手当の月額（円）" in page and "&lt;b&gt;" in page
    assert "児童手当に関する事務" in page and "2026年11月24日" in page
    hidden = middle.call("GET", f"/middle/resident/{PROTECTED}")[1].decode()
    assert "表示できる情報はありません" in hidden and "やりとりの履歴はありません" in hidden
    assert middle.call("GET", "/middle/resident/000000000000999")[0] == 404
