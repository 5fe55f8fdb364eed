"""The drift limit (差分の上限): a night that would change unusually many records of a kind stops, and a person is asked."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, select, update

from pipeline.alarms import raise_alarm
from pipeline.errors import SettingError
from pipeline.hub import Hub
from pipeline.journal.copy_tables import copy_drifts
from pipeline.journal.database import Write
from pipeline.night_settings import Drift


def exceeds(limit: Drift, changes: int, accepted: int) -> bool:
    """Whether so many changes of so many accepted records are above the limit. Before the first load there is no share to speak of."""
    return changes > limit.count or (accepted > 0 and changes > limit.few and changes > limit.share * accepted)


def open_drift(hub: Hub, kind: str) -> Row[Any] | None:
    """The stop of a kind that is not decided, or approved and not used yet."""
    mine = (copy_drifts.c.municipality == hub.code) & (copy_drifts.c.kind == kind) & copy_drifts.c.state.in_(("stopped", "approved"))
    return next(iter(hub.journal.rows(select(copy_drifts).where(mine))), None)


def lets_through(drift: Row[Any] | None, limit: Drift, changes: int, accepted: int) -> bool:
    """Whether changes may be sent: below the limit, or approved, when what came after the approval is itself below the limit."""
    if not exceeds(limit, changes, accepted):
        return True
    return drift is not None and drift.state == "approved" and not exceeds(limit, changes - drift.changes, accepted)


def stop_for_drift(hub: Hub, kind: str, *, night: str, changes: int, accepted: int) -> None:
    """Stop a kind for the night and ask a person. An approval that these changes outgrow is void."""
    drift = open_drift(hub, kind)
    row = {"night": night, "changes": changes, "accepted": accepted, "state": "stopped", "at": hub.clock.now().isoformat()}
    if drift is not None and (drift.state, drift.night, drift.changes) == ("stopped", night, changes):
        return
    with hub.journal.write() as write:
        if drift is not None:
            end_drift(write, drift, used=False)
        write.insert_row(copy_drifts, {"municipality": hub.code, "kind": kind, **row})
        raise_alarm(hub, write, kind="COPY_DRIFT", subject=kind)
        write.leaf("copy_drift_stopped", kind=kind, night=night, changes=changes, accepted=accepted)


def end_drift(write: Write, drift: Row[Any], *, used: bool) -> None:
    """Close a stop: its approval is used by a request, or it is gone."""
    values: Mapping[str, Any] = {"state": "used"} if used else {"state": "gone", "actor": None, "reason": None}
    write.execute(update(copy_drifts).where(copy_drifts.c.id == drift.id).values(**values))


def approve(hub: Hub, kind: str, actor: str, reason: str) -> Row[Any]:
    """Let a kind that stopped through once. Raises SettingError when it did not stop, or has been approved already."""
    drift = open_drift(hub, kind)
    if drift is None or drift.state != "stopped":
        raise SettingError(f"{kind}: no night of it waits for an approval", "see `hub sync status` for the kinds that stopped")
    with hub.journal.write() as write:
        values = {"state": "approved", "actor": actor[:80], "reason": reason[:200]}
        write.execute(update(copy_drifts).where(copy_drifts.c.id == drift.id, copy_drifts.c.state == "stopped").values(**values))
        write.leaf("copy_drift_approved", kind=kind, night=drift.night, changes=drift.changes, actor=actor, reason=reason)
    return drift
