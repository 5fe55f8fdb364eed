"""What the sheet of a day's close shows beside the balance (日締めの内訳): counts, kinds and days only."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ActCount:
    """Acts of one kind on the day: how many were done, how many wait for a second person, by how many persons."""

    kind: str
    done: int
    asked: int
    persons: int


@dataclass(frozen=True, slots=True)
class NumbersGiven:
    """収受番号 that a section gave on the day, first to last."""

    section: str
    first: int
    last: int
    count: int


@dataclass(frozen=True, slots=True)
class ChannelDay:
    """channel: statuses or notices. owed, sent: on the day; open: at its end; oldest: day since when the oldest is owed, "" for none."""

    channel: str
    owed: int
    sent: int
    open: int
    oldest: str


@dataclass(frozen=True, slots=True)
class CloseDetails:
    """The details of a day as they stood at its end."""

    acts: tuple[ActCount, ...] = ()
    numbers: tuple[NumbersGiven, ...] = ()
    channels: tuple[ChannelDay, ...] = ()

    def figures(self) -> dict[str, Any]:
        """As data, for ``--json`` and the journal."""
        return {
            "acts": [asdict(one) for one in self.acts],
            "filing_numbers": [asdict(one) for one in self.numbers],
            "channels": [asdict(one) for one in self.channels],
        }
