"""Duties and alarms of a day that is killed: each alarm stands once or is over, whatever was under way."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from pipeline.alarms import raise_alarm
from pipeline.daily_duties import look_after
from pipeline.journal.delivery_tables import batches, receipts
from pipeline.journal.evidence_tables import alarms
from pipeline.steps.close_day import close_day
from tests.flow.kills import forked
from tests.pipeline.days import DAY, NEXT_DAY, at, copied, hub_at, outside, rows, run

Own = Callable[[Path], Path]
STRANGER = "stranger.csv.receipt.csv"
LATER = DAY + timedelta(days=10)
WORK: dict[str, tuple[Sequence[str], datetime]] = {
    "duty_missed": (("pull",), at(9, 1, day=NEXT_DAY)),
    "alarm_ended": (("pull",), at(9, day=NEXT_DAY)),
    "register_stale": (("morning",), at(8, day=LATER)),
    "receipt_unknown": (("answers",), at(15)),
}
"""Event → the steps that record it, and when."""


@pytest.fixture(scope="module")
def before(delivered_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed day, a receipt of a stranger, and an alarm whose cause is gone."""
    root = copied(delivered_root, tmp_path_factory.mktemp("duties") / "root")
    (root / "sandbox/receivers/hoiku/out/receipts" / STRANGER).write_text("file_name,sha256\r\n", encoding="utf-8")
    with hub_at(root, at(18)) as hub:
        close_day(hub, DAY)
        with hub.journal.write() as write:
            raise_alarm(hub, write, kind="CLOSE_MISSING", subject=DAY.isoformat())
            write.leaf("planted")
    return root


def standing(root: Path) -> dict[tuple[str, str], bool]:
    """Kind and subject of each alarm, and whether it stands."""
    return {(row.kind, row.subject): row.ended_at is None for row in rows(root, select(alarms))}


EXPECTED = {
    "duty_missed": (("MORNING_MISSING", NEXT_DAY.isoformat()), True),
    "alarm_ended": (("CLOSE_MISSING", DAY.isoformat()), False),
    "register_stale": (("REGISTER_STALE", "residents"), True),
    "receipt_unknown": (("RECEIPT_UNKNOWN", f"hoiku/{STRANGER}"), True),
}


@pytest.mark.parametrize("place", ["before_commit", "after_commit"])
@pytest.mark.parametrize("event", WORK)
def test_a_duty_that_was_killed_is_done_by_the_next_run(own: Own, before: Path, tmp_path: Path, event: str, place: str) -> None:
    root, (steps, moment) = own(before), WORK[event]
    with outside(root, moment):
        killed = forked(lambda: run(root, steps, moment), log=tmp_path / "log", environment={"HUB_FAULT": f"{event}.{place}:1:kill"})
        assert killed == -9
        run(root, steps, moment)
    alarm, stands = EXPECTED[event]
    assert standing(root)[alarm] is stands


def test_a_file_of_another_destination_does_not_end_the_alarm_of_its_namesake(own: Own, before: Path) -> None:
    root = own(before)
    with outside(root, at(15)):
        run(root, ("answers",), at(15))
    with hub_at(root, at(16)) as hub:
        joined = select(receipts.c.name).join(batches, batches.c.id == receipts.c.batch).where(batches.c.destination == "hoiku")
        name = str(hub.journal.scalar(joined))
        with hub.journal.write() as write:
            for destination in ("hoiku", "kenko-kanri"):
                raise_alarm(hub, write, kind="ANSWER_UNREADABLE", subject=f"{destination}/{name}")
            write.leaf("planted")
        look_after(hub)
    found = standing(root)
    assert found["ANSWER_UNREADABLE", f"kenko-kanri/{name}"]
    assert not found["ANSWER_UNREADABLE", f"hoiku/{name}"]
