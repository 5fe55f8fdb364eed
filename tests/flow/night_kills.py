"""A second night that is killed at fault points and taken up again: people came and went since the first, and somebody lost a flag."""

import os
import shutil
import signal
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pipeline.exchange.counts import exchange_counts
from pipeline.flow import FLOWS, step_function
from pipeline.sync.counts import night_counts
from sandbox.ledgers import advance
from sandbox.process import Running, start, stop
from tests.flow import night_world as nights
from tests.flow.kills import RUNS_OUT, Chain, Kill, forked
from tests.flow.night_world import DAY, Copies, evening
from tests.flow.outside_world import repeated_effects

NEXT = DAY + timedelta(days=1)
HOURS = {"nightly_sync": evening(22, day=NEXT), "exchange_log": evening(23, day=NEXT)}
ONE_LOAD = {"drift": {"share": "0.20", "count": "5000"}}
SMALL_PARTS = {"drift": {"share": "0.90", "count": "5000"}, "part_records": "2", "compare": ["tue", "wed"]}


@dataclass(frozen=True)
class Night:
    """How a night ended, seen from outside, and what the hub says about it."""

    copies: Copies
    effects: Counter[tuple[str, str]]
    flags_set: int
    counts: dict[str, dict[str, int]]
    exchange: dict[str, int]
    faults: tuple[str, ...]


def warm_up() -> None:
    """Import what a night imports, so that a fork starts at once."""
    for flow in HOURS:
        for step in FLOWS[flow]:
            step_function(step)


def second_evening(root: Path, settings: Path) -> None:
    """A town after its first night, the ledgers a day further."""
    os.environ["HUB_MUNICIPALITIES"] = str(nights.municipality_file(settings / "first", changes=ONE_LOAD))
    nights.new_town(root)
    running = start(root, now=evening(6), script="quiet")
    try:
        nights.run_steps(running, [("refresh_links", "refresh_links")], evening(6))
        assert nights.whole_night(running) == {}
        _, waiting = min(nights.differing(root))
        advance(root / "sandbox" / "ledgers", NEXT)
        running.control.set_clock(evening(21, day=NEXT))
        running.control.settle("own")
        protected = [person for person in nights.protected_of(root) if running.control.flags(person)["nondisclosure"] == "1"]
        running.control.set_flags(protected[0], nondisclosure="0", autoresponse_off="1")
        # One newcomer's 符号 comes late, so that a record still waits and the comparison finds it.
        running.control.withhold_codes([waiting.partition(nights.SEPARATOR)[0]], evening(12, day=NEXT + timedelta(days=30)))
        (root / "cases" / nights.CODE / "shien-sochi" / "flags.csv").unlink()
    finally:
        stop(root)
    os.environ["HUB_MUNICIPALITIES"] = str(nights.municipality_file(settings / "second", changes=SMALL_PARTS))


def undisturbed(root: Path, snapshots: Path) -> tuple[Night, dict[str, Counter[str]]]:
    """Run the night to its end, keeping the root as it is before each flow: (night, flow → fault point → hits)."""
    hits = {}
    running = start(root, now=evening(21, day=NEXT), script="quiet")
    try:
        for flow in HOURS:
            shutil.copytree(root, snapshots / flow)
            log = root.parent / f"{flow}.hits"
            assert _run(running, [flow], log=log) == RUNS_OUT, (root / "child.log").read_text(encoding="utf-8")
            hits[flow] = Counter(log.read_text(encoding="utf-8").split())
    finally:
        stop(root)
    return judge(root), hits


def killed_nights(snapshot: Path, orders: Sequence[Kill], *, folder: Path) -> list[Chain[Night]]:
    """Kill a flow at all ordered points, going on after every kill; what the night has passed by is tried on a fresh copy of the root."""
    chains: list[Chain[Night]] = []
    left = list(orders)
    while left:
        root = folder / f"{snapshot.name}{len(chains)}"
        shutil.copytree(snapshot, root)
        chains.append(_killed_night(root, left, snapshot.name))
        if not chains[-1].killed:
            break
        left = [order for order in left if order not in chains[-1].killed]
        shutil.rmtree(root)
    return chains


def _killed_night(root: Path, orders: Sequence[Kill], flow: str) -> Chain[Night]:
    killed: list[Kill] = []
    running = start(root, now=evening(21, day=NEXT), script="quiet")
    try:
        for name, hit in orders:
            status = _run(running, [flow], fault=f"{name}:{hit}:kill")
            if status == -signal.SIGKILL:
                killed.append((name, hit))
            elif status != RUNS_OUT:
                raise AssertionError((root / "child.log").read_text(encoding="utf-8"))
        status = _run(running, list(HOURS))
        assert status == RUNS_OUT, f"after kills at {killed}: {(root / 'child.log').read_text(encoding='utf-8')}"
    finally:
        stop(root)
    return Chain(tuple(killed), judge(root))


def _run(running: Running, flows: Sequence[str], *, fault: str = "", log: Path | None = None) -> int:
    def work() -> None:
        for flow in flows:
            nights.run_steps(running, [(flow, step) for step in FLOWS[flow]], HOURS[flow])

    return forked(work, log=running.root / "child.log", environment={"HUB_FAULT": fault, "HUB_FAULT_LOG": str(log or "")})


def judge(root: Path) -> Night:
    """Look at a finished night."""
    with nights.hub_at(root, HOURS["exchange_log"]) as hub:
        counts, exchange = night_counts(hub, NEXT.isoformat()), exchange_counts(hub, NEXT)
    faults = [f"repeated {effect}" for effect in repeated_effects(root) if effect[1] != "exchange_files_made"]
    faults += [f"unlisted {kind}" for kind, _ in nights.differing(root, NEXT) - nights.listed(root, NEXT)]
    faults += ["unbalanced"] if nights.balance_of_effects(root) != nights.kinds_at_server(root) else []
    return Night(
        copies=nights.server_copies(root),
        effects=nights.effects_of_copies(root),
        flags_set=nights.flags_set(root),
        counts={kind: dict(one) for kind, one in counts.items()},
        exchange=dict(exchange),
        faults=tuple(faults),
    )
