"""All that the stand-in of the intermediate server holds is compared with the ledger; differences have a sort, a cause and an age."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from connectors.errors import TransientError
from pipeline.errors import SettingError
from pipeline.hub import Hub
from pipeline.journal.copy_tables import copy_comparisons, copy_differences
from pipeline.journal.evidence_tables import log_leaves
from pipeline.steps.compare import compare
from pipeline.steps.copies import copies
from pipeline.sync.compare import Compared, compare_kind
from pipeline.sync.explanations import explain, find_record
from pipeline.sync.freshness import Freshness, freshness
from pipeline.sync.server import server_of
from sandbox import process
from tests.night.conftest import EVENING, NEXT_EVENING, KilledError, night_hub
from tests.night.ledger import KIND, Row, benefit, night, residents_of, say
from tests.pipeline.days import alarms_of, rows

LAYOUT = "2026-06"
Found = list[tuple[str, str, str | None, str]]


@pytest.fixture
def people(root: Path, running: process.Running) -> list[str]:
    with night_hub(root) as hub:
        return residents_of(hub, 8)


@pytest.fixture
def benefits(root: Path, people: list[str]) -> list[Row]:
    """Eight records that ledger and server agree on."""
    known = [benefit(atena, number) for number, atena in enumerate(people, 1)]
    night(root, known)
    return known


@contextmanager
def compared(root: Path, moment: datetime = EVENING) -> Iterator[tuple[Hub, Compared]]:
    with night_hub(root, moment) as hub, server_of(hub) as server:
        found = compare_kind(hub, server, KIND)
        assert found is not None
        yield hub, found


def plant(running: process.Running, row: Row, *, layout: str = LAYOUT, updated_at: datetime = EVENING) -> None:
    """Let the server hold this past all checks."""
    cells = {name: value for name, value in row.items() if name != "atenabango"}
    running.control.plant_copy(KIND, row["atenabango"], cells, layout=layout, updated_at=updated_at)


def take_away(running: process.Running, row: Row) -> None:
    running.control.plant_copy(KIND, row["atenabango"], None, layout="", updated_at=EVENING)


def standing(root: Path) -> Found:
    """Differences that are not resolved: sort, item, cause, state."""
    found = rows(root, select(copy_differences).where(copy_differences.c.state != "resolved"))
    return sorted(((row.sort, row.item, row.cause, row.state) for row in found), key=str)


def fresh(root: Path, moment: datetime = EVENING) -> Freshness:
    with night_hub(root, moment) as hub:
        return next(one for one in freshness(hub) if one.kind == KIND)


def test_copies_that_are_as_the_ledger_says_do_not_differ(root: Path, benefits: list[Row]) -> None:
    with compared(root) as (_, found):
        assert (found.tally.here, found.tally.there, found.differences) == (8, 8, 0)
    assert standing(root) == []
    assert fresh(root).compared_on == EVENING.date().isoformat()


def test_every_sort_of_difference_is_told_with_its_item_and_without_a_value(
    root: Path, running: process.Running, benefits: list[Row], people: list[str]
) -> None:
    take_away(running, benefits[0])
    plant(running, {**benefits[1], "teategetsugaku": "99999", "shometsujiyu": "転出"}, updated_at=EVENING + timedelta(hours=1))
    plant(running, {**benefits[2], "teategetsugaku": "10000"}, updated_at=EVENING - timedelta(days=9))
    plant(running, benefits[3], layout="2025-06", updated_at=EVENING + timedelta(hours=1))
    plant(running, benefit(people[4], 999), updated_at=EVENING + timedelta(hours=1))
    with compared(root) as (_, found):
        assert found.tally.sorts == {"missing_here": 1, "missing_there": 1, "value": 3, "older": 2}
        assert (found.tally.here, found.tally.there, found.tally.expected) == (8, 8, 0)
    assert Counter((sort, item) for sort, item, _, _ in standing(root)) == {
        ("missing_there", ""): 1,
        ("missing_here", ""): 1,
        ("value", "teategetsugaku"): 2,
        ("value", "shometsujiyu"): 1,
        ("older", ""): 2,
    }
    written = "".join(row.data for row in rows(root, select(log_leaves)))
    assert not any(secret in written for secret in ("99999", "10000", "転出", *people))
    assert {row.owner for row in rows(root, select(copy_differences))} == {"jidoteate"}
    assert fresh(root).unexpected == 7


def test_a_record_that_the_server_refused_or_holds_back_is_told_as_such(
    root: Path, running: process.Running, benefits: list[Row], people: list[str]
) -> None:
    running.control.withhold_codes(people[:1], EVENING + timedelta(days=30))
    changed = [{**row, "teategetsugaku": "30000"} for row in benefits[:2]] + benefits[2:]
    night(root, changed)
    take_away(running, benefits[5])
    with compared(root) as (_, found):
        assert (found.tally.sorts["value"], found.tally.sorts["missing_there"], found.tally.expected) == (1, 1, 1)
    assert standing(root) == [("missing_there", "", None, "open"), ("value", "teategetsugaku", "waiting", "open")]
    now = fresh(root)
    assert (now.waiting, now.failed, now.unexpected, now.records, now.accepted) == (1, 0, 1, 8, 8)


def test_a_kind_that_stopped_at_the_drift_limit_differs_as_expected(root: Path, running: process.Running, benefits: list[Row]) -> None:
    with night_hub(root) as hub:
        assert hub.municipality.copies is not None
        object.__setattr__(hub.municipality.copies.drift, "count", 3)
        say(hub, [{**row, "teategetsugaku": "1"} for row in benefits[:4]] + benefits[4:])
        copies(hub)
    with compared(root) as (_, found):
        assert (found.tally.sorts["value"], found.tally.expected) == (4, 4)
    now = fresh(root)
    assert now.stopped is not None
    assert (now.stopped.state, now.stopped.changes, now.unexpected) == ("stopped", 4, 0)


def test_differences_age_are_explained_resolve_and_come_again(root: Path, running: process.Running, benefits: list[Row]) -> None:
    take_away(running, benefits[0])
    plant(running, {**benefits[1], "teategetsugaku": "99999"}, updated_at=EVENING + timedelta(hours=1))
    with compared(root) as (hub, _):
        numbers = {row.sort: row.id for row in hub.journal.rows(select(copy_differences))}
        explain(hub, numbers["value"], actor="係長", reason="正本の訂正待ち")
        with pytest.raises(SettingError, match="explained"):
            explain(hub, numbers["value"], actor="係長", reason="再び")
        found = find_record(hub, numbers["value"], actor="係長", reason="調査")
        assert found.key == (benefits[1]["atenabango"], benefits[1]["ninteibango"])
        assert benefits[1]["atenabango"] not in repr(found)
    running.control.set_clock(NEXT_EVENING)
    with compared(root, NEXT_EVENING) as (_, again):
        assert again.resolved == 0
    groups = {(one.sort, one.state, one.age) for one in fresh(root, NEXT_EVENING).differences}
    assert groups == {("missing_there", "open", "week"), ("value", "explained", "week")}
    plant(running, benefits[1], updated_at=EVENING + timedelta(hours=1))
    with compared(root, NEXT_EVENING) as (_, third):
        assert third.resolved == 1
    assert standing(root) == [("missing_there", "", None, "open")]
    plant(running, {**benefits[1], "teategetsugaku": "1"}, updated_at=EVENING + timedelta(hours=1))
    with compared(root, NEXT_EVENING):
        pass
    now = fresh(root, NEXT_EVENING)
    assert {(one.sort, one.state, one.age) for one in now.differences} == {("missing_there", "open", "week"), ("value", "open", "today")}
    assert [(one.day, sum(one.sorts.values())) for one in now.trend] == [("2026-11-24", 2), ("2026-11-25", 2)]


def test_the_step_runs_on_its_evenings_only_and_raises_an_alarm_for_what_nobody_expected(
    root: Path, running: process.Running, benefits: list[Row]
) -> None:
    take_away(running, benefits[0])
    with night_hub(root) as hub:
        assert hub.municipality.copies is not None
        assert compare(hub) == {"compared": 1, "unmoved": 0, "differences": 1, "postponed": 0, "stopped": 0, "no_ledger": 4}
        object.__setattr__(hub.municipality.copies, "compare", ("sat",))
        assert compare(hub) == {"skipped": 1}
    assert alarms_of(root) == {("COPIES_DIFFER", KIND)}


def test_what_did_not_move_is_compared_once_a_night(root: Path, running: process.Running, benefits: list[Row]) -> None:
    def counted(moment: datetime) -> tuple[int, int]:
        with night_hub(root, moment) as hub:
            found = compare(hub)
        return found["compared"], found["unmoved"]

    hour = timedelta(hours=1)
    assert [counted(EVENING + hour / 2), counted(EVENING + hour)] == [(1, 0), (0, 1)]
    night(root, [benefit(benefits[0]["atenabango"], 99), *benefits[1:]], EVENING + 2 * hour)
    assert [counted(EVENING + 3 * hour), counted(EVENING + 4 * hour)] == [(1, 0), (0, 1)]


@pytest.mark.parametrize(
    ("point", "left"),
    [("copy_comparison_begun.after_commit", 1), ("copy_comparison.batch_entered", 2), ("copy_comparison_ended.before_commit", 2)],
)
def test_a_comparison_that_is_killed_resolves_nothing_and_the_next_ends_as_if_it_never_was(
    root: Path, running: process.Running, benefits: list[Row], stop_at: Callable[..., None], point: str, left: int
) -> None:
    take_away(running, benefits[0])
    with compared(root):
        pass
    plant(running, benefits[0], updated_at=EVENING + timedelta(hours=1))
    take_away(running, benefits[1])
    stop_at(point)
    with pytest.raises(KilledError), compared(root):
        pass
    assert len(standing(root)) == left
    with compared(root) as (_, found):
        assert (found.differences, found.resolved) == (1, 1)
    assert [row.ended_at is None for row in rows(root, select(copy_comparisons).order_by(copy_comparisons.c.id))] == [False, True, False]
    assert not [file for file in (root / "copies" / "comparing").rglob("*") if file.is_file()]


def test_a_server_that_lists_a_record_twice_is_asked_again_later(
    root: Path, benefits: list[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    with night_hub(root) as hub, server_of(hub) as server:
        listed = list(server.copies(KIND))

        monkeypatch.setattr(server, "copies", lambda _kind: iter([*listed, listed[3]]))
        with pytest.raises(TransientError, match="twice"):
            compare_kind(hub, server, KIND)
        assert hub.journal.rows(select(copy_differences)) == []
