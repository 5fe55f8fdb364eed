"""Which differences are sent tonight (今夜の登録対象): not what rests in the retry lane, not a protected person without flags, and of the
records that only move to a new layout no more than the night's slice."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Row

from mappings.canonical_lines import split
from mappings.copies import CopyKind, CopyLayout
from pipeline.hub import Hub
from pipeline.sync.accepted import unmarked
from pipeline.sync.difference import CHANGE, DELETE, REGISTER, Change
from pipeline.sync.lane import Lane, key_index, line_digest, person_index, rests

ALREADY_THERE = "COPY_ALREADY_THERE"
NOT_THERE = "COPY_NOT_THERE"
_OTHERWISE = {(ALREADY_THERE, REGISTER): CHANGE, (NOT_THERE, CHANGE): REGISTER}
"""What a person released is sent the other way: what turned out to be there is changed, what turned out to be missing is registered."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """A record of a protected person that waits for the flags."""

    operation: str
    person: str


@dataclass(slots=True)
class Choice:
    """Chooses among the differences of a kind and counts. lane: open troubles; unflagged: 宛名番号 of protected persons without flags.

    drifting: changes that count for the drift limit, each when it is first sent. moved: records that only move to the layout, of which
    ``slice_size`` are sent a night.
    """

    hub: Hub
    kind: CopyKind
    layout: CopyLayout
    night: str
    lane: Lane
    unflagged: frozenset[str]
    slice_size: int
    drifting: int = 0
    moved: int = 0
    left: int = 0
    taken_up: dict[str, Row[Any]] = field(default_factory=dict)
    resting: dict[str, Row[Any]] = field(default_factory=dict)
    withheld: dict[str, Withheld] = field(default_factory=dict)

    def chosen(self, changes: Iterable[Change]) -> Iterator[Change]:
        """The changes to send, in their order."""
        for change in changes:
            index = key_index(self.hub, self.kind.id, change.key) if self.lane or self.unflagged else ""
            trouble = self.lane.get(index)
            if trouble is not None and rests(trouble, self.digest(change), self.night):
                self.resting[index] = trouble
            elif self._must_wait(change, index):
                self._keep(index, trouble)
            elif self._only_moves(change):
                if self.moved == self.slice_size:
                    self.left += 1
                    self._keep(index, trouble)
                    continue
                self.moved += 1
                yield self._taken(change, index, trouble)
            else:
                self.drifting += trouble is None
                yield self._taken(change, index, trouble)

    def digest(self, change: Change) -> str:
        """The keyed hash of what a change asks for."""
        return line_digest(self.hub, DELETE if change.line is None else "", self.layout.version, change.line)

    @property
    def ended(self) -> list[Row[Any]]:
        """Troubles that end: of records that are taken up, and of those that no longer differ."""
        return [row for index, row in self.lane.items() if index not in self.resting]

    def _must_wait(self, change: Change, index: str) -> bool:
        atena = change.key.partition(b"\x1f")[0].decode()
        if change.operation == DELETE or atena not in self.unflagged:
            return False
        self.withheld[index] = Withheld(change.operation, person_index(self.hub, atena))
        return True

    def _only_moves(self, change: Change) -> bool:
        """Whether a record was accepted in another layout and its values in both layouts are the same."""
        if change.line is None or change.before is None:
            return False
        before, older = unmarked(change.before)
        if not older:
            return False
        layout = next((one for one in self.kind.layouts if one.version == older), None)
        if layout is None:
            return True
        was = dict(zip(layout.items, split(layout, before), strict=True))
        now = zip(self.layout.items, split(self.layout, change.line), strict=True)
        return all(was[name] == value for name, value in now if name in was)

    def _keep(self, index: str, trouble: Row[Any] | None) -> None:
        if trouble is not None:
            self.resting[index] = trouble

    def _taken(self, change: Change, index: str, trouble: Row[Any] | None) -> Change:
        if trouble is None:
            return change
        self.taken_up[index] = trouble
        return replace(change, operation=_OTHERWISE.get((trouble.code, change.operation), change.operation))
