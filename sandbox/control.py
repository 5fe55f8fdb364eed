"""The sandbox's control desk: answers ``control_client.Control`` over HTTPS, for the holder of the control token only."""

import hmac
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sandbox.faults import Script, load_script
from sandbox.web import Answer, Request, error

_Task = Callable[[Mapping[str, Any]], dict[str, Any]]


class SandboxClock:
    """The stand-ins' time, standing still until it is set."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """The present instant of the stand-ins."""
        return self._now

    def text(self) -> str:
        """The present instant as ISO 8601."""
        return self._now.isoformat()

    def set(self, now: datetime) -> None:
        """Stand still at this instant from now on."""
        self._now = now


@dataclass(frozen=True)
class ControlDesk:
    """What may be asked of the sandbox.

    arm: plays a script. stopped: set when the process is to end. phases: work of the stand-ins that waits for ``settle``.
    more: path → task, of single stand-ins.
    """

    root: Path
    token: str
    clock: SandboxClock
    arm: Callable[[Script], None]
    stopped: threading.Event
    phases: Mapping[str, Callable[[], int]]
    more: Mapping[str, _Task]

    def respond(self, request: Request) -> Answer:
        """Carry out a request. Errors in its content are answered with status 400."""
        if not hmac.compare_digest(request.token.encode(), self.token.encode()):
            return error(403, "CONTROL_TOKEN")
        tasks: Mapping[str, _Task] = {
            "/identity": self._identity,
            "/clock": self._clock,
            "/settle": self._settle,
            "/faults": self._faults,
            "/shutdown": self._shutdown,
            **self.more,
        }
        task = tasks.get(request.path)
        if task is None:
            return error(404, "PATH")
        try:
            return Answer(200, task(request.cells))
        except (ValueError, KeyError, TypeError) as problem:
            return Answer(400, {"code": "CONTROL", "message": str(problem)})

    def _identity(self, _cells: Mapping[str, Any]) -> dict[str, Any]:
        return {"root": str(self.root), "pid": os.getpid()}

    def _clock(self, cells: Mapping[str, Any]) -> dict[str, Any]:
        self.clock.set(datetime.fromisoformat(cells["now"]))
        return {}

    def _settle(self, cells: Mapping[str, Any]) -> dict[str, Any]:
        return {"files": self.phases[cells["phase"]]()}

    def _faults(self, cells: Mapping[str, Any]) -> dict[str, Any]:
        self.arm(load_script(cells["script"]))
        return {}

    def _shutdown(self, _cells: Mapping[str, Any]) -> dict[str, Any]:
        self.stopped.set()
        return {}
