"""Lines of the portal's list (申請データ一覧) as the stand-in will offer them, and the order and times in which applications arrive."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sandbox.applications import Application, Slot
from sandbox.town_dice import dice

START, AFTER_FIRST_FETCH = "start", "after_first_fetch"


@dataclass(frozen=True, slots=True)
class Line:
    """One line. procedure: 手続ID. persons: 宛名番号 of everybody whom the application names. defect: its name, or None for a good one.

    appears: start or after_first_fetch. listed_version: what the list still says when the portal already holds another version.
    """

    slot: Slot
    procedure: str
    package: bytes
    persons: tuple[str, ...] = ()
    version: int = 1
    appears: str = START
    withdrawn: bool = False
    listed_version: int | None = None
    defect: str | None = None

    @property
    def file(self) -> str:
        """Where the package lies below the portal's folder."""
        return f"zips/{self.slot.receipt}.v{self.version}.zip"

    def record(self) -> dict[str, Any]:
        """The line of ``listings.jsonl``."""
        lagging = {"listed_version": self.listed_version} if self.listed_version else {}
        return {
            "receipt": self.slot.receipt,
            "procedure": self.procedure,
            "version": self.version,
            "arrived_at": self.slot.arrived.isoformat(),
            "submitted_at": self.slot.submitted.isoformat(),
            "zip": self.file,
            "defect": self.defect,
            "appears": self.appears,
            "withdrawn": "before_fetch" if self.withdrawn else None,
            **lagging,
        }


def line_of(application: Application, package: bytes) -> Line:
    """The plain line of an application."""
    persons = tuple(sorted({person.atena for person in application.persons}))
    return Line(application.slot, application.form.portal_id, package, persons)


def arrange(*, seed: int, good: int, groups: Sequence[str], others: int) -> list[str]:
    """The order of arrival: "" for a good application, a group's name, "-" for one out of scope.

    Each group stands alone between two good ones. Raises ValueError when there are not enough good ones for that.
    """
    if groups and good <= len(groups):
        raise ValueError("there are not enough good applications to stand around every defect")
    chance = dice(seed, "arrangement")
    gaps = chance.sample(range(1, good), len(groups)) if groups else []
    placed = dict(zip(sorted(gaps), groups, strict=True))
    free = [gap for gap in range(good + 1) if gap not in placed]
    scattered = [chance.choice(free) for _ in range(others)]
    order: list[str] = []
    for gap in range(good + 1):
        order += [placed[gap]] if gap in placed else ["-"] * scattered.count(gap)
        order += [""] if gap < good else []
    return order


def slots(*, seed: int, count: int, start: datetime, end: datetime) -> list[Slot]:
    """Slots in the order of arrival between two instants; receipt numbers rise with gaps, as other municipalities share the counter."""
    chance = dice(seed, "arrivals")
    seconds = sorted(chance.sample(range(int((end - start).total_seconds())), count))
    number, found = chance.randint(20, 60), []
    for offset in seconds:
        arrived = start + timedelta(seconds=offset)
        number += chance.randint(1, 9)
        found.append(Slot(f"{arrived:%Y%m%d}-{number:08}", arrived - timedelta(seconds=chance.randint(2, 9)), arrived))
    return found
