"""Named fault points (障害点): places around every durable or remote effect where a test can stop the process.

``HUB_FAULT=name:hit:kill`` kills the process at the n-th time that the point is reached. ``HUB_FAULT_LOG=FILE`` writes the name of each
point that is reached into the file, one a line. Without these variables a point does nothing.
"""

import os
import signal
from collections import Counter
from pathlib import Path

_hits: Counter[str] = Counter()


def fault_point(name: str) -> None:
    """Mark a place between two effects. Stops the process here when the environment asks for it."""
    log = os.environ.get("HUB_FAULT_LOG", "")
    if log:
        with Path(log).open("a", encoding="utf-8") as file:
            file.write(f"{name}\n")
    order = os.environ.get("HUB_FAULT", "")
    if not order:
        return
    wanted, hit, action = order.split(":")
    _hits[name] += 1
    if name == wanted and _hits[name] == int(hit):
        _stop(action)


def _stop(action: str) -> None:
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    raise RuntimeError(f"HUB_FAULT asks for the unknown action {action}; allowed is kill")
