"""The one act of a person in the demo's night (差分の承認): the first load of copies is above the drift limit and is let through."""

from pipeline.demo.world import MUNICIPALITY, at
from pipeline.hub import open_hub
from pipeline.places import Root
from pipeline.sync.drift import approve, open_drift
from vocabulary.clock import Clock

ACTOR, REASON = "情報政策課（デモ）", "初回の一括登録"


def approve_first_load(root: Root) -> int:
    """Approve every kind that stopped. Returns how many."""
    with open_hub(root, MUNICIPALITY, Clock(at(22, 20))) as hub:
        kinds = hub.municipality.copies.kinds if hub.municipality.copies else ()
        stopped = [kind for kind in kinds if (drift := open_drift(hub, kind)) is not None and drift.state == "stopped"]
        for kind in stopped:
            approve(hub, kind, ACTOR, REASON)
    return len(stopped)
