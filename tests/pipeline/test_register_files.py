"""Register files (住民情報・番号紐付情報) day after day: order, extracts that come late, and files that do not follow their profile."""

from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.errors import PermanentError, TransientError
from pipeline.residents import by_atena, by_serial
from sandbox.register_office import LINK_COLUMNS, RESIDENT_COLUMNS
from tests.pipeline.days import NEXT_DAY, alarms_of, at, hub_at, run
from tests.pipeline.register import Card, Person, write_file

Own = Callable[[Path], Path]
MOVED = Person("000000000010014", "港町 花子", "ミナトマチ ハナコ", "1990-01-01", household="000000000000025")
PROTECTED = Person("000000000010014", "港町 花子", "ミナトマチ ハナコ", "1990-01-01", household="000000000000025", protected=True)


def test_an_extract_that_comes_after_its_days_delta_does_not_undo_the_delta(own: Own, checked_root: Path) -> None:
    root = own(checked_root)
    register = root / "sandbox/register"
    write_file(register / "residents_delta_202611250600.csv", RESIDENT_COLUMNS, [PROTECTED.row()])
    run(root, ("refresh_links",), at(7, day=NEXT_DAY))
    write_file(register / "residents_full_20261125.csv", RESIDENT_COLUMNS, [MOVED.row()])
    taken = run(root, ("refresh_links",), at(8, day=NEXT_DAY))
    again = run(root, ("refresh_links",), at(9, day=NEXT_DAY))
    assert (taken["refresh_links"]["files"], again["refresh_links"]["files"]) == (2, 0)
    with hub_at(root, at(9, day=NEXT_DAY)) as hub:
        found = by_atena(hub, PROTECTED.atena)
    assert found is not None
    assert found.protected


def test_a_file_that_does_not_follow_its_profile_stops_its_kind_only_and_is_named_without_values(own: Own, checked_root: Path) -> None:
    root = own(checked_root)
    register = root / "sandbox/register"
    secret = Card("SECRET-SERIAL", "000")
    write_file(register / "links_delta_202611250600.csv", LINK_COLUMNS, [secret.row()])
    write_file(register / "links_delta_202611250700.csv", LINK_COLUMNS, [Card("LATER", MOVED.atena).row()])
    write_file(register / "residents_delta_202611250600.csv", RESIDENT_COLUMNS, [MOVED.row()])
    with pytest.raises(PermanentError, match=r"links_delta_202611250600\.csv:2") as stopped:
        run(root, ("refresh_links",), at(7, day=NEXT_DAY))
    assert secret.serial not in str(stopped.value)
    assert alarms_of(root) == {("REGISTER_ROW", "links_delta_202611250600.csv:2")}
    with hub_at(root, at(8, day=NEXT_DAY)) as hub:
        assert by_atena(hub, MOVED.atena) is not None
        assert by_serial(hub, "LATER", day=NEXT_DAY.isoformat()) == []


def test_an_extract_of_a_day_to_come_is_told_and_hides_no_delta_of_today(own: Own, checked_root: Path) -> None:
    root = own(checked_root)
    register = root / "sandbox/register"
    write_file(register / "residents_full_20991125.csv", RESIDENT_COLUMNS, [MOVED.row()])
    write_file(register / "residents_full_20261399.csv", RESIDENT_COLUMNS, [MOVED.row()])
    write_file(register / "residents_delta_202611250600.csv", RESIDENT_COLUMNS, [PROTECTED.row()])
    with pytest.raises(PermanentError, match=r"residents_full_20991125\.csv"):
        run(root, ("refresh_links",), at(7, day=NEXT_DAY))
    assert alarms_of(root) == {("REGISTER_ROW", "residents_full_20991125.csv")}
    with hub_at(root, at(8, day=NEXT_DAY)) as hub:
        found = by_atena(hub, PROTECTED.atena)
    assert found is not None
    assert found.protected


@pytest.mark.parametrize("end", ['{"rows": Infinity, "sha256": ""}', "[" * 100_000, "{"])
def test_a_file_of_links_that_is_not_whole_keeps_no_residents_waiting(own: Own, checked_root: Path, end: str) -> None:
    root = own(checked_root)
    register = root / "sandbox/register"
    write_file(register / "links_delta_202611250600.csv", LINK_COLUMNS, [])
    (register / "links_delta_202611250600.csv.end").write_text(end, encoding="ascii")
    write_file(register / "residents_delta_202611250600.csv", RESIDENT_COLUMNS, [PROTECTED.row()])
    with pytest.raises(TransientError, match="is not finished"):
        run(root, ("refresh_links",), at(7, day=NEXT_DAY))
    with hub_at(root, at(8, day=NEXT_DAY)) as hub:
        found = by_atena(hub, PROTECTED.atena)
    assert found is not None
    assert found.protected
