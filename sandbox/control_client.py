"""The demo's and the tests' way to steer a running sandbox: who is it, what time is it, receivers work now, stop, play this script."""

import http.client
import json
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

Phase = Literal["receipts", "results", "middle", "own", "corrections"]
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

    def settle(self, phase: Phase) -> int:
        """Let the receiving systems, the intermediate server, the town's own side, or residents who were asked do their waiting work now.

        Returns how many files they worked off.
        """
        return int(self._call("settle", {"phase": phase})["files"])

    def set_stops(self, spans: Sequence[tuple[datetime, datetime]]) -> None:
        """Plan these stops (計画停止) of the intermediate server, in place of those that were set before."""
        self._call("middle_stops", {"stops": [{"from": start.isoformat(), "until": end.isoformat()} for start, end in spans]})

    def copies(self, kind: str) -> list[dict[str, Any]]:
        """Every copy of a kind that the server holds: {"atenabango", "layout", "updatedAt", "values": {item: value}}."""
        found: list[dict[str, Any]] = self._call("middle_copies", {"kind": kind})["items"]
        return found

    def plant_copy(self, kind: str, atenabango: str, values: Mapping[str, str] | None, *, layout: str, updated_at: datetime) -> None:
        """Put a copy there past all checks; ``values`` None takes the person's copies of the kind away."""
        body = {"kind": kind, "atenabango": atenabango, "values": values, "layout": layout, "updatedAt": updated_at.isoformat()}
        self._call("middle_plant", body)

    def withhold_codes(self, people: Sequence[str], until: datetime) -> None:
        """Let the 符号 of these persons be obtained only at ``until``."""
        self._call("middle_withhold", {"atenabango": list(people), "until": until.isoformat()})

    def flags(self, atenabango: str) -> dict[str, str]:
        """A person's flags at the server: {"nondisclosure": "1|0", "autoresponse_off": "1|0"}."""
        return {key: str(value) for key, value in self._call("middle_flags", {"atenabango": atenabango}).items()}

    def set_flags(self, atenabango: str, *, nondisclosure: str, autoresponse_off: str) -> None:
        """Let the flags stand so, whoever set them."""
        body = {"atenabango": atenabango, "nondisclosure": nondisclosure, "autoresponse_off": autoresponse_off}
        self._call("middle_set_flags", body)

    def request_number(self, atenabango: str) -> str:
        """The number (請求番号) of a request that this resident made at the portal for self-information."""
        return str(self._call("middle_request_number", {"atenabango": atenabango})["requestNumber"])

    def consent(self, atenabango: str, *, act: str, at: datetime, kinds: str = "all") -> str:
        """A resident consents to letter-box deliveries (given), or takes it back (withdrawn). Returns the consent's id."""
        body = {"atenabango": atenabango, "kinds": kinds, "act": act, "at": at.isoformat()}
        return str(self._call("letterbox_consent", body)["consent"])

    def open_delivery(self, reference: str, at: datetime) -> list[dict[str, str]]:
        """A resident opens a delivery; gives its documents: {"name", "type", "sha256", "content": base64}."""
        found: list[dict[str, str]] = self._call("letterbox_open", {"reference": reference, "at": at.isoformat()})["documents"]
        return found

    def arm(self, script: str) -> None:
        """Play this fault script from now on, counting calls from 1."""
        self._call("faults", {"script": script})

    def shutdown(self) -> None:
        """Ask it to end; it answers first."""
        self._call("shutdown", {})

    def _call(self, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
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
