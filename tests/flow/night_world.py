"""Nights of a small town without Airflow, and what the server holds beside what the ledgers say, read with readers of their own."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select

from pipeline.flow import FLOWS, run_flow, step_function
from pipeline.hub import Hub, open_hub, set_up
from pipeline.journal.copy_tables import copy_drifts, copy_items, copy_requests, copy_withheld
from pipeline.places import PROJECT, Root
from sandbox import world
from sandbox.journals import read_journal
from sandbox.process import Running
from vocabulary.clock import JST, Clock

CODE = "472018"
DAY = date(2026, 11, 24)
SEED = 11
FLOWS_OF_NIGHT = ("nightly_sync", "exchange_log", "night_report")
STEPS = tuple((flow, step) for flow in FLOWS_OF_NIGHT for step in FLOWS[flow])
COPY_EFFECTS = ("copy_registered", "copy_changed", "copy_deleted")
SEPARATOR = "\x1f"
Copies = dict[tuple[str, str], dict[str, str]]
"""Kind and key → filled items."""


def evening(hour: int = 22, minute: int = 0, *, day: date = DAY) -> datetime:
    """A moment in Japan."""
    return datetime.combine(day, time(hour, minute), JST)


def municipality_file(folder: Path, *, changes: Mapping[str, Any]) -> Path:
    """A folder with the municipality's file, some keys of its copies set otherwise."""
    declared = _texts(PROJECT / "municipalities" / f"{CODE}.yaml")
    declared["copies"] |= changes
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{CODE}.yaml").write_text(yaml.safe_dump(declared, allow_unicode=True), encoding="utf-8")
    return folder


def new_town(root: Path, *, day: date = DAY) -> Path:
    """A town on the evening of a day whose register was read in the morning."""
    world.prepare(root, seed=SEED, applications=6, day=day, municipality=CODE, defects=())
    set_up(Root(root), Clock(evening(6, day=day)))
    return root


@contextmanager
def hub_at(root: Path, moment: datetime) -> Iterator[Hub]:
    """The hub, its clock standing still."""
    with open_hub(Root(root), CODE, Clock(moment)) as hub:
        yield hub


def run_steps(running: Running, steps: Sequence[tuple[str, str]], moment: datetime) -> dict[str, dict[str, int]]:
    """Run steps one after the other at one moment; step → counts."""
    running.control.set_clock(moment)
    with hub_at(running.root, moment) as hub:
        return {step: step_function(step)(hub) for _, step in steps}


def run(running: Running, flow: str, moment: datetime) -> dict[str, str]:
    """A flow as ``hub run`` has it. Returns the steps that were stopped, and the kinds of error that did."""
    running.control.set_clock(moment)
    ended = run_flow(flow, CODE, root=Root(running.root), clock=Clock(moment))
    return {step: type(error).__name__ for step, error in ended.stopped.items()}


def whole_night(running: Running, day: date = DAY) -> dict[str, str]:
    """A night as the demo has it: the copies, half an hour later their results, the records of exchange. Returns what was stopped."""
    running.control.settle("own")
    stopped = run(running, "nightly_sync", evening(22, day=day))
    running.control.settle("middle")
    stopped |= run(running, "nightly_sync", evening(22, 30, day=day))
    return stopped | run(running, "exchange_log", evening(23, day=day))


def server_copies(root: Path) -> Copies:
    """What the server's own files hold, under 宛名番号 again."""
    home = root / "sandbox" / "middle"
    with closing(sqlite3.connect(home / "gateway.db")) as gateway, closing(sqlite3.connect(home / "server.db")) as server:
        persons = {number: person for person, number in gateway.execute("SELECT person, number FROM numbers")}
        rows = server.execute("SELECT kind, number, cells FROM copies").fetchall()
    found: Copies = {}
    for kind, number, cells in rows:
        values = {**json.loads(cells), "atenabango": persons[number]}
        found[kind, _key(kind, values)] = {name: value for name, value in values.items() if value}
    return found


def older_copies(root: Path, layout: str) -> int:
    """Copies that the server took in an earlier layout."""
    with closing(sqlite3.connect(root / "sandbox" / "middle" / "server.db")) as server:
        (count,) = server.execute("SELECT count(*) FROM copies WHERE layout < ?", (layout,)).fetchone()
    return int(count)


def ledger_copies(root: Path, day: date = DAY) -> Copies:
    """What the business systems' own books say, in the items of the layout of the day."""
    book = json.loads((root / "sandbox" / "ledgers" / "book.json").read_text(encoding="utf-8"))["rows"]
    found: Copies = {}
    for kind, rows in book.items():
        layouts = [one for one in _declared(kind)["layouts"] if one["valid_from"] <= day.isoformat() <= one["valid_until"]]
        for row in rows.values():
            values = {name: row[name] for name in layouts[0]["items"] if row.get(name)}
            found[kind, _key(kind, values)] = values
    return found


def differing(root: Path, day: date = DAY) -> set[tuple[str, str]]:
    """Kind and key of every record that is not the same on both sides."""
    here, there = ledger_copies(root, day), server_copies(root)
    return {key for key in here.keys() | there.keys() if here.get(key) != there.get(key)}


def listed(root: Path, day: date = DAY) -> set[tuple[str, str]]:
    """Of the records that differ, those that the hub lists as failed, waiting, withheld, or stopped by the drift limit."""
    with hub_at(root, evening(23, day=day)) as hub:
        items = hub.journal.rows(select(copy_items.c.key_index).where(copy_items.c.state.in_(("failed", "waiting", "sent"))))
        held = hub.journal.rows(select(copy_withheld.c.key_index).where(copy_withheld.c.ended_on.is_(None)))
        stopped = hub.journal.rows(select(copy_drifts.c.kind).where(copy_drifts.c.state.in_(("stopped", "approved"))))
        known, kinds = {row.key_index for row in (*items, *held)}, {row.kind for row in stopped}
        return {(kind, key) for kind, key in differing(root, day) if kind in kinds or hub.index(f"{kind}/{key}", "copy-key") in known}


def effects_of_copies(root: Path) -> Counter[tuple[str, str]]:
    """Effect and kind → how often it was had."""
    entries = read_journal(root / "sandbox" / "journals" / "effects.jsonl")
    return Counter((one["effect"], one["kind"]) for one in entries if one["effect"] in COPY_EFFECTS)


def balance_of_effects(root: Path) -> dict[str, int]:
    """Kind → what was registered and not deleted, by the journal of effects."""
    effects = effects_of_copies(root)
    return {kind: effects["copy_registered", kind] - effects["copy_deleted", kind] for kind in sorted({kind for _, kind in effects})}


def kinds_at_server(root: Path) -> dict[str, int]:
    """Kind → copies that the server holds."""
    return dict(sorted(Counter(kind for kind, _ in server_copies(root)).items()))


def protected_of(root: Path) -> list[str]:
    """宛名番号 of everybody under 支援措置, by the town's own list."""
    people = (root / "sandbox" / "town" / "people.jsonl").read_text(encoding="utf-8").splitlines()
    return sorted(person["atena"] for person in map(json.loads, people) if person["protected"])


def flags_set(root: Path) -> int:
    """How often a flag was set at the server."""
    return sum(one["effect"] == "flag_set" for one in read_journal(root / "sandbox" / "journals" / "effects.jsonl"))


def open_requests(root: Path) -> int:
    """Requests whose answer is open."""
    with hub_at(root, evening(23)) as hub:
        return len(hub.journal.rows(select(copy_requests.c.id).where(copy_requests.c.state != "answered")))


def _key(kind: str, values: Mapping[str, str]) -> str:
    return SEPARATOR.join(values.get(name, "") for name in _declared(kind)["key"])


_KNOWN: dict[str, dict[str, Any]] = {}


def _declared(kind: str) -> dict[str, Any]:
    if kind not in _KNOWN:
        _KNOWN[kind] = _texts(PROJECT / "mappings" / "copies" / kind / "copy.yaml")
    return _KNOWN[kind]


def _texts(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506  the base loader makes strings only
    return found
