"""The demo's and the tests' way to steer a running sandbox: who is it, what time is it, receivers work now, stop, play this script."""

import http.client
import json
import ssl
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Control:
    """Endpoints under /control of the portal's port. Raises OSError or http.client.HTTPException when nobody answers."""

    root: Path
    port: int
    token: str

    def identity(self) -> dict[str, Any]:
        """{"root": the absolute root that it serves, "pid": its process}."""
        return self._call("identity", {})

    def set_clock(self, now: datetime) -> None:
        """Set the stand-ins' time, which then stands still."""
        self._call("clock", {"now": now.isoformat()})

    def settle(self, phase: Literal["receipts", "results"]) -> int:
        """Let the receiving systems do a phase of their work now. Returns how many files they worked off."""
        return int(self._call("settle", {"phase": phase})["files"])

    def arm(self, script: str) -> None:
        """Play this fault script from now on, counting calls from 1."""
        self._call("faults", {"script": script})

    def shutdown(self) -> None:
        """Ask it to end; it answers first."""
        self._call("shutdown", {})

    def _call(self, name: str, body: dict[str, str]) -> dict[str, Any]:
        context = ssl.create_default_context(cafile=str(self.root / "sandbox" / "tls" / "ca.pem"))
        link = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=_SECONDS, context=context)
        try:
            link.request("POST", f"/control/{name}", json.dumps(body), {"Authorization": f"Bearer {self.token}"})
            response = link.getresponse()
            answer: dict[str, Any] = json.loads(response.read())
        finally:
            link.close()
        if response.status != 200:
            raise RuntimeError(f"sandbox: control {name} answered {response.status} {answer.get('code')}")
        return answer
