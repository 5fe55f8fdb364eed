"""Records of exchange over several nights, with the real stand-ins: what is found out is what really happened."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from connectors.errors import TransientError
from pipeline.exchange.retention import kept_since
from pipeline.flow import step_function
from pipeline.hub import Hub
from pipeline.journal.evidence_tables import alarms
from pipeline.journal.exchange_tables import exchange_anomalies, exchange_reconciliations, exchange_records, own_exchanges
from sandbox import process
from sandbox.middle.exchanges import Exchange, exchange_days, exchanges_of
from sandbox.middle.townsfolk import read_townsfolk
from tests.night.conftest import EVENING, KilledError, night_hub

STEPS = ("inquiry_results", "exchange_fetch", "own_exchanges", "reconcile")
NIGHTS = 10
KINDS = {
    "only_there": {"only_there"}, "only_here": {"only_here"},
    "late": {"late"}, "unrequested": {"unrequested"}, "facts_differ": {"facts_differ"},
    "foreign_duty": {"foreign_duty"}, "odd_hour": {"odd_hour"}, "both": set(), "unlisted": set(), "volume": set(),
}  # fmt: skip
"""Course of the truth → kinds of anomalies that name its record once its day is settled."""


def one_night(hub: Hub) -> Mapping[str, Mapping[str, int]]:
    return {step: step_function(step)(hub) for step in STEPS}


def nights(root: Path, running: process.Running, count: int = NIGHTS) -> list[Mapping[str, Mapping[str, int]]]:
    found = []
    for ahead in range(count):
        moment = EVENING + timedelta(days=ahead)
        running.control.set_clock(moment)
        running.control.settle("own")
        with night_hub(root, moment) as hub:
            found.append(one_night(hub))
    return found


def truth(root: Path, until: datetime) -> list[Exchange]:
    town = read_townsfolk(root)
    assert town is not None
    return [one for day in exchange_days(town, until.date()) for one in exchanges_of(day, town)]


def anomalies(hub: Hub, *, state: str = "open") -> set[tuple[str, str]]:
    rows = hub.journal.rows(select(exchange_anomalies).where(exchange_anomalies.c.state == state))
    return {(row.kind, row.subject) for row in rows}


def expected(happened: Iterable[Exchange], settled: str) -> set[tuple[str, str]]:
    found = {(kind, one.sequence) for one in happened for kind in KINDS[one.course] if one.course != "only_here"}
    return found | {
        ("only_here", one.sequence) for one in happened if one.course == "only_here" and one.requested_at.date().isoformat() <= settled
    }


def test_ten_nights_find_exactly_the_anomalies_that_happened(root: Path, running: process.Running) -> None:
    ran = nights(root, running)
    last = EVENING + timedelta(days=NIGHTS - 1)
    since = kept_since(EVENING.date())
    happened = [one for one in truth(root, last) if one.requested_at.date() >= since]
    shown = {one.sequence for one in happened if one.at_server and one.recorded_at <= last}
    with night_hub(root, last) as hub:
        records = hub.journal.rows(select(exchange_records.c.sequence, exchange_records.c.late))
        assert {row.sequence for row in records} == shown
        # What was already past its days when the hub first asked is not late.
        late = {row.sequence for row in records if row.late}
        assert late == {one.sequence for one in happened if one.course == "late" and one.sequence in shown and one.recorded_at > EVENING}
        told = expected(happened, (last - timedelta(days=3)).date().isoformat())
        told = {one for one in told if one[1] in shown | {other.sequence for other in happened if other.course == "only_here"}}
        told = {one for one in told if one[0] != "late" or one[1] in late}
        volume = {(kind, subject) for kind, subject in anomalies(hub) if kind == "volume"}
        assert len(volume) == 1
        assert anomalies(hub) - volume == told
    assert sum(night["exchange_fetch"]["fetched"] for night in ran) == len(shown)
    assert ran[-1]["reconcile"]["anomalies"] == len(told) + 1


def test_a_second_run_in_the_same_night_changes_nothing(root: Path, running: process.Running) -> None:
    nights(root, running, 2)
    with night_hub(root, EVENING + timedelta(days=1)) as hub:
        before = anomalies(hub), hub.journal.scalar(select(func.count()).select_from(exchange_records))
        again = one_night(hub)
        assert again["exchange_fetch"]["fetched"] == again["own_exchanges"]["files"] == 0
        assert again["reconcile"]["opened"] == again["reconcile"]["closed"] == 0
        assert (anomalies(hub), hub.journal.scalar(select(func.count()).select_from(exchange_records))) == before


def test_the_counts_of_both_sides_are_those_of_the_journal(root: Path, running: process.Running) -> None:
    nights(root, running, 1)
    with night_hub(root) as hub:
        (counted,) = hub.journal.rows(select(exchange_reconciliations))
        for table, figure in ((exchange_records, counted.there), (own_exchanges, counted.here)):
            days = table.c.day.between(counted.first, EVENING.date().isoformat())
            assert hub.journal.scalar(select(func.count()).select_from(table).where(days)) == figure
        assert counted.matched <= min(counted.there, counted.here)


def test_an_anomaly_closes_when_the_missing_row_is_handed_in(root: Path, running: process.Running) -> None:
    nights(root, running, 1)
    with night_hub(root) as hub:
        kind, subject = min(one for one in anomalies(hub) if one[0] in {"only_there", "unrequested"})
        record = hub.journal.rows(select(exchange_records).where(exchange_records.c.sequence == subject))[0]
        row = hub.journal.rows(select(own_exchanges).where(own_exchanges.c.role == record.role))[0]._mapping
        more = {
            **row,
            "day": record.day,
            "place": 9999,
            "sequence": subject,
            "requested_at": record.requested_at,
            "facts_index": record.facts_index,
        }
        with hub.journal.write() as write:
            write.insert_many(own_exchanges, [more])
            write.leaf("row_handed_in")
        step_function("reconcile")(hub)
        assert (kind, subject) not in anomalies(hub)
        assert (kind, subject) in anomalies(hub, state="closed")


POINTS = (
    "server_asked.after_commit", "server_request.after_send", "server_request.answer_read", "exchange_file_kept.before_commit",
    "exchange_file_kept.after_commit", "exchange_span_answered.before_commit", "own_exchanges_taken.before_commit",
    "own_exchanges_taken.after_commit", "exchanges_reconciled.before_commit",
)  # fmt: skip


def test_a_night_that_was_killed_at_every_point_ends_like_one_that_was_not(
    root: Path, running: process.Running, stop_at: Callable[..., None]
) -> None:
    with night_hub(root) as hub:
        for point in POINTS:
            stop_at(point, 1)
            with pytest.raises(KilledError):
                one_night(hub)
        one_night(hub)
        records = hub.journal.rows(select(exchange_records.c.sequence))
        since = kept_since(EVENING.date())
        happened = [one for one in truth(root, EVENING) if one.requested_at.date() >= since]
        assert {row.sequence for row in records} == {one.sequence for one in happened if one.at_server and one.recorded_at <= EVENING}
        found = {one for one in anomalies(hub) if one[0] in {"only_there", "unrequested"}}
        assert found == {(one.course, one.sequence) for one in happened if one.course in {"only_there", "unrequested"}}


def test_outside_the_declared_hours_nothing_is_asked(root: Path, running: process.Running) -> None:
    with night_hub(root, EVENING - timedelta(hours=6)) as hub:
        assert step_function("exchange_fetch")(hub) == {"skipped": 1}
        assert step_function("inquiry_results")(hub) == {"skipped": 1}


@pytest.mark.parametrize("script", ["middle-results-foreign", "middle-results-twice"])
def test_files_that_come_cut_or_twice_leave_each_record_once(root: Path, running: process.Running, script: str) -> None:
    running.control.arm(script)
    with night_hub(root) as hub:
        failed = 0
        for _ in range(3):
            try:
                step_function("exchange_fetch")(hub)
            except TransientError:
                failed += 1
        kinds = {row.kind for row in hub.journal.rows(select(alarms))}
        assert failed == ("EXCHANGE_NOT_READ" in kinds) == (script == "middle-results-foreign")
        shown = {one.sequence for one in truth(root, EVENING) if one.at_server and one.recorded_at <= EVENING}
        found = {row.sequence for row in hub.journal.rows(select(exchange_records.c.sequence))}
        assert found == {one for one in shown if one[:8] >= f"{kept_since(EVENING.date()):%Y%m%d}"}
