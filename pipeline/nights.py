"""The nights that municipalities declare (夜間の時間帯), read from their files alone: light enough for the moment when a DAG is parsed."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from mappings.yaml_door import SpecError, load_yaml
from pipeline.hours import HoursOfDay, Window
from pipeline.places import municipality_codes

USUAL = "0 22-23,0-4 * * *"
"""When no municipality declares a night."""
_HOURS: TypeAdapter[Window] = TypeAdapter(HoursOfDay)


def codes_declaring(folder: Path, keys: Sequence[str]) -> list[str]:
    """Codes of the municipalities whose file has one of the keys. One that cannot be read is among them: its own branch says why."""
    return [code for code, cells in _files(folder) if cells is None or any(cells.get(key) for key in keys)]


def cron_of(folder: Path, key: str) -> str:
    """Every hour of the declared windows, at the minutes at which they begin, as a cron line in Japan time.

    key: ``copies`` or ``exchange``. A step that a run starts outside the window of its own municipality does nothing.
    """
    windows = list(_windows(folder, key))
    if not windows:
        return USUAL
    minutes = sorted({window.start.minute for window in windows})
    hours = sorted({hour for window in windows for hour in _hours(window)})
    return f"{','.join(map(str, minutes))} {','.join(map(str, hours))} * * *"


def _hours(window: Window) -> Iterator[int]:
    """The hours in which a run may begin: not the one that the window ends with."""
    hour, last = window.start.hour, (window.end.hour - (window.end.minute <= window.start.minute)) % 24
    yield hour
    while hour != last:
        hour = (hour + 1) % 24
        yield hour


def _windows(folder: Path, key: str) -> Iterator[Window]:
    for _, cells in _files(folder):
        declared = (cells or {}).get(key)
        if isinstance(declared, dict):
            try:
                yield _HOURS.validate_python(declared.get("window"))
            except ValidationError:
                continue


def _files(folder: Path) -> Iterator[tuple[str, dict[str, Any] | None]]:
    for code in municipality_codes(folder):
        try:
            yield code, load_yaml(folder / f"{code}.yaml")
        except SpecError:
            yield code, None
