"""Residents of the stand-in who are asked for a correction (補正): some file again, some late, some withdraw, some say nothing.

``portal/residents.json`` may say for a 受付番号 what its resident does and with which texts: {"does": …, "set": {path: text}}.
"""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from sandbox.correction_filings import Refiling, refiled, residents_by_card
from sandbox.journals import Journals
from sandbox.listing_lines import START
from sandbox.town_dice import dice

ANSWERS, LATE, WITHDRAWS, SILENT = "answers", "late", "withdraws", "silent"
SHARES = ((0.6, ANSWERS), (0.75, LATE), (0.9, WITHDRAWS), (1.0, SILENT))
PATIENCE = timedelta(days=40)
"""So long after being asked a late resident files again."""
FIRST_NUMBER = 80_000_000
PLAN = "residents.json"


class AskingPortal(Protocol):
    """What the residents see of the portal."""

    def corrections(self) -> dict[str, datetime]:
        """受付番号 → when it was shown as 補正依頼中."""

    def withdraw(self, receipt: str) -> None:
        """A resident takes an application back."""


class AskedResidents:
    """The residents of a sandbox, ``home`` being its folder; what they did stands in the journal of effects."""

    def __init__(self, home: Path, portal: AskingPortal, journals: Journals) -> None:
        self._home = home
        self._portal = portal
        self._journals = journals
        self._done = {entry["key"] for entry in journals.earlier("portal", "resident")}

    def settle(self, now: datetime) -> int:
        """Let everybody who was asked do what they do. Returns how many did something."""
        return sum(self._act(receipt, asked, now) for receipt, asked in sorted(self._portal.corrections().items()))

    def note(self, receipt: str) -> None:
        """A resident answered by hand."""
        self._done.add(receipt)
        self._journals.effect("portal", "resident", receipt, does=ANSWERS)

    def _act(self, receipt: str, asked: datetime, now: datetime) -> bool:
        plan = self._plan().get(receipt, {})
        does = plan.get("does") or _usual(receipt)
        waits = does == SILENT or (does == LATE and now < asked + PATIENCE)
        if receipt in self._done or waits or not self._line(receipt):
            return False
        if does == WITHDRAWS:
            self._portal.withdraw(receipt)
        elif not self._file_again(receipt, now, plan.get("set", {})):
            return False
        self._done.add(receipt)
        self._journals.effect("portal", "resident", receipt, does=does)
        return True

    def _plan(self) -> dict[str, Any]:
        file = self._home / "portal" / PLAN
        return dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else {}

    def _line(self, receipt: str) -> dict[str, Any]:
        lines = (self._home / "portal" / "listings.jsonl").read_text(encoding="utf-8").splitlines()
        found = [line for line in map(json.loads, lines) if line["receipt"] == receipt]
        return dict(found[-1]) if found else {}

    def _file_again(self, receipt: str, now: datetime, remedy: dict[str, str]) -> bool:
        """List the application once more, set right. False for one that cannot be made again from what the resident sent."""
        line = self._line(receipt)
        portal = self._home / "portal"
        wanted = Refiling(f"{now:%Y%m%d}-{FIRST_NUMBER + len(self._done) + 1:08}", receipt, now, remedy)
        try:
            package = refiled(portal / line["zip"], wanted, residents_by_card(self._home / "town" / "people.jsonl"))
        except (KeyError, ValueError, StopIteration):
            return False
        file = f"zips/{wanted.receipt}.v1.zip"
        (portal / file).write_bytes(package)
        times = {"arrived_at": now.isoformat(), "submitted_at": now.isoformat()}
        fresh = {**line, **times, "receipt": wanted.receipt, "version": 1, "zip": file, "defect": None, "appears": START, "withdrawn": None}
        fresh.pop("listed_version", None)
        with (portal / "listings.jsonl").open("a", encoding="utf-8") as listings:
            listings.write(json.dumps(fresh, ensure_ascii=False) + "\n")
        return True


def _usual(receipt: str) -> str:
    thrown = dice(receipt, "correction").random()
    return next(does for share, does in SHARES if thrown < share)
