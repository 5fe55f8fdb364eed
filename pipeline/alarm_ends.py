"""Alarms whose cause is gone (警報の解消), where the journal itself shows it: what was refused has been taken since."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row, select

from pipeline.alarms import end_alarm
from pipeline.hub import Hub
from pipeline.journal.decision_tables import notice_outbox, result_files, status_outbox
from pipeline.journal.delivery_tables import batches, receipts
from pipeline.journal.intake_tables import applications, listings
from pipeline.journal.register_tables import register_loads
from pipeline.sync.drift import open_drift

Settled = Callable[[Hub, Row[Any]], bool]


def end_settled(hub: Hub, standing: Iterable[Row[Any]]) -> int:
    """End those of the standing alarms whose cause the journal shows to be gone. Returns how many."""
    over = [row for row in standing if row.kind in _SETTLED and _SETTLED[row.kind](hub, row)]
    if over:
        with hub.journal.write() as write:
            for row in over:
                end_alarm(hub, write, kind=row.kind, subject=row.subject)
    return len(over)


def _fetched(hub: Hub, alarm: Row[Any]) -> bool:
    unresolved = (listings.c.municipality == hub.code) & (listings.c.receipt == alarm.subject) & (listings.c.state == "listed")
    return hub.journal.scalar(select(listings.c.id).where(unresolved).limit(1)) is None


def _status_sent(hub: Hub, alarm: Row[Any]) -> bool:
    receipt, _, status = alarm.subject.rpartition("/")
    joined = select(status_outbox.c.state).join(applications, applications.c.id == status_outbox.c.application)
    same = (applications.c.municipality == hub.code) & (applications.c.receipt == receipt) & (status_outbox.c.status == status)
    states = {row.state for row in hub.journal.rows(joined.where(same))}
    return states == {"sent"}


def _notice_told(hub: Hub, alarm: Row[Any]) -> bool:
    number = int(alarm.subject.removeprefix("notice "))
    state = hub.journal.scalar(select(notice_outbox.c.state).where(notice_outbox.c.id == number))
    return state in ("accepted", "undeliverable")


def _answer_read(hub: Hub, alarm: Row[Any]) -> bool:
    destination, _, name = alarm.subject.partition("/")
    taken = (result_files.c.municipality == hub.code) & (result_files.c.destination == destination) & (result_files.c.name == name)
    joined = select(receipts.c.name).join(batches, batches.c.id == receipts.c.batch)
    sent = (batches.c.municipality == hub.code) & (batches.c.destination == destination) & (receipts.c.name == name)
    return any(hub.journal.scalar(statement) is not None for statement in (select(result_files.c.name).where(taken), joined.where(sent)))


def _register_loaded(hub: Hub, alarm: Row[Any]) -> bool:
    """The refused file itself was handed over anew and loaded."""
    name = alarm.subject.partition(":")[0].partition(" ")[0]
    loaded = (register_loads.c.municipality == hub.code) & (register_loads.c.name == name)
    return hub.journal.scalar(select(register_loads.c.name).where(loaded, register_loads.c.loaded_at > alarm.last_at)) is not None


def _register_fresh(hub: Hub, alarm: Row[Any]) -> bool:
    loaded = (register_loads.c.municipality == hub.code) & (register_loads.c.kind == alarm.subject)
    return hub.journal.scalar(select(register_loads.c.name).where(loaded, register_loads.c.loaded_at > alarm.last_at).limit(1)) is not None


def _drift_decided(hub: Hub, alarm: Row[Any]) -> bool:
    drift = open_drift(hub, alarm.subject)
    return drift is None or drift.state != "stopped"


_SETTLED: Mapping[str, Settled] = MappingProxyType(
    {
        "FETCH_REFUSED": _fetched,
        "STATUS_REFUSED": _status_sent,
        "STATUS_CODE_UNKNOWN": _status_sent,
        "STATUS_GIVEN_UP": _status_sent,
        "NOTICE_CODE_UNKNOWN": _notice_told,
        "NOTICE_GIVEN_UP": _notice_told,
        "NOTICE_REFUSED": _notice_told,
        "ANSWER_UNREADABLE": _answer_read,
        "REGISTER_ROW": _register_loaded,
        "REGISTER_STALE": _register_fresh,
        "COPY_DRIFT": _drift_decided,
    }
)
