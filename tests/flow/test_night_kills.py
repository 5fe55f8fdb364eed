"""A process killed at any fault point of the night registers nothing twice and loses nothing: it ends as an undisturbed night."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import pytest

from tests.flow import night_kills
from tests.flow.fault_names import marked_points, night_sources, recorded_events
from tests.flow.kills import Chain, Kill
from tests.flow.night_kills import HOURS, Night

KILLED_ELSEWHERE = {"disclosure.before_rename": "tests/night: an export for a resident's request, no part of a night"}
RARE_EVENTS = {
    "copies_differ": "a comparison finds what nobody listed",
    "copies_stopped": "the server refuses a request as a whole, or a sealed file is broken",
    "copy_drift_stopped": "more changes than the drift limit allows",
    "copy_request_lost": "the server knows nothing of a request",
    "copy_result_held": "a result is of another request",
    "exchange_file_refused": "a file of records does not follow its profile",
    "exchange_not_read": "a file of records is not the one that its digest names",
    "flags_forgotten": "a person took the flags of somebody away who is no longer protected",
    "inquiry_sequences_known": "our own side wrote an inquiry down without its 処理通番",
    "ledger_extract_refused": "an extract is not whole or not plausible",
    "ledger_unreachable": "a ledger is out of reach",
    "own_file_refused": "a file of our own side does not follow its profile",
    "own_source_unreachable": "a source of our own side is out of reach",
    "protection_ended": "somebody is no longer protected",
}
ACTS = {
    "copies_tried_again", "copy_difference_explained", "copy_difference_opened", "copy_drift_approved", "exchange_anomaly_explained",
    "exchange_disclosed", "exchange_purged", "exchange_read", "exchange_read_refused", "self_information_opened",
    "self_information_refused",
}  # fmt: skip
"""What only a command of a person records."""


@dataclass(frozen=True)
class Matrix:
    """The undisturbed night, how often each flow came by each fault point, and the killed nights of each flow."""

    golden: Night
    hits: dict[str, Counter[str]]
    killed: dict[str, Future[list[Chain[Night]]]]


@pytest.fixture(scope="module")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matrix]:
    folder = tmp_path_factory.mktemp("nights")
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=night_kills.warm_up) as worker:
        worker.submit(night_kills.second_evening, folder / "root", folder).result()
        golden, hits = worker.submit(night_kills.undisturbed, folder / "root", folder / "snapshots").result()
        killed = {
            flow: worker.submit(night_kills.killed_nights, folder / "snapshots" / flow, orders_of(hits[flow]), folder=folder)
            for flow in HOURS
        }
        yield Matrix(golden, hits, killed)


def orders_of(hits: Counter[str]) -> list[Kill]:
    """Each point at its first hit."""
    return [(name, 1) for name in hits]


def test_the_undisturbed_night_changes_registers_deletes_and_sets_a_flag(matrix: Matrix) -> None:
    assert matrix.golden.faults == ()
    assert all(sum(one[word] for one in matrix.golden.counts.values()) for word in ("registered", "changed", "deleted"))
    assert matrix.golden.flags_set > 0
    assert matrix.golden.exchange["fetched"] > 0


@pytest.mark.parametrize("flow", HOURS)
def test_a_night_killed_at_any_point_ends_as_an_undisturbed_one(matrix: Matrix, flow: str) -> None:
    chains = matrix.killed[flow].result()
    for chain in chains:
        assert chain.day == matrix.golden, f"killed at {chain.killed}"
    assert sorted(kill for chain in chains for kill in chain.killed) == sorted(orders_of(matrix.hits[flow]))


def test_every_fault_point_of_the_night_is_hit(matrix: Matrix) -> None:
    reached = {name for hits in matrix.hits.values() for name in hits}
    recorded = {name.removesuffix(".before_commit") for name in reached if name.endswith(".before_commit")}
    assert marked_points(night_sources()) - reached == set(KILLED_ELSEWHERE)
    assert recorded_events(night_sources()) - recorded == {*RARE_EVENTS, *ACTS}
