"""A filled-in sheet (記入済みの様式) seen through its labels: where each label stands, and the run of cells that is its value."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

Place = tuple[int, int]

_NUMBERING = re.compile(r"^[(<\[]?(?:no\.?|第)?[0-9]{1,2}(?:-[0-9]{1,2})?[)>\].、:]?(?=[^0-9年月日時分/.,:])", re.IGNORECASE)
_BEFORE, _BEHIND = "※★●◆・*", ":*※"


@dataclass(frozen=True, slots=True)
class Area:
    """Cells from one corner to the other, both included, counted from 1."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Label:
    """A label where it stands. name: its key. inline: what follows it in its own cell, behind a colon."""

    name: str
    area: Area
    inline: str = ""


Run = tuple[tuple[Place, str], ...]
"""Cells in reading order with their texts."""


def label_key(text: str) -> str:
    """What of a label counts: no spaces, width or item number (``No.``, ⑫, (3)), no decoration around it."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    return _NUMBERING.sub("", plain.lstrip(_BEFORE).rstrip(_BEHIND)).lstrip(_BEFORE)


@dataclass(frozen=True)
class SheetView:
    """One sheet. cells: texts by place; merged: areas of merged cells by their first place; names: keys of all labels and headings."""

    cells: Mapping[Place, str]
    merged: Mapping[Place, Area]
    names: frozenset[str]

    def area(self, place: Place) -> Area:
        """The merged area that begins at the place, or the cell alone."""
        return self.merged.get(place, Area(place[0], place[1], place[0], place[1]))

    @cached_property
    def labels(self) -> Sequence[Label]:
        """Every label and heading in reading order."""
        return [label for place in self._places if (label := self._label(place)) is not None]

    def _label(self, place: Place) -> Label | None:
        text = self.cells[place]
        name = label_key(text)
        if name in self.names:
            return Label(name, self.area(place))
        head, colon, rest = unicodedata.normalize("NFKC", text).partition(":")
        if colon and rest.strip() and label_key(head) in self.names:
            return Label(label_key(head), self.area(place), text[len(head) + 1 :])
        return None

    def run(self, label: Label) -> Run:
        """The value of a label: behind its colon, else right of it, else below it."""
        if label.inline:
            return (((label.area.top, label.area.left), label.inline),)
        return self.right_of(label) or self.below(label)

    def right_of(self, label: Label) -> Run:
        """Cells right of the label up to the next label of these rows; rows below belong to it while nothing stands left of its end."""
        bottom = label.area.bottom
        while self._continues(bottom + 1, label):
            bottom += 1
        rows = range(label.area.top, bottom + 1)
        ends = [one.area.left for one in self.labels if one.area.top <= bottom and one.area.bottom >= label.area.top and one != label]
        end = min((left for left in ends if left > label.area.right), default=1 << 20)
        return tuple(self._texts(lambda row, column: row in rows and label.area.right < column < end))

    def _continues(self, row: int, label: Label) -> bool:
        first = self._first_column.get(row, 0)
        return first > label.area.right and not any(one.area.top == row for one in self.labels)

    @cached_property
    def _first_column(self) -> Mapping[int, int]:
        """The leftmost filled column of each row that has one."""
        return dict(reversed(self._places))

    @cached_property
    def _places(self) -> Sequence[Place]:
        return sorted(self.cells)

    def below(self, label: Label) -> Run:
        """Cells under the label, as wide as it is, up to a row that has a label there or further left, or an empty row."""
        columns = range(label.area.left, label.area.right + 1)
        ends = [one.area.top for one in self.labels if one.area.top > label.area.bottom and one.area.left <= label.area.right]
        end = min(ends, default=1 << 20)
        found: list[tuple[Place, str]] = []
        last = label.area.bottom
        for place, text in self._texts(lambda row, column: label.area.bottom < row < end and column in columns):
            if place[0] > last + 1:
                break
            found.append((place, text))
            last = self.area(place).bottom
        return tuple(found)

    def _texts(self, wanted: Callable[[int, int], bool]) -> Iterator[tuple[Place, str]]:
        for place in self._places:
            if wanted(*place):
                yield place, self.cells[place]

    def region(self, heading: Label, own: frozenset[str]) -> Area:
        """The part of the sheet under a heading: the rows beside it when it is merged over several, else all until a foreign label.

        own: keys of the labels that belong to this part.
        """
        area = heading.area
        if area.bottom > area.top:
            return Area(area.top, area.right + 1, area.bottom, 1 << 20)
        beside = [one.area.left for one in self.labels if one.area.top == area.top and one.area.left > area.right and one.name not in own]
        foreign = [one.area.top for one in self.labels if one.area.top > area.top and one.name not in own]
        return Area(area.top, area.left, min(foreign, default=1 << 20) - 1, min(beside, default=1 << 20) - 1)

