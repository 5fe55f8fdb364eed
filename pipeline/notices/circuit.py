"""The circuit of a channel (送信の遮断): after several failures in a row a run stops asking; the next one first looks whether it may go on.

That a channel is down stands in the journal as the alarm ``CHANNEL_DOWN``; whatever waits for it is put off together and loses no try.
"""

import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import ColumnElement, func, select, update

from connectors.errors import ConnectorError, TransientError
from pipeline.alarms import cause_gone, raise_alarm
from pipeline.hub import Hub
from pipeline.journal.evidence_tables import alarms
from pipeline.notices.retry import Schedule
from pipeline.notices.states import OPEN, Machine

DOWN = "CHANNEL_DOWN"
NO_ANSWER = "NO_ANSWER"
"""Code of a call that failed in passing without a code of the other side."""


@dataclass
class Circuit:
    """The state of one channel during a run. channel: subject of its alarm."""

    hub: Hub
    channel: str
    schedule: Schedule
    down: bool = field(init=False)
    error: ConnectorError | None = field(init=False, default=None)
    _failures: int = field(init=False, default=0)
    _stopped: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        standing = (alarms.c.municipality == self.hub.code) & (alarms.c.kind == DOWN) & (alarms.c.subject == self.channel)
        self.down = self.hub.journal.scalar(select(alarms.c.kind).where(standing, alarms.c.ended_at.is_(None))) is not None

    @property
    def open(self) -> bool:
        """Whether this run asks nothing more. One failure is enough where the channel was down before."""
        return self._stopped or self._failures >= (1 if self.down else self.schedule.failures_in_a_row)

    def worked(self) -> None:
        """The other side answered."""
        self._failures = 0
        if self.down:
            self.down = False
            cause_gone(self.hub, (DOWN,), self.channel)

    def failed(self, error: ConnectorError) -> None:
        """A call failed. What is no passing error stops the run at once: settings are wrong, or the profile is not kept."""
        self.error = error
        self._failures += 1
        self._stopped = self._stopped or not isinstance(error, TransientError)

    def put_off(self, machine: Machine, mine: ColumnElement[bool]) -> int:
        """Put off all of the channel's rows that are due, without counting a try, and raise the alarm. Returns how many."""
        now = self.hub.clock.now()
        asked = self.error.retry_after if isinstance(self.error, TransientError) else None
        wait = timedelta(seconds=asked) if asked is not None else timedelta(minutes=self.schedule.wait_minutes[0])
        later = (now + wait).isoformat()
        due = mine & machine.table.c.state.in_(OPEN) & machine.due(now.isoformat())
        with self.hub.journal.write() as write:
            count = write.execute(update(machine.table).where(due).values(next_try_at=later)).rowcount
            raise_alarm(self.hub, write, kind="CHANNEL_DOWN", subject=self.channel)
            write.leaf("channel_down", municipality=self.hub.code, channel=self.channel, put_off=count)
        return count


class Pace:
    """Keeps calls apart, so that no run asks more in a second than was agreed."""

    def __init__(self, per_second: int) -> None:
        self._gap = 1 / per_second
        self._next = 0.0

    def wait(self) -> None:
        """Wait until the next call may begin."""
        now = time.monotonic()
        if self._next > now:
            threading.Event().wait(self._next - now)
        self._next = max(now, self._next) + self._gap


def waiting(hub: Hub, machine: Machine, mine: ColumnElement[bool]) -> int:
    """How many rows of a channel are not sent yet."""
    return int(hub.journal.scalar(select(func.count()).select_from(machine.table).where(mine, machine.table.c.state.in_(OPEN))) or 0)
