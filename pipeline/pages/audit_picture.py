"""The picture of the last weeks (数週間の推移): volumes, hold rate and time to delivery above each other, day by day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from pipeline.pages.audit import DayRow

LEFT: Final = 92
WIDTH: Final = 1000
WIDEST: Final = 72
VOLUME, LINE, GAP = 150, 90, 44
"""Heights of the columns, of each line's lane and between them, in the picture's units."""


@dataclass(frozen=True, slots=True)
class Column:
    """A day: left edge, width, and the heights of all arrivals and of those that stood held."""

    day: date
    x: float
    width: float
    arrived: float
    held: float
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """A lane with a line. points: (x, y, text of the value); top and bottom: of the lane; most: the value at its top."""

    title: str
    kind: str
    top: int
    most: str
    points: tuple[tuple[float, float, str], ...]

    @property
    def bottom(self) -> int:
        """The lane's ground."""
        return self.top + LINE

    @property
    def path(self) -> str:
        """The points as an SVG polyline takes them."""
        return " ".join(f"{x},{y}" for x, y, _ in self.points)


@dataclass(frozen=True, slots=True)
class WeeksPicture:
    """Everything that the template draws. most: arrivals of the fullest day."""

    columns: tuple[Column, ...]
    most: int
    lines: tuple[Line, ...]
    width: int = WIDTH
    height: int = VOLUME + 2 * (GAP + LINE) + 60
    ground: int = VOLUME


def weeks_picture(days: Sequence[DayRow]) -> WeeksPicture:
    """The days, given newest first, from left to right."""
    shown = list(reversed(days))
    most = max((day.arrived for day in shown), default=0)
    pitch = min((WIDTH - LEFT) / max(len(shown), 1), WIDEST)
    every = max(1, round(len(shown) / 10))
    columns = tuple(
        Column(
            day=day.day,
            x=round(LEFT + place * pitch, 1),
            width=round(pitch * 0.7, 1),
            arrived=_part(day.arrived, most, VOLUME),
            held=max(_part(day.held, most, VOLUME), 2 if day.held else 0),
            label=f"{day.day.month}/{day.day.day}" if (len(shown) - 1 - place) % every == 0 else "",
        )
        for place, day in enumerate(shown)
    )
    rate = _line("保留率", "held", VOLUME + GAP, columns, values=[day.rate for day in shown], unit="%")
    hours = _line("到達から配信", "passed", rate.bottom + GAP, columns, values=[day.hours for day in shown], unit="時間")
    return WeeksPicture(columns, most, (rate, hours))


def _line(title: str, kind: str, top: int, columns: Sequence[Column], *, values: Sequence[float | None], unit: str) -> Line:
    most = max((value for value in values if value is not None), default=0.0)
    points = tuple(
        (round(column.x + column.width / 2, 1), round(top + LINE - _part(value, most, LINE), 1), f"{value:.1f}{unit}")
        for column, value in zip(columns, values, strict=True)
        if value is not None
    )
    return Line(title, kind, top, f"{most:.1f}{unit}", points)


def _part(value: float, most: float, height: int) -> float:
    return round(height * value / most, 1) if most else 0.0
