"""The picture of the day (一日の流れ): for each step a bar of the applications that reached it, with those that stopped there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from pipeline.pages.groups import flow
from pipeline.pages.report import DayReport

PITCH: Final = 108
HEIGHT: Final = 120


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar. kind: the style's name. y and height in the picture's units."""

    kind: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Note:
    """A line under a bar, such as 保留 3件. kind: the style's name."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One step. x: its left edge."""

    x: int
    title: str
    number: int
    segments: tuple[Segment, ...]
    notes: tuple[Note, ...]

    @property
    def top(self) -> float:
        """Where the bar begins."""
        return self.segments[0].y if self.segments else HEIGHT


def bars(report: DayReport) -> list[Bar]:
    """From 一覧 over the steps to 完了; heights are in proportion to the largest number. What came from the day before joins at 取得."""
    counts = report.counts
    most = max(counts.listed, counts.day_in, 1)
    before = counts.out_of_scope + counts.not_fetched + counts.gone_before_fetch
    asides = (("対象外", counts.out_of_scope), ("未取得", counts.not_fetched), ("取得前取下げ", counts.gone_before_fetch))
    found = [replace(_bar(0, "一覧", counts.listed, (("aside", before, ""),), most), notes=_notes("aside", asides))]
    for place, step in enumerate(flow(report), 1):
        stopped = (("held", step.held, "保留"), ("waiting", step.waiting, "待ち"))
        found.append(_bar(place, step.title, step.reached, stopped, most))
    found[1] = replace(found[1], notes=_notes("done", (("うち繰越", counts.carried_in),)) + found[1].notes)
    done = (("配信済", counts.delivered), ("完結", counts.settled), ("取下げ", counts.withdrawn))
    last = _bar(len(found), "完了", sum(number for _, number in done), (), most)
    return [*found, replace(last, notes=_notes("done", done))]


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a lying bar. kind: the style's name. x and width in the picture's units."""

    kind: str
    x: float
    width: float


def shares(parts: Mapping[str, int], width: int) -> list[Share]:
    """A lying bar of the given width: kind → count; what is there is seen, however small its part."""
    whole, found, x = sum(parts.values()), [], 0.0
    small = {kind: max(width * count / whole, 4) for kind, count in parts.items() if count and kind != "passed"} if whole else {}
    for kind, part in ({"passed": width - sum(small.values()), **small} if parts.get("passed") else small).items():
        found.append(Share(kind, round(x, 1), round(part, 1)))
        x += part
    return found


def _bar(place: int, title: str, number: int, stopped: tuple[tuple[str, int, str], ...], most: int) -> Bar:
    segments, y = [], float(HEIGHT)
    parts = [("passed", number - sum(count for _, count, _ in stopped)), *((kind, count) for kind, count, _ in stopped)]
    for kind, count in parts:
        if count > 0:
            height = round(max(HEIGHT * count / most, 2), 1)
            y = round(y - height, 1)
            segments.append(Segment(kind, y, height))
    notes = tuple(Note(kind, f"{word} {count:,}件") for kind, count, word in stopped if count and word)
    return Bar(place * PITCH, title, number, tuple(reversed(segments)), notes)


def _notes(kind: str, pairs: tuple[tuple[str, int], ...]) -> tuple[Note, ...]:
    return tuple(Note(kind, f"{word} {count:,}件") for word, count in pairs if count)
