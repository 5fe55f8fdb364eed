"""Days that are killed at a fault point and taken up again, without Airflow: each try is a process forked from one that has imported all.

Nothing may lay out a page before the fork: the threads of that library do not survive it.
"""

import os
import shutil
import signal
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Generic, TypeVar

from pipeline.demo.day import HOURS
from pipeline.demo.summary import outcome_by_receipt
from pipeline.demo.world import DEMO_DAY, MUNICIPALITY, at, prepare_world
from pipeline.flow import FLOWS, step_function
from pipeline.hub import open_hub, set_up
from pipeline.places import Root
from pipeline.steps.close_day import inspect_day
from sandbox import world
from sandbox.process import Running, adopt_or_start, stop
from tests.flow.outside_world import OutsideWorld, outside_world, papers, repeated_effects, unfinished_files, unreceipted
from validation.checks import ItemCheck, SuiteSpec, Table
from validation.runner import check
from vocabulary.clock import Clock

SEED = 5
APPLICATIONS = 20
DEFECTS = (
    "character-without-cp932",
    "document-by-post",
    "withdrawn-before-fetch",
    "receipt-conflict",
    "changed-after-listing",
    "unsigned-where-required",
    "filed-twice",
)
STEPS = tuple((flow, step) for flow, _ in HOURS for step in FLOWS[flow])
RUNS_OUT = 0

Seen = TypeVar("Seen")
Kill = tuple[str, int]
"""A fault point, and the how-manieth time that a process reaches it."""


@dataclass(frozen=True)
class Day:
    """How a day ended: seen from outside, what lies before clerks and auditors, and what the hub says about it."""

    outside: OutsideWorld
    papers: frozenset[str]
    outcomes: dict[str, list[str]]
    balanced: bool
    faults: tuple[str, ...]


@dataclass(frozen=True)
class Chain(Generic[Seen]):
    """A root that was killed at several points, one after the other, and then finished its day, or its night, as ``day`` says."""

    killed: tuple[Kill, ...]
    day: Seen


def warm_up() -> None:
    """Import what a day imports, Great Expectations too, so that a fork starts at once."""
    for _, step in STEPS:
        step_function(step)
    check(SuiteSpec("warm", "1", (ItemCheck("shimei", "N", 5),), ()), Table([1], {"shimei": ["山田"]}))


def new_root(folder: Path, *, applications: int = APPLICATIONS, defects: Sequence[str] | None = DEFECTS) -> Path:
    """The town in the morning."""
    status = forked(lambda: _make_root(folder, applications, defects), log=folder.with_suffix(".log"))
    assert status == RUNS_OUT, folder.with_suffix(".log").read_text(encoding="utf-8")
    return folder


def _make_root(folder: Path, applications: int, defects: Sequence[str] | None) -> None:
    folder.mkdir(parents=True)
    if defects is None:
        prepare_world(Root(folder), seed=SEED, applications=applications)
    else:
        world.prepare(folder, seed=SEED, applications=applications, day=DEMO_DAY, municipality=MUNICIPALITY, defects=defects)
    set_up(Root(folder), Clock(at(6)))


@contextmanager
def stand_ins(root: Path, *, script: str = "ordinary-day") -> Iterator[Running]:
    """The outside world of a root for the time of the block."""
    running = adopt_or_start(root, now=at(6), script=script)
    try:
        yield running
    finally:
        stop(root)


def run_steps(running: Running, steps: Sequence[tuple[str, str]], *, fault: str = "", log: Path | None = None) -> int:
    """Run steps at their hours in a process of their own. Returns the negative signal that killed it, or 0."""
    environment = {"HUB_FAULT": fault, "HUB_FAULT_LOG": str(log or "")}
    return forked(lambda: _work(running, steps), log=running.root / "child.log", environment=environment)


def _work(running: Running, steps: Sequence[tuple[str, str]]) -> None:
    hours = dict(HOURS)
    for flow, group in groupby(steps, key=lambda pair: pair[0]):
        running.control.set_clock(hours[flow])
        if flow == "notify":
            running.control.settle("receipts")
            running.control.settle("results")
        with open_hub(Root(running.root), MUNICIPALITY, Clock(hours[flow])) as hub:
            for _, step in group:
                step_function(step)(hub)


def forked(work: Callable[[], object], *, log: Path, environment: dict[str, str] | None = None) -> int:
    """Do the work in a process of its own. Returns the negative signal that killed it, 0, or 1 with the traceback in ``log``."""
    child = os.fork()
    if child == 0:
        os.environ.update(environment or {})
        try:
            work()
            sys.stdout.flush()
            os._exit(0)
        except BaseException:  # noqa: BLE001  nothing of the parent's may run in the child
            log.write_text(traceback.format_exc(), encoding="utf-8")
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def judge(root: Path) -> Day:
    """Look at a finished day."""
    with open_hub(Root(root), MUNICIPALITY, Clock(at(18))) as hub:
        found = inspect_day(hub, DEMO_DAY)
        outcomes = {receipt: sorted(words) for receipt, words in outcome_by_receipt(hub).items()}
    faults = [f"repeated {effect}" for effect in repeated_effects(root)]
    faults += [f"no receipt for {name}" for name in unreceipted(root)]
    faults += [f"unfinished {name}" for name in unfinished_files(root)]
    faults += found.problems
    return Day(outside_world(root), papers(root), outcomes, found.balanced, tuple(faults))


def undisturbed(root: Path, snapshots: Path) -> tuple[Day, dict[str, Counter[str]]]:
    """Run a day to its end, keeping the root as it is before each step: (day, step → fault point → hits)."""
    hits: dict[str, Counter[str]] = {}
    with stand_ins(root) as running:
        for flow, step in STEPS:
            shutil.copytree(root, snapshots / f"{flow}.{step}")
            log = root.parent / f"{flow}.{step}.hits"
            status = run_steps(running, [(flow, step)], log=log)
            assert status == RUNS_OUT, (root / "child.log").read_text(encoding="utf-8")
            hits[f"{flow}.{step}"] = Counter(log.read_text(encoding="utf-8").split() if log.exists() else [])
    return judge(root), hits


def whole_day(root: Path) -> Day:
    """Run a day to its end on a root."""
    with stand_ins(root) as running:
        status = run_steps(running, STEPS)
        assert status == RUNS_OUT, (root / "child.log").read_text(encoding="utf-8")
    return judge(root)


def killed_days(snapshot: Path, orders: Sequence[Kill], *, folder: Path) -> list[Chain[Day]]:
    """Kill days at all ordered points, taking up the day after every kill. snapshot: the root before a step, named flow.step.

    A root goes from kill to kill, its step taken up again after each as a scheduler's retry does, while there is work left for the next
    point; then the whole day is run undisturbed. A fresh copy of the root takes the points that are left.
    """
    again = STEPS[[f"{flow}.{step}" for flow, step in STEPS].index(snapshot.name) :]
    chains: list[Chain[Day]] = []
    left = list(orders)
    while left:
        root = folder / f"{len(chains)}"
        shutil.copytree(snapshot, root)
        chains.append(_killed_day(root, left, again))
        if not chains[-1].killed:
            break
        left = [order for order in left if order not in chains[-1].killed]
        shutil.rmtree(root)
    return chains


def _killed_day(root: Path, orders: Sequence[Kill], again: Sequence[tuple[str, str]]) -> Chain[Day]:
    killed: list[Kill] = []
    with stand_ins(root) as running:
        for name, hit in orders:
            status = run_steps(running, again, fault=f"{name}:{hit}:kill")
            if status != -signal.SIGKILL:
                break
            killed.append((name, hit))
        status = run_steps(running, STEPS)
        assert status == RUNS_OUT, f"after kills at {killed}: {(root / 'child.log').read_text(encoding='utf-8')}"
    return Chain(tuple(killed), judge(root))
