"""A seat is held once, also when two workers want the last one at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from sqlalchemy import select

from pipeline.campaigns.answers import book
from pipeline.journal import act_tables, campaign_tables, intake_tables
from pipeline.journal.database import Journal
from tests.journal import campaign_rows, clerk_rows, rows
from tests.journal.conftest import enter
from tests.journal.rows import row

PEOPLE, SEATS = 6, 3


def _opened(journal: Journal) -> None:
    """One slot with few seats, and more answers than seats."""
    enter(journal, intake_tables.listings, rows.LISTING)
    enter(journal, intake_tables.applications, rows.APPLICATION)
    enter(journal, act_tables.acts, clerk_rows.ACT)
    enter(journal, campaign_tables.slots, campaign_rows.SLOT)
    answers = [row(campaign_rows.ANSWER, id=place, answer_id=f"A{place}", sequence=place) for place in range(1, PEOPLE + 1)]
    enter(journal, campaign_tables.notice_answers, *answers)
    enter(journal, campaign_tables.slot_seats, *(row(campaign_rows.SEAT, seat=seat) for seat in range(1, SEATS + 1)))


def _take(journal: Journal, place: int, together: Barrier | None = None) -> bool:
    if together is not None:
        together.wait()
    with journal.write() as write:
        booked = book(write, 1, f"{place:064}", place)
        write.leaf("booked_by_test", booked=booked)
    return booked


def _seats(journal: Journal) -> list[Any]:
    table = campaign_tables.slot_seats
    return journal.rows(select(table.c.seat, table.c.holder).order_by(table.c.seat))


def test_seats_are_given_in_order_until_none_is_left(journal: Journal) -> None:
    _opened(journal)
    assert [_take(journal, place) for place in range(1, PEOPLE + 1)] == [True] * SEATS + [False] * (PEOPLE - SEATS)
    assert [seat.holder for seat in _seats(journal)] == [f"{place:064}" for place in range(1, SEATS + 1)]


def test_workers_at_the_same_moment_give_no_seat_twice(journal: Journal) -> None:
    _opened(journal)
    together = Barrier(PEOPLE)
    with ThreadPoolExecutor(PEOPLE) as workers:
        booked = list(workers.map(lambda place: _take(journal, place, together), range(1, PEOPLE + 1)))
    assert sum(booked) == SEATS
    held = {seat.holder for seat in _seats(journal)}
    assert held == {f"{place:064}" for place, got in enumerate(booked, start=1) if got}


def test_a_person_who_takes_another_seat_gives_the_first_one_back(journal: Journal) -> None:
    _opened(journal)
    enter(journal, campaign_tables.slots, row(campaign_rows.SLOT, id=2, time="11:00"))
    enter(journal, campaign_tables.slot_seats, row(campaign_rows.SEAT, slot=2))
    _take(journal, 1)
    with journal.write() as write:
        assert book(write, 2, f"{1:064}", 2)
        write.leaf("booked_by_test")
    assert [seat.holder for seat in _seats(journal) if seat.holder] == [f"{1:064}"]
