"""A column of texts taken at once (列): every character looked up in one table, then the bytes of all cells side by side."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mappings.character_kinds import SUSPECT, Bytes, Kinds, Places, pairs_of
from mappings.layouts import FieldLayout
from mappings.records import Column, texts_of

Points = NDArray[np.uint8] | NDArray[np.uint32]

# Encodings in which ASCII is itself.
_ASCII_CODECS = ("cp932", "utf-8")
_SPACE, _ZERO, _NINE, _DELETE = 0x20, 0x30, 0x39, 0x7F


@dataclass(frozen=True, slots=True)
class Cells:
    """The bytes of texts, one text behind the other.

    widths: bytes of each text. of_row: which text each row shows; None when each row has its own.
    """

    data: Bytes
    widths: Places
    of_row: Places | None

    def lay(self, block: Bytes, field: FieldLayout) -> None:
        """Write every row's text into its field. block: shape (rows, width of the field), blank."""
        if self.of_row is None:
            _lay(block, self, field)
            return
        each = np.full((len(self.widths), field.width), _SPACE, np.uint8)
        _lay(each, self, field)
        block[:] = each.take(self.of_row, axis=0)


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts with what is known of each character.

    lengths: characters of each text; points, kinds: of each character, text after text; least, most: of the kinds, 0 without any.
    """

    texts: list[str]
    lengths: Places
    ends: Places
    points: Points
    kinds: Bytes
    least: int
    most: int

    def suspects(self, field: FieldLayout | None) -> list[int]:
        """Which texts need a closer look: a suspect character, too many bytes, or an edge that would be taken for padding."""
        found = np.zeros(len(self.lengths), np.bool_)
        if self.most >= SUSPECT:
            found[self._holding(self.kinds >= SUSPECT)] = True
        if field is not None:
            found |= self.widths() > field.width
            if field.align == "right":
                found[self._holding((self.points < _ZERO) | (self.points > _NINE))] = True
                found |= (self._edge(self.ends - self.lengths) == _ZERO) & (self.lengths > 1)
            else:
                found |= self._edge(self.ends - 1) == _SPACE
        return [int(place) for place in np.flatnonzero(found)]

    def widths(self) -> Places:
        """Bytes of each text."""
        if self.least == self.most:
            return self.lengths * self.most
        total: Places = np.concatenate(([0], np.cumsum(self.kinds, dtype=np.int64)))
        widths: Places = total[self.ends] - total[self.ends - self.lengths]
        return widths

    def cells(self, kinds: Kinds, of_row: Places | None) -> Cells:
        """The bytes, of texts without any suspect."""
        return Cells(self._data(kinds), self.widths(), of_row)

    def _data(self, kinds: Kinds) -> Bytes:
        encoding = kinds.encoding
        if self.points.dtype == np.uint8 and encoding.codec in _ASCII_CODECS:
            return self.points.astype(np.uint8, copy=False)
        if encoding.codes is None or not self.kinds.size:
            return np.frombuffer("".join(self.texts).encode(encoding.codec), np.uint8)
        pairs = pairs_of(encoding).view(np.uint16).ravel().take(self.points).view(np.uint8)
        if self.least == 2:
            return pairs
        used = np.ones((len(self.kinds), 2), np.bool_)
        used[:, 1] = self.kinds == 2
        return pairs[used.ravel()]

    def _holding(self, characters: NDArray[np.bool_]) -> Places:
        """The texts that hold one of the characters."""
        return np.searchsorted(self.ends, np.flatnonzero(characters), side="right").astype(np.int64)

    def _edge(self, places: Places) -> NDArray[np.int64]:
        """The character at a place of each text, -1 for an empty text."""
        edge = np.full(len(self.lengths), -1, np.int64)
        filled = self.lengths > 0
        edge[filled] = self.points[places[filled]]
        return edge


def look(texts: Column, kinds: Kinds) -> Texts:
    """Look up every character of the texts; an absent text is an empty one."""
    given = texts_of(texts)
    points, lengths = _apart(given)
    # Printable ASCII, the most frequent by far, is told by its borders without a look-up.
    if kinds.ascii and points.dtype == np.uint8 and points.size and points.min() >= _SPACE and points.max() < _DELETE:
        found = np.broadcast_to(np.uint8(kinds.ascii), points.shape)
        return Texts(given, lengths, np.cumsum(lengths), points, found, kinds.ascii, kinds.ascii)
    found = kinds.of_point.take(points)
    least, most = (int(found.min()), int(found.max())) if found.size else (0, 0)
    return Texts(given, lengths, np.cumsum(lengths), points, found, least, most)


def _apart(given: list[str]) -> tuple[Points, Places]:
    """The characters of texts one behind the other, and how many each text has."""
    points = points_of("\0".join([*given, ""]))
    count = len(given)
    size = len(points) // count - 1 if count else 0
    if len(points) == count * (size + 1) and np.count_nonzero(points) == count * size and not points[size :: size + 1].any():
        return points.reshape(count, size + 1)[:, :size].ravel(), np.full(count, size, np.int64)
    between = points == 0
    ends = np.flatnonzero(between)
    if len(ends) == count:
        return points[~between], np.diff(ends, prepend=-1) - 1
    # A text holds a NUL itself.
    return points_of("".join(given)), np.array([len(text) for text in given], np.int64)


def points_of(text: str) -> Points:
    """The code points of a text."""
    if text.isascii():
        return np.frombuffer(text.encode("ascii"), np.uint8)
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _lay(block: Bytes, cells: Cells, field: FieldLayout) -> None:
    """Left aligned text between spaces, right aligned digits behind zeros; an empty text stays blank."""
    widest = int(cells.widths.max(initial=0))
    if widest == 0:
        return
    right = field.align == "right"
    if right:
        block[cells.widths > 0] = _ZERO
    part = block[:, field.width - widest :] if right else block[:, :widest]
    if cells.widths.min() == widest:
        part[:] = cells.data.reshape(-1, widest)
        return
    column = np.arange(widest)
    part[column >= widest - cells.widths[:, None] if right else column < cells.widths[:, None]] = cells.data
