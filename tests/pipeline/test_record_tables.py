"""Records split and joined (レコードの分割と結合): each row is looked at as often in a large batch as in a small one."""

from collections.abc import Callable, Iterator
from typing import Any, SupportsIndex, TypeVar, overload

import pytest

from mappings.engine import Mapped
from mappings.records import Table
from pipeline.records import join_tables, split_tables
from vocabulary.findings import Finding

Value = TypeVar("Value")


class Watched(list[Value]):
    """A list that counts how often one of its values is read."""

    reads = 0

    def __iter__(self) -> Iterator[Value]:
        for value in super().__iter__():
            Watched.reads += 1
            yield value

    @overload
    def __getitem__(self, key: SupportsIndex) -> Value: ...
    @overload
    def __getitem__(self, key: slice) -> list[Value]: ...
    def __getitem__(self, key: Any) -> Any:
        Watched.reads += len(range(*key.indices(len(self)))) if isinstance(key, slice) else 1
        return super().__getitem__(key)


def batch(size: int) -> dict[str, Table]:
    """A parent and two children for each application."""
    numbers = range(1, size + 1)
    parent = Table(Watched(numbers), Watched([1] * size), {"a": Watched(map(str, numbers))})
    owners = [number for number in numbers for _ in (1, 2)]
    child = Table(Watched(owners), Watched([1, 2] * size), {"b": Watched(map(str, owners)), "c": Watched([None] * len(owners))})
    return {"parent": parent, "child": child}


def findings(size: int) -> list[tuple[int, Finding]]:
    """Two for every other application."""
    return Watched([(number, Finding("MAP_LEFTOVER", where=place)) for number in range(1, size, 2) for place in ("x", "y")])


WORK: dict[str, Callable[[int], Any]] = {
    "split": lambda size: split_tables(batch(size)),
    "join": lambda size: join_tables([batch(1) for _ in range(size)]),
    "without": lambda size: batch(size)["child"].without(set(range(1, size, 2))),
    "findings": lambda size: Mapped({}, findings(size)).findings_of(),
}


@pytest.mark.parametrize("work", WORK)
def test_ten_times_as_many_applications_are_read_ten_times_as_often(work: str) -> None:
    def reads(size: int) -> int:
        Watched.reads = 0
        WORK[work](size)
        return Watched.reads

    small, large = reads(40), reads(400)
    assert small >= 40
    assert large <= 10 * small


def test_what_is_split_is_joined_to_the_same_again() -> None:
    whole = batch(50)
    parts = split_tables(whole)
    assert list(parts) == list(range(1, 51))
    assert parts[7] == {"parent": Table([7], [1], {"a": ["7"]}), "child": Table([7, 7], [1, 2], {"b": ["7", "7"], "c": [None, None]})}
    assert join_tables(list(parts.values())) == whole


def test_an_application_has_every_group_and_one_without_rows_is_absent() -> None:
    tables = {"parent": Table([1, 3], [1, 1], {"a": ["x", "z"]}), "child": Table([3], [1], {"b": ["y"]})}
    assert split_tables(tables) == {
        1: {"parent": Table([1], [1], {"a": ["x"]}), "child": Table([], [], {"b": []})},
        3: {"parent": Table([3], [1], {"a": ["z"]}), "child": Table([3], [1], {"b": ["y"]})},
    }


def test_findings_stand_by_their_application_in_order() -> None:
    found = Mapped({}, findings(4)).findings_of()
    assert {application: [one.where for one in ones] for application, ones in found.items()} == {1: ["x", "y"], 3: ["x", "y"]}
