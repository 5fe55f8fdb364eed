"""Retries (再送): after which wait a row is tried again, and when it is given up, as ``schedule.yaml`` declares it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from pydantic import Field

from mappings.specification import Assumption, Spec, read_spec

FILE = Path(__file__).with_name("schedule.yaml")


class Schedule(Spec):
    """The whole file. wait_minutes: after the first, second … failure; a failure after the last of them gives the row up.

    calls_per_second, lanes: what one run may ask of the other side. page: rows of one transaction. file_from: rows that make a file.
    """

    version: str
    assumptions: tuple[Assumption, ...]
    wait_minutes: tuple[int, ...] = Field(min_length=1)
    failures_in_a_row: int = Field(ge=1)
    calls_per_second: int = Field(ge=1)
    page: int = Field(ge=1)
    lanes: int = Field(ge=1, le=16)
    file_from: int = Field(ge=1)

    @property
    def longest(self) -> timedelta:
        """From the first try to the last one."""
        return timedelta(minutes=sum(self.wait_minutes))


@cache
def declared() -> Schedule:
    """The schedule of both channels. Raises SpecError."""
    return read_spec(FILE, Schedule)


def next_try(schedule: Schedule, attempts: int, now: datetime, retry_after: float | None = None) -> str | None:
    """When to try again after so many tries, as ISO text; None after the last one. retry_after: seconds that the other side asked for."""
    if attempts > len(schedule.wait_minutes):
        return None
    wait = timedelta(minutes=schedule.wait_minutes[max(attempts, 1) - 1])
    return (now + (timedelta(seconds=retry_after) if retry_after is not None else wait)).isoformat()


def schedule_table(schedule: Schedule) -> Iterator[str]:
    """The schedule as a Markdown table, as docs/notices.md shows it."""
    yield "| 回 | 前の回からの間隔 | 最初の送信から |"
    yield "|---|---|---|"
    since = timedelta()
    yield "| 1 | — | 0分 |"
    for number, minutes in enumerate(schedule.wait_minutes, 2):
        since += timedelta(minutes=minutes)
        yield f"| {number} | {_words(timedelta(minutes=minutes))} | {_words(since)} |"


def _words(span: timedelta) -> str:
    hours, minutes = divmod(int(span.total_seconds()) // 60, 60)
    return (f"{hours}時間" if hours else "") + (f"{minutes}分" if minutes or not hours else "")
