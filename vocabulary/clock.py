"""The one clock of the hub (時計). Every time that the hub writes comes from here; ``HUB_NOW`` sets it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

JST = timezone(timedelta(hours=9), "JST")


@dataclass(frozen=True, slots=True)
class Clock:
    """Japan Standard Time, running or standing still at ``fixed``."""

    fixed: datetime | None = None

    def now(self) -> datetime:
        """The present instant in JST, to the microsecond."""
        if self.fixed is not None:
            return self.fixed.astimezone(JST)
        return datetime.now(JST)

    def today(self) -> date:
        """The present day in Japan."""
        return self.now().date()


def clock_from_environment(environment: Mapping[str, str] = os.environ) -> Clock:
    """The clock that ``HUB_NOW`` asks for (ISO 8601; without an offset it is JST), else the running one.

    Raises ValueError when ``HUB_NOW`` is no date and time.
    """
    text = environment.get("HUB_NOW", "")
    if not text:
        return Clock()
    instant = datetime.fromisoformat(text)
    return Clock(instant if instant.tzinfo else instant.replace(tzinfo=JST))
