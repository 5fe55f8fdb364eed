"""What happens between the close and midnight is in a close too: that of the day, made again on the next one."""

import json
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from pipeline.journal.evidence_tables import day_closes
from tests.pipeline.days import DAY, NEXT_DAY, at, outside, rows, run

Own = Callable[[Path], Path]


def closes(root: Path) -> list[tuple[str, bool, int]]:
    """(day, balanced, delivered) of every close, in the order in which they were made."""
    made = rows(root, select(day_closes).order_by(day_closes.c.id))
    return [(row.day, row.balanced, json.loads(row.balance)["applications"]["delivered"]) for row in made]


def test_what_is_delivered_after_the_close_is_closed_with_its_day_on_the_next(own: Own, checked_root: Path) -> None:
    root = own(checked_root)
    run(root, ("close",), at(18))
    with outside(root, at(20)):
        run(root, ("release", "deliver"), at(20))
    run(root, ("close",), at(18, day=NEXT_DAY))
    (first, at_six, early), (again, at_last, late), (second, next_green, _) = closes(root)
    assert (first, again, second) == (DAY.isoformat(), DAY.isoformat(), NEXT_DAY.isoformat())
    assert at_six
    assert at_last
    assert next_green
    assert early == 0 < late


def test_a_day_that_is_closed_again_counts_what_was_finished_later_as_still_waiting_then(own: Own, checked_root: Path) -> None:
    root = own(checked_root)
    run(root, ("close",), at(18))
    with outside(root, at(9, day=NEXT_DAY)):
        run(root, ("release", "deliver"), at(9, day=NEXT_DAY))
    run(root, ("close",), at(18, day=NEXT_DAY))
    (first, balanced, delivered), (second, _, later) = closes(root)
    assert (first, balanced, delivered) == (DAY.isoformat(), True, 0)
    assert second == NEXT_DAY.isoformat()
    assert later > 0
