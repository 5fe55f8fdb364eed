from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from pipeline.journal.database import Journal, LeaflessWriteError, Write
from pipeline.journal.evidence_tables import alarms, counters, log_leaves

ALARM = {"municipality": "472018", "kind": "GLYPH_MISSING", "subject": "a", "first_at": "t", "last_at": "t", "times": 1}


def test_a_change_without_a_leaf_is_refused_and_leaves_nothing(journal: Journal) -> None:
    with pytest.raises(LeaflessWriteError), journal.write() as write:
        write.insert_new(alarms, ALARM)
    assert journal.rows(select(alarms)) == []


def test_a_transaction_that_changed_nothing_needs_no_leaf(journal: Journal) -> None:
    with journal.write() as write:
        write.insert_many(alarms, [])
        write.execute(update(alarms).where(alarms.c.kind == "none").values(times=2))
    assert journal.rows(select(log_leaves)) == []


def test_rows_and_leaf_stand_or_fall_together(journal: Journal) -> None:
    with pytest.raises(ZeroDivisionError), journal.write() as write:
        write.insert_new(alarms, ALARM)
        write.leaf("alarm_raised")
        raise ZeroDivisionError
    assert journal.rows(select(alarms)) == journal.rows(select(log_leaves)) == []


def test_a_row_whose_key_stands_already_is_not_inserted_and_changes_nothing(journal: Journal) -> None:
    with journal.write() as write:
        assert write.insert_new(alarms, ALARM)
        write.leaf("alarm_raised")
    with journal.write() as write:
        assert not write.insert_new(alarms, {**ALARM, "times": 9})
    assert journal.scalar(select(alarms.c.times)) == 1
    assert journal.scalar(select(log_leaves.c.number)) == 1


def test_a_number_is_given_back_when_its_transaction_fails(journal: Journal) -> None:
    assert _numbered(journal) == 1
    with pytest.raises(ZeroDivisionError), journal.write() as write:
        assert write.next_number("filing/jidoteate/2026") == 2
        raise ZeroDivisionError
    assert _numbered(journal) == 2


def test_two_writers_share_one_gapless_row_of_numbers(journal: Journal) -> None:
    each = 40
    start = Barrier(2)

    def worker(_: int) -> list[int]:
        start.wait()
        return [_numbered(journal) for _ in range(each)]

    with ThreadPoolExecutor(2) as pool:
        given = [number for numbers in pool.map(worker, range(2)) for number in numbers]
    assert sorted(given) == list(range(1, 2 * each + 1))
    leaves = [row.number for row in journal.rows(select(log_leaves.c.number).order_by(log_leaves.c.number))]
    assert leaves == list(range(1, 2 * each + 1))


def test_of_two_writers_of_one_key_the_later_one_is_told(journal: Journal) -> None:
    start = Barrier(2)

    def worker(_: int) -> bool:
        start.wait()
        with journal.write() as write:
            entered = write.insert_new(alarms, ALARM)
            write.leaf("alarm_raised", entered=entered)
        return entered

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(worker, range(2))) == [False, True]
    assert len(journal.rows(select(alarms))) == 1


def test_a_reader_sees_nothing_of_an_unfinished_transaction(journal: Journal) -> None:
    with journal.write() as write:
        write.execute(insert(alarms).values(**ALARM))
        write.leaf("alarm_raised")
        assert journal.rows(select(alarms)) == []
    assert len(journal.rows(select(alarms))) == 1


def test_named_work_is_done_by_one_worker_at_a_time(new_journal: Callable[[str], str], opened: Callable[[str], Journal]) -> None:
    address = new_journal("postgresql")
    first, second = opened(address), opened(address)
    with (
        first.alone("deliver/472018/hoiku") as mine,
        second.alone("deliver/472018/hoiku") as theirs,
        second.alone("deliver/472018/kenko") as another,
    ):
        assert (mine, theirs, another) == (True, False, True)
    with second.alone("deliver/472018/hoiku") as theirs:
        assert theirs


def test_a_refused_write_shows_no_value_of_the_row(journal: Journal) -> None:
    with pytest.raises(Exception, match="counters") as caught, journal.write() as write:
        _break(write, {"name": "secret-value", "value": None})
    assert "secret-value" not in str(caught.value)


def _break(write: Write, row: dict[str, Any]) -> None:
    write.execute(insert(counters).values(**row))


def _numbered(journal: Journal) -> int:
    with journal.write() as write:
        number = write.next_number("filing/jidoteate/2026")
        write.leaf("number_given", number_given=number)
    return number
