"""The gateway swaps numbers both ways and keeps back what it cannot swap."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.middle.gateway import Gateway

PEOPLE = st.lists(st.text("0123456789", min_size=15, max_size=15), max_size=20)
OTHERS = st.lists(st.text(max_size=14), max_size=5)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Gateway:
    return Gateway(tmp_path_factory.mktemp("gateway") / "gateway.db")


@settings(max_examples=60, deadline=None)
@given(people=PEOPLE, others=OTHERS)
def test_what_goes_in_comes_back_under_the_same_number(gateway: Gateway, people: list[str], others: list[str]) -> None:
    rows = [{"atenabango": person, "value": "1"} for person in people]
    swapped, lost = gateway.inward([*rows, *({"atenabango": other} for other in others)])
    assert not {row["atenabango"] for row in swapped} & set(people)
    assert len({row["atenabango"] for row in swapped}) == len(set(people))
    assert gateway.outward({"rows": swapped, "page": 1}) == {"rows": rows, "page": 1}
    assert [row["atenabango"] for row in lost] == others


def test_numbers_are_the_same_after_a_restart_and_the_error_list_is_kept(tmp_path: Path) -> None:
    first = Gateway(tmp_path / "gateway.db")
    numbers = first.numbers(["000000000000041", "x"])
    for _ in range(2):
        first.keep_back("dbm/20113", "R", 7, {"recordId": "7"})
    first.close()
    second = Gateway(tmp_path / "gateway.db")
    assert second.numbers(["000000000000041"]) == numbers
    assert second.outward({"atenabango": numbers["000000000000041"]}) == {"atenabango": "000000000000041"}
    assert second.kept_back("dbm/20113", "R") == [{"recordId": "7"}]
    assert second.kept_back("dbm/20113", "S") == []
