"""Deliver (配信): sealed files to their destinations; "delivered" is said only with the evidence of bytes read back."""

import logging
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, exists, select, update

from connectors.delivery import Evidence
from connectors.errors import PermanentError, TransientError
from pipeline.alarms import OF_DESTINATION, cause_gone, raise_alarm
from pipeline.errors import EvidenceBroken
from pipeline.faults import fault_point
from pipeline.hub import Hub, Target
from pipeline.inbox_files import Stored
from pipeline.journal.database import Write
from pipeline.journal.delivery_tables import LAST_GENERATION, batch_items, batches, deliveries, obligations
from pipeline.journal.intake_tables import applications
from pipeline.steps.statuses import owe_status

log = logging.getLogger(__name__)


def deliver(hub: Hub) -> dict[str, int]:
    """Deliver every released file within its destination's window; a destination that fails does not stop the others.

    Raises PermanentError at the end, when the others have their files, for destinations that a person must set right first, and
    EvidenceBroken when a released file is no longer what was sealed.
    """
    counts = {"delivered": 0, "postponed": 0}
    stopped: list[PermanentError] = []
    broken: list[EvidenceBroken] = []
    for name, setting in hub.municipality.destinations.items():
        # Two workers on one temporary name could hand over half a file; two files of one application must see each other delivered.
        with hub.journal.alone(f"deliver/{hub.code}/{name}") as mine:
            files = _released(hub, name) if mine else []
            try:
                done = _deliver_all(hub, name, files) if files and setting.window.holds(hub.clock.now().time()) else 0
            except PermanentError as error:
                stopped.append(stop_destination(hub, name, error))
                continue
            except EvidenceBroken as error:
                broken.append(_stop_broken(hub, name, error))
                continue
        counts["delivered"] += done
        counts["postponed"] += len(files) - done
    settle_applications(hub)
    log.info("step_ended", extra={"step": "deliver", "stopped": len(stopped) + len(broken), **counts})
    if broken:
        raise EvidenceBroken("; ".join(error.what for error in broken))
    raise_stopped(stopped)
    return counts


def _stop_broken(hub: Hub, destination: str, error: EvidenceBroken) -> EvidenceBroken:
    """Note that a file for a destination is not what was released; nothing after it goes there either."""
    with hub.journal.write() as write:
        raise_alarm(hub, write, kind="EVIDENCE_BROKEN", subject=destination)
        write.leaf("destination_stopped", destination=destination)
    log.error("released_file_broken", extra={"destination": destination, "problem": error.what})
    return error


def stop_destination(hub: Hub, destination: str, error: PermanentError) -> PermanentError:
    """Note that nothing more goes to a destination before a person acted; the error to raise when the others are done."""
    with hub.journal.write() as write:
        raise_alarm(hub, write, kind="DESTINATION_STOPPED", subject=destination)
        write.leaf("destination_stopped", destination=destination)
    log.info("destination_stopped", extra={"destination": destination, "problem": error.problem})
    return PermanentError(destination, error.problem)


def raise_stopped(stopped: Sequence[PermanentError]) -> None:
    """Raise PermanentError naming every stopped destination, if there is any."""
    if stopped:
        raise PermanentError(", ".join(error.system for error in stopped), "; ".join(dict.fromkeys(error.problem for error in stopped)))


def _released(hub: Hub, destination: str) -> list[Row[Any]]:
    waiting = select(batches).where(batches.c.municipality == hub.code, batches.c.destination == destination, batches.c.state == "released")
    return hub.journal.rows(waiting.order_by(batches.c.id))


def _deliver_all(hub: Hub, destination: str, files: list[Row[Any]]) -> int:
    target = hub.target(destination)
    done = 0
    try:
        for batch in files:
            _deliver_one(hub, target, batch)
            done += 1
        cause_gone(hub, OF_DESTINATION, destination)
    except TransientError:
        with hub.journal.write() as write:
            raise_alarm(hub, write, kind="DESTINATION_UNREACHABLE", subject=destination)
            write.leaf("delivery_postponed", destination=destination, files=len(files) - done)
        log.warning("delivery_postponed", extra={"destination": destination, "files": len(files) - done})
    finally:
        target.close()
    return done


def batch_context(municipality: str, destination: str, name: str) -> str:
    """The place in the sealed store that a released file belongs to."""
    return f"batch/{municipality}/{destination}/{name}"


def batch_bytes(hub: Hub, batch: Row[Any]) -> bytes:
    """The released bytes of a file, digest checked."""
    stored = Stored(digest=batch.digest, size=batch.size, path=batch.blob)
    return hub.store.get(stored, context=batch_context(hub.code, batch.destination, batch.name))


def _deliver_one(hub: Hub, target: Target, batch: Row[Any]) -> None:
    data = batch_bytes(hub, batch)
    fault_point("deliver.before_call")
    evidence = target.deliver(batch.name, data)
    fault_point("deliver.after_call")
    with hub.journal.write() as write:
        if not write.insert_new(deliveries, _evidence_row(hub, batch, evidence)):
            return
        write.execute(update(batches).where(batches.c.id == batch.id, batches.c.state == "released").values(state="delivered"))
        _discharge(write, batch.id)
        write.leaf(
            "file_delivered", batch=batch.id, destination=batch.destination, name=batch.name, digest=evidence.sha256, evidence=evidence.kind
        )


def _evidence_row(hub: Hub, batch: Row[Any], evidence: Evidence) -> dict[str, Any]:
    return {
        "batch": batch.id,
        "remote_name": evidence.name,
        "digest": evidence.sha256,
        "size": evidence.size,
        "evidence": evidence.kind,
        "at": hub.clock.now().isoformat(),
    }


def _discharge(write: Write, batch: int) -> None:
    """An obligation is discharged when every file that carries its records has evidence."""
    items = batch_items.alias("other")
    same = (
        (items.c.application == obligations.c.application)
        & (items.c.destination == obligations.c.destination)
        & (items.c.generation == obligations.c.generation)
    )
    undelivered = exists().where(same, items.c.batch == batches.c.id, batches.c.state == "released")
    concerned = select(batch_items.c.application).where(batch_items.c.batch == batch)
    destination = select(batches.c.destination).where(batches.c.id == batch).scalar_subquery()
    statement = update(obligations).where(
        obligations.c.application.in_(concerned), obligations.c.destination == destination, obligations.c.state == "released", ~undelivered
    )
    write.execute(statement.values(state="delivered"))


def settle_applications(hub: Hub) -> int:
    """Move applications on whose obligations are all decided: delivered, or held for the destination that could not take them."""
    moved = 0
    for row in _released_applications(hub):
        owed = select(obligations.c.state, obligations.c.reason).where(obligations.c.application == row.id, LAST_GENERATION)
        states = hub.journal.rows(owed)
        if any(state in ("owed", "released") for state, _ in states):
            continue
        held = next((reason for state, reason in states if state == "held"), None)
        moved += _settle(hub, row, held, examined=any(state == "delivered" for state, _ in states))
    return moved


def _released_applications(hub: Hub) -> list[Row[Any]]:
    released = (applications.c.stage == "released") & (applications.c.disposition == "open")
    return hub.journal.rows(select(applications).where(applications.c.municipality == hub.code, released).order_by(applications.c.id))


def _settle(hub: Hub, row: Row[Any], held: str | None, *, examined: bool) -> int:
    """examined: at least one receiving system has the records, so that somebody looks at them."""
    values = {
        "stage": "delivered",
        "disposition": "held" if held else "delivered",
        "reason": held,
        "disposed_on": hub.clock.today().isoformat(),
    }
    with hub.journal.write() as write:
        unchanged = (applications.c.id == row.id) & (applications.c.stage == "released")
        if write.execute(update(applications).where(unchanged).values(**values)).rowcount == 0:
            return 0
        if examined:
            owe_status(hub, write, row.id, row.receipt, "EXAMINING")
        write.leaf("application_delivered", application=row.id, disposition=values["disposition"], reason=held)
    return 1
