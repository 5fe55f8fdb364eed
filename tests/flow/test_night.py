"""The sandbox's copies equal the ledgers after every night, but for what the hub lists; whatever the server does in between."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.exchange.counts import exchange_counts
from pipeline.sync.counts import night_counts
from sandbox.process import Running, start, stop
from tests.flow import night_world as nights
from tests.flow.night_world import DAY, STEPS, evening, whole_night
from tests.flow.outside_world import repeated_effects
from tests.pipeline.days import copied

SYNC = [pair for pair in STEPS if pair[0] == "nightly_sync"]
NEXT = DAY + timedelta(days=1)
SCRIPTS = ("middle-partial", "middle-stops", "middle-results-late", "middle-results-twice", "middle-results-foreign")


@pytest.fixture(scope="module", autouse=True)
def limits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A first load below the drift limit, in parts that are small enough to stop between them."""
    with pytest.MonkeyPatch.context() as patch:
        folder = nights.municipality_file(
            tmp_path_factory.mktemp("municipalities"), changes={"drift": {"share": "0.20", "count": "5000"}, "part_records": "100"}
        )
        patch.setenv("HUB_MUNICIPALITIES", str(folder))
        yield


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = nights.new_town(tmp_path_factory.mktemp("night") / "root")
    running = start(root, now=evening(6), script="quiet")
    try:
        nights.run_steps(running, [("refresh_links", "refresh_links")], evening(6))
    finally:
        stop(root)
    return root


@pytest.fixture
def root(town: Path, tmp_path: Path) -> Iterator[Path]:
    yield copied(town, tmp_path / "root")
    stop(tmp_path / "root")


def settled_nights(running: Running) -> None:
    """The night, what is left of it an hour later, and the next night without faults."""
    whole_night(running)
    nights.run(running, "nightly_sync", evening(23, 45))
    running.control.arm("quiet")
    assert whole_night(running, NEXT) == {}


def assert_nothing_twice(root: Path) -> None:
    assert repeated_effects(root) == []
    assert nights.balance_of_effects(root) == nights.kinds_at_server(root)


def test_after_a_night_the_copies_equal_the_ledgers_but_for_what_is_listed(root: Path) -> None:
    running = start(root, now=evening(), script="quiet")
    assert whole_night(running) == {}
    different = nights.differing(root)
    assert different == nights.listed(root)
    assert 0 < len(different) < 80
    with nights.hub_at(root, evening(23)) as hub:
        counts, exchange = night_counts(hub, DAY.isoformat()), exchange_counts(hub, DAY)
    assert {kind: one["registered"] for kind, one in counts.items()} == nights.kinds_at_server(root)
    assert sum(one["failed"] + one["waiting"] for one in counts.values()) == len(different)
    assert exchange["fetched"] > exchange["matched"] > 0
    assert_nothing_twice(root)


@pytest.mark.parametrize("script", SCRIPTS)
def test_whatever_becomes_of_requests_and_results_the_next_night_has_it_right(root: Path, script: str) -> None:
    running = start(root, now=evening(), script=script)
    settled_nights(running)
    different = nights.differing(root, NEXT)
    assert different == nights.listed(root, NEXT)
    assert (len(different) > 0) == (script == "middle-partial")
    assert nights.open_requests(root) == 0
    assert_nothing_twice(root)


def test_a_planned_stop_ends_the_night_between_two_parts_and_the_next_goes_on_there(root: Path) -> None:
    running = start(root, now=evening(), script="quiet")
    running.control.set_stops([(evening(23), evening(23, 59))])
    nights.run_steps(running, SYNC[:4], evening(22))
    counts = nights.run_steps(running, SYNC[:1] + SYNC[4:], evening(22, 50))
    assert counts["copies"] == {"skipped": 1}
    assert nights.server_copies(root) == {}
    running.control.set_stops([])
    assert whole_night(running, NEXT) == {}
    assert nights.differing(root, NEXT) == nights.listed(root, NEXT)
    assert_nothing_twice(root)
