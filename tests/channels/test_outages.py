"""Outages of the other side, with a clock that is moved: nothing is lost, no effect doubled, what is new goes before what had to wait."""

import time
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select

from pipeline.alarms import open_alarms
from pipeline.journal.decision_tables import notice_outbox
from pipeline.notices.retry import declared
from tests.channels.town import at, effects, owe_notices, owe_statuses, sent_statuses, states, status_states

OUTAGES = {"five minutes": timedelta(minutes=5), "an hour": timedelta(hours=1), "a night": timedelta(hours=14)}
OLD, NEW = range(1, 41), range(41, 51)


def moments(start: datetime, length: timedelta) -> list[datetime]:
    """Four runs from the outage's beginning to its end."""
    return [start + length / 3 * number for number in range(4)]


@pytest.mark.parametrize("length", OUTAGES.values(), ids=OUTAGES.keys())
def test_an_outage_loses_nothing_doubles_nothing_and_drains_new_before_old(town: Any, length: timedelta, capsys: Any) -> None:
    start = at(17) if length > timedelta(hours=2) else at(10)
    end = start + length
    with town.hub(start) as hub:
        old = owe_notices(hub, OLD)
        owe_statuses(hub, OLD, "RECEIVED", "EXAMINING")
    town.arm("channels-down")
    for moment in moments(start, length):
        town.run("statuses", moment)
        town.run("notices", moment)
    assert effects(town.root, "notice") == sent_statuses(town.root) == []
    up = max(end + timedelta(minutes=2), at(9, day=end.date()) if end.date() > start.date() else end)
    with town.hub(up) as hub:
        assert {(row.kind, row.subject) for row in open_alarms(hub)} == {("CHANNEL_DOWN", "osr"), ("CHANNEL_DOWN", "portal")}
        tried = [row.attempts for row in hub.journal.rows(select(notice_outbox.c.attempts))]
        assert sum(tried) <= declared().failures_in_a_row + declared().lanes
        new = owe_notices(hub, NEW)
        owe_statuses(hub, NEW, "RECEIVED")
    town.arm("quiet")
    began = time.perf_counter()
    town.run("statuses", up)
    town.run("notices", up)
    for later in (timedelta(hours=1), timedelta(hours=2)):
        town.run("statuses", up + later)
        town.run("notices", up + later)
    drained = time.perf_counter() - began
    with town.hub(up + timedelta(hours=2)) as hub:
        assert states(hub) == {"accepted": len(OLD) + len(NEW)}
        assert status_states(hub) == {"sent": 2 * len(OLD) + len(NEW)}
        assert open_alarms(hub) == []
        name = {row.reference: row.id for row in hub.journal.rows(select(notice_outbox.c.reference, notice_outbox.c.id))}
    order = [name[reference] for reference in effects(town.root, "notice")]
    assert sorted(order) == sorted([*old, *new])
    # Calls begin in this order; on several connections the last new one and the first old ones are under way together.
    assert set(new) <= set(order[: len(new) + declared().lanes - 1])
    told = sent_statuses(town.root)
    assert len(told) == len(set(told)) == 2 * len(OLD) + len(NEW)
    assert {receipt for receipt, _ in told[: len(NEW)]} == {f"20261124-{number:08d}" for number in NEW}
    assert all(one[0] != other[0] or one[1] == "RECEIVED" for one, other in pairwise(told))
    with capsys.disabled():
        print(f"\n  outage of {length}: {len(order)} notices and {len(told)} statuses drained in {drained:.2f} s")  # noqa: T201  the figure is wanted
