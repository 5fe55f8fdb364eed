"""The sandbox (模擬環境) as an operating system process of its own: started, adopted, stopped by its record ``DIR/sandbox/process.json``.

A record is trusted only when the process it names answers, with the recorded token, that it serves this very root: a copied root carries
a record that belongs to another one.
"""

import argparse
import http.client
import json
import os
import signal
import ssl
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sandbox.control_client import Control
from vocabulary.clock import JST

_START_SECONDS = 30.0
_STOP_SECONDS = 10.0
_PROJECT = Path(__file__).parents[1]
_children: dict[int, "subprocess.Popen[bytes]"] = {}


class SandboxError(Exception):
    """The sandbox did not start or did not stop."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Ports on 127.0.0.1. The control endpoints share the portal's."""

    portal: int
    osr: int
    sftp: int


@dataclass(frozen=True, slots=True)
class Running:
    """A sandbox that answered for its root."""

    root: Path
    pid: int
    ports: Ports
    control_token: str

    @property
    def control(self) -> Control:
        """The way to steer it."""
        return Control(self.root, self.ports.portal, self.control_token)


def start(root: Path, *, now: datetime, script: str = "ordinary-day") -> Running:
    """Start a sandbox for the root and wait until it answers. Raises SandboxError when one runs there already or it does not come up."""
    root = root.resolve()
    if find_running(root) is not None:
        raise SandboxError(f"a sandbox serves {root} already; adopt or stop it")
    (root / "sandbox").mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "sandbox.process", str(root), "--now", now.isoformat(), "--script", script]
    with (root / "sandbox" / "process.log").open("ab") as log:
        child = subprocess.Popen(command, cwd=_PROJECT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)  # noqa: S603  this very program with its own arguments
    _children[child.pid] = child
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and child.poll() is None:
        found = find_running(root)
        if found is not None and found.pid == child.pid:
            return found
        threading.Event().wait(0.05)
    child.kill()
    child.wait()
    raise SandboxError(f"the sandbox of {root} did not come up; see {root / 'sandbox' / 'process.log'}")


def adopt_or_start(root: Path, *, now: datetime, script: str = "ordinary-day") -> Running:
    """The sandbox that serves the root already, its clock set to ``now``; else a new one. An adopted one goes on with its own script."""
    found = find_running(root)
    if found is None:
        return start(root, now=now, script=script)
    found.control.set_clock(now)
    return found


def find_running(root: Path) -> Running | None:
    """The recorded sandbox, when its process answers that it serves this very root."""
    root = root.resolve()
    record = _read_record(root)
    if record is None:
        return None
    running = Running(root, record["pid"], Ports(record["portal_port"], record["osr_port"], record["sftp_port"]), record["control_token"])
    try:
        answer = running.control.identity()
    except (OSError, http.client.HTTPException, ssl.SSLError, ValueError, RuntimeError):
        return None
    return running if answer == {"root": str(root), "pid": running.pid} else None


def stop(root: Path) -> bool:
    """Stop the sandbox of the root. False when none answers for it; then no process is touched."""
    running = find_running(root)
    if running is None:
        return False
    running.control.shutdown()
    if not _ended(running.pid, _STOP_SECONDS):
        os.kill(running.pid, signal.SIGKILL)
        if not _ended(running.pid, _STOP_SECONDS):
            raise SandboxError(f"process {running.pid} does not end")
    return True


def _ended(pid: int, seconds: float) -> bool:
    child = _children.get(pid)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if child is not None and child.poll() is not None:
            del _children[pid]
            return True
        if child is None and not Path(f"/proc/{pid}").exists():
            return True
        threading.Event().wait(0.02)
    return False


def _read_record(root: Path) -> dict[str, Any] | None:
    try:
        record: dict[str, Any] = json.loads((root / "sandbox" / "process.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    needed = {"pid", "portal_port", "osr_port", "sftp_port", "control_token"}
    return record if needed <= set(record) else None


def main(arguments: list[str] | None = None) -> None:
    """Serve a root until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.process", description="Stand-ins of the outside world for one root.")
    parser.add_argument("root", type=Path)
    parser.add_argument("--now", required=True, help="the stand-ins' time, ISO 8601; without an offset it is JST")
    parser.add_argument("--script", default="ordinary-day", help="fault script, a file of sandbox/fault_scripts without .yaml")
    options = parser.parse_args(arguments)
    now = datetime.fromisoformat(options.now)
    root = options.root.resolve()
    # The servers' libraries stay unloaded in processes that only start or ask for a sandbox.
    from sandbox.stage import Stage

    stage = Stage(root, now=now if now.tzinfo else now.replace(tzinfo=JST), script=options.script, earlier=_read_record(root) or {})
    stage.run()


if __name__ == "__main__":
    main()
