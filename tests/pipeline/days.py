"""Days of a small town for tests: moments, roots that are copied instead of made anew, and the hub opened on them."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from sqlalchemy import Select, select

from pipeline.demo.summary import outcome_by_receipt
from pipeline.flow import step_function
from pipeline.hub import Hub, open_hub
from pipeline.journal.database import open_journal, sqlite_url
from pipeline.journal.evidence_tables import alarms
from pipeline.places import Root
from sandbox import process
from vocabulary.clock import JST, Clock

NAHA = "472018"
DAY = date(2026, 11, 24)
NEXT_DAY = date(2026, 11, 25)
SUNDAY = date(2026, 11, 29)
APPLICATIONS = 16
DEFECTS = ("stale-crl", "unknown-serial", "spouse-protected", "document-by-post")
QUIET = "quiet"
TO_CHECK = ("pull", "open", "verify", "identify", "map", "check")
INTAKE = (*TO_CHECK, "release", "deliver")


def at(hour: int, minute: int = 0, *, day: date = DAY) -> datetime:
    """A moment in Japan."""
    return datetime.combine(day, time(hour, minute, tzinfo=JST))


@contextmanager
def hub_at(root: Path, moment: datetime) -> Iterator[Hub]:
    """The hub of the town on a root, its clock standing still."""
    with open_hub(Root(root), NAHA, Clock(moment)) as hub:
        yield hub


@contextmanager
def outside(root: Path, moment: datetime) -> Iterator[process.Running]:
    """The stand-ins of a root, without faults, for the time of the block."""
    running = process.start(root, now=moment, script=QUIET)
    try:
        yield running
    finally:
        process.stop(root)


def run(root: Path, steps: Sequence[str], moment: datetime) -> dict[str, dict[str, int]]:
    """Run steps one after the other, as a flow does."""
    with hub_at(root, moment) as hub:
        return {step: step_function(step)(hub) for step in steps}


def copied(source: Path, target: Path) -> Path:
    """A root of one's own, made like another one."""
    shutil.copytree(source, target)
    return target


def rows(root: Path, statement: Select[Any]) -> list[Any]:
    """What the journal answers."""
    journal = open_journal(sqlite_url(Root(root).database), Clock(at(12)))
    try:
        return journal.rows(statement)
    finally:
        journal.close()


def alarms_of(root: Path) -> set[tuple[str, str]]:
    """Kind and subject of every alarm."""
    return {(row.kind, row.subject) for row in rows(root, select(alarms))}


def outcomes(root: Path) -> dict[str, list[str]]:
    """What became of each receipt number, in the words of the defect catalogue."""
    with hub_at(root, at(12)) as hub:
        return outcome_by_receipt(hub)
