"""Operating state (稼働状態, SYM 20212) of the intermediate server: stops by a declared schedule, by tests, and by fault scripts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml

from sandbox.middle.store import Store
from vocabulary.clock import JST

_SCHEDULE = Path(__file__).parent / "data" / "schedule.yaml"
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SHOWN_DAYS = 14
_CLOSING = timedelta(minutes=30)
Span = tuple[datetime, datetime]


class Operating:
    """When the server works."""

    def __init__(self, store: Store, now: Callable[[], datetime], schedule: Path = _SCHEDULE) -> None:
        self._store = store
        self._now = now
        self._schedule: Mapping[str, Any] = yaml.load(schedule.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506  the base loader makes strings only

    def state(self) -> Mapping[str, Any]:
        """The answer of SYM 20212: what is now, until when, and the stops of the next two weeks."""
        now = self._now()
        stops = self._stops(now)
        word, until = "running", None
        for start, end in stops:
            if start <= now < end:
                word, until = "stopped", end
                break
            if now < start <= now + _CLOSING:
                word, until = "closing", start
        planned = [{"from": start.isoformat(), "until": end.isoformat()} for start, end in stops]
        return {"state": word, "until": until.isoformat() if until else None, "plannedStops": planned}

    def is_stopped(self) -> bool:
        """Whether nothing but the state itself is answered now."""
        return bool(self.state()["state"] == "stopped")

    def plan(self, spans: Sequence[Mapping[str, str]]) -> None:
        """Put these stops in place of those that were planned by hand before."""
        pairs = [(_moment(one["from"]).isoformat(), _moment(one["until"]).isoformat()) for one in spans]
        with self._store.change() as link:
            link.execute("DELETE FROM stops WHERE source = 'planned'")
            link.executemany("INSERT INTO stops VALUES (?, ?, 'planned')", pairs)

    def break_down(self, minutes: int) -> None:
        """Stop at once, as a script asks, for so long."""
        now = self._now()
        with self._store.change() as link:
            link.execute("INSERT INTO stops VALUES (?, ?, 'script')", (now.isoformat(), (now + timedelta(minutes=minutes)).isoformat()))

    def _stops(self, now: datetime) -> list[Span]:
        """Stops that are not over, soonest first."""
        kept = [(_moment(row["starts"]), _moment(row["ends"])) for row in self._store.rows("SELECT * FROM stops")]
        days = [now.date() + timedelta(days=ahead) for ahead in range(-1, _SHOWN_DAYS + 1)]
        weekly = [span for day in days for span in self._weekly(day)]
        listed = [(_moment(one["from"]), _moment(one["until"])) for one in self._schedule["stops"]]
        return sorted(span for span in {*kept, *weekly, *listed} if span[1] > now and span[0] <= now + timedelta(days=_SHOWN_DAYS))

    def _weekly(self, day: date) -> Iterator[Span]:
        for one in self._schedule["weekly"]:
            if _WEEKDAYS[day.weekday()] == one["weekday"]:
                start = datetime.combine(day, time.fromisoformat(one["from"]), JST)
                yield start, start + timedelta(hours=int(one["hours"]))


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=JST)
