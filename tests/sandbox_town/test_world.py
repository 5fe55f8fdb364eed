"""A prepared world is the same each time, holds exactly the lines asked for, and puts every defect between two good neighbours."""

from collections import Counter
from datetime import date, datetime
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.defects import choose
from sandbox.listing_lines import arrange
from sandbox.town_plan import GOOD_WEIGHTS, plan, room_for_defects
from sandbox.world import CACHE_VARIABLE, prepare, prepare_rush
from sandbox.world_making import opening_day_before
from tests.sandbox_town.conftest import APPLICATIONS
from vocabulary.check_digits import valid_my_number

DAY = date(2026, 11, 24)


def digests(root: Path) -> dict[str, str]:
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_arguments_give_the_same_bytes_and_another_seed_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seed in (("one", 7), ("two", 7), ("other", 8)):
        monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / f"cache-{name}"))
        prepare(tmp_path / name, seed=seed, applications=8, day=DAY)
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
    assert digests(tmp_path / "one") != digests(tmp_path / "other")


def test_a_second_call_leaves_the_root_alone(tmp_path: Path, cache: Path) -> None:
    prepare(tmp_path, seed=3, applications=6, day=DAY, defects=())
    extra = tmp_path / "sandbox" / "register" / "links_delta_202611241200.csv"
    extra.write_text("kept", encoding="utf-8")
    prepare(tmp_path, seed=3, applications=6, day=DAY, defects=())
    assert extra.read_text(encoding="utf-8") == "kept"
    assert len(list(cache.iterdir())) >= 1


@settings(max_examples=100, deadline=None)
@given(count=st.integers(1, 400), seed=st.integers(0, 999))
def test_lines_add_up_and_every_defect_stands_between_good_ones(count: int, seed: int) -> None:
    wanted = plan(count, choose(None, room=room_for_defects(count)))
    lines = {defect.name: defect.lines for defect in wanted.defects}
    assert len(wanted.good) + wanted.out_of_scope + sum(lines.values()) == count
    assert len(wanted.good) * 2 >= count
    order = arrange(seed=seed, good=len(wanted.good), groups=list(lines), others=wanted.out_of_scope)
    assert Counter(order) == Counter({"": len(wanted.good), "-": wanted.out_of_scope} | dict.fromkeys(lines, 1)) - Counter()
    assert not {order[0], order[-1]} & set(lines)
    for before, after in pairwise(order):
        assert not (before in lines and after != "")
        assert not (after in lines and before != "")


def test_six_applications_hold_defects_and_three_hundred_hold_all() -> None:
    assert len(choose(None, room=room_for_defects(6))) == 2
    assert len(choose(None, room=room_for_defects(300))) == 40
    shares = Counter(procedure for procedure, _ in plan(300, choose(None, room=room_for_defects(300))).good)
    due = {procedure: shares.total() * weight / sum(GOOD_WEIGHTS.values()) for procedure, weight in GOOD_WEIGHTS.items()}
    assert {procedure for procedure, lines in due.items() if abs(shares[procedure] - lines) >= 1} == set()


@pytest.mark.parametrize(("names", "count"), [(("no-such-defect",), 20), (("zip-bomb", "heic", "twins"), 4)])
def test_unknown_defects_and_too_many_are_refused(names: tuple[str, ...], count: int, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="defects"):
        prepare(tmp_path, seed=1, applications=count, day=DAY, defects=names)


def test_the_world_has_the_lines_asked_for_in_the_order_of_arrival(world: Any) -> None:
    listings, expected = world.listings, world.expected
    assert len(listings) == expected["applications"] == APPLICATIONS
    defective = [line for line in listings if line["defect"]]
    assert len(expected["good"]) + len(expected["out_of_scope"]) + len(defective) == APPLICATIONS
    arrivals = [line["arrived_at"] for line in listings]
    assert arrivals == sorted(arrivals)
    assert datetime.fromisoformat("2026-11-20T17:30+09:00") <= datetime.fromisoformat(arrivals[0])
    assert datetime.fromisoformat(arrivals[-1]) <= datetime.fromisoformat("2026-11-24T08:50+09:00")
    assert len({line["receipt"] for line in listings}) == APPLICATIONS - 1
    assert all(world.package(line).is_file() for line in listings)


def test_the_town_lists_every_number_and_every_person_of_every_application(world: Any) -> None:
    numbers = (world.home / "town" / "numbers.txt").read_text(encoding="utf-8").split()
    assert sorted(numbers) == sorted(one["number"] for one in world.people.values())
    assert all(valid_my_number(number) for number in numbers)
    for receipt in world.expected["good"]:
        persons = world.expected["people"][receipt]["persons"]
        assert persons
        assert set(persons) <= set(world.people)


def test_a_holiday_and_a_weekend_move_the_first_arrival_back() -> None:
    assert opening_day_before(date(2026, 11, 24)) == date(2026, 11, 20)
    assert opening_day_before(date(2026, 11, 26)) == date(2026, 11, 25)


def test_a_rush_has_one_instant_and_its_twins_share_all_but_the_given_name(tmp_path: Path, cache: Path, reader: Any) -> None:
    prepare_rush(tmp_path, seed=2, day=DAY, applicants=12, twin_pairs=3)
    world = reader(tmp_path)
    assert len({line["arrived_at"] for line in world.listings}) == 1
    applicants = [world.application(line)[0] for line in world.listings]
    names = [world.value(one, "申請者/氏名") for one in applicants]
    places = [(world.value(one, "申請者/住所"), names[place].split("　")[0]) for place, one in enumerate(applicants)]
    assert [place for place, count in Counter(places).items() if count == 2] == [places[0], places[2], places[4]]
    assert len(set(names)) == 12
    births = [next(one["birth"] for one in world.people.values() if f"{one['family']}　{one['given']}" == name) for name in names[:6]]
    assert births[0::2] == births[1::2]
