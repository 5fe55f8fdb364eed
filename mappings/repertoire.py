"""The characters that a format can carry (文字の検査), judged before anything is laid out: an application stays whole or stays out."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from mappings.cells import Cells, look
from mappings.character_kinds import Kinds, Places, kinds_of
from mappings.layouts import FieldLayout, Format
from mappings.records import Column, Loss, Table
from mappings.repetition import distinct
from mappings.substitutions import SOURCE_LENGTH, Substitute, SubstitutionTable, code_points
from vocabulary.characters import is_selector
from vocabulary.findings import Finding

_CONTROLS = frozenset(map(chr, (*range(0x20), *range(0x7F, 0xA0))))
# A record of fixed length holds no line break; RFC 4180 carries one inside quotes. XML has no way to write its two noncharacters.
_FORBIDDEN = {
    "fixed": _CONTROLS,
    "csv": _CONTROLS - {"\n"},
    "xml": _CONTROLS - {"\n"} | {"\ufffe", "\uffff"},
    "workbook": _CONTROLS - {"\n"} | {"\ufffe", "\uffff"},
}
_SHORT = 12


@dataclass(frozen=True, slots=True)
class Judged:
    """Tables of the applications that can be written, texts already substituted; refusals of the others; losses."""

    tables: dict[str, Table]
    refused: tuple[tuple[int, Finding], ...]
    losses: tuple[Loss, ...]


@dataclass(frozen=True, slots=True)
class Examined:
    """As ``Judged``, but with the rows of all applications still in the tables.

    cells: the bytes of each item of a group with a fixed layout; those of a refused value are none.
    """

    tables: dict[str, Table]
    refused: tuple[tuple[int, Finding], ...]
    losses: tuple[Loss, ...]
    cells: dict[str, dict[str, Cells]]


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What a closer look at a value says. text: as it is written, None when refused. made: each substitute and how often it was used."""

    text: str | None
    made: tuple[tuple[Substitute, int], ...] = ()
    code: str = ""
    detail: str = ""


def judge(format_: Format, tables: Mapping[str, Table]) -> Judged:
    """Leave out as a whole each application of which any value cannot be carried: CHAR_UNMAPPABLE, TEXT_FORBIDDEN_CHAR, TEXT_TOO_LONG."""
    examined = examine(format_, tables)
    out = {application for application, _ in examined.refused}
    return Judged({group: table.without(out) for group, table in examined.tables.items()}, examined.refused, examined.losses)


def examine(format_: Format, tables: Mapping[str, Table]) -> Examined:
    """Judge every value of the format's items column by column; no losses are counted of a refused application."""
    kinds = kinds_of(format_.encoding, format_.substitutions, forbidden=_FORBIDDEN[format_.spec.layout])
    heads = frozenset(source[0] for source in format_.substitutions.entries)
    desk = _Examination(format_, kinds, heads, [], [])
    ready: dict[str, Table] = {}
    cells: dict[str, dict[str, Cells]] = {}
    for group, table in tables.items():
        fields = {field.item: field for field in format_.layouts[group].fields} if group in format_.layouts else {}
        columns: dict[str, Column] = {}
        laid = cells.setdefault(group, {})
        for name in format_.columns[group]:
            columns[name] = desk.take(group, name, table, fields.get(name), laid)
        ready[group] = Table(table.application, table.ordinal, columns)
    out = {application for application, _ in desk.refused}
    return Examined(ready, tuple(desk.refused), tuple(loss for loss in desk.losses if loss.application not in out), cells)


@dataclass(frozen=True, slots=True)
class _Examination:
    """The tables of one file under examination, with what was found so far."""

    format_: Format
    kinds: Kinds
    heads: frozenset[str]
    refused: list[tuple[int, Finding]]
    losses: list[Loss]

    def take(self, group: str, name: str, table: Table, field: FieldLayout | None, laid: dict[str, Cells]) -> Column:
        """The column with its substitutions made and its refused values gone; into ``laid`` its bytes when it has a field."""
        column = table.columns[name]
        # Short texts are looked up sooner than told apart.
        texts = column if field is not None and field.width <= _SHORT else distinct(column)
        of_row = None if texts is column else _rows_of(texts, column)
        seen = look(texts, self.kinds)
        suspects = seen.suspects(field)
        if suspects:
            verdicts = {place: self._look_closer(texts[place] or "", field) for place in suspects}
            column, texts = list(column), list(texts)
            for place, verdict in verdicts.items():
                texts[place] = verdict.text
            for row, verdict in _by_row(verdicts, of_row):
                column[row] = verdict.text
                self._note(table, row, f"{group}[{table.ordinal[row]}].{name}", verdict)
            seen = look(texts, self.kinds)
        if field is not None:
            laid[name] = seen.cells(self.kinds, of_row)
        return column

    def _note(self, table: Table, row: int, where: str, verdict: _Verdict) -> None:
        application = table.application[row]
        if verdict.code:
            self.refused.append((application, Finding(verdict.code, where=where, detail=verdict.detail)))
        name = self.format_.substitutions.name
        for entry, times in verdict.made:
            made = (code_points(entry.source), code_points(entry.target), times)
            self.losses.append(Loss(application, where, *made, table=name, approved=entry.approved))

    def _look_closer(self, value: str, field: FieldLayout | None) -> _Verdict:
        """Substitute what the table covers, then judge character by character."""
        text, made = _substituted(value, self.format_.substitutions, self.heads)
        code, detail = self._fault(text)
        if not code and field is not None:
            code, detail = _misfit(text, len(self.format_.encoding.encode(text)), field)
        return _Verdict(None, (), code, detail) if code else _Verdict(text, tuple(made.items()))

    def _fault(self, text: str) -> tuple[str, str]:
        """Reason code and detail of what the encoding or the kind of record cannot carry, or empty texts."""
        if not _FORBIDDEN[self.format_.spec.layout].isdisjoint(text):
            return "TEXT_FORBIDDEN_CHAR", "control character"
        try:
            self.format_.encoding.encode(text)
        except UnicodeEncodeError as error:
            return "CHAR_UNMAPPABLE", f"{self.format_.encoding.name} has no {code_points(text[error.start])}"
        return "", ""


def _rows_of(texts: Column, column: Column) -> Places:
    """Which of the texts each row shows."""
    places = {text: place for place, text in enumerate(texts)}
    return np.fromiter(map(places.__getitem__, column), np.int64, len(column))


def _by_row(verdicts: Mapping[int, _Verdict], of_row: Places | None) -> Iterator[tuple[int, _Verdict]]:
    """Each row that shows a closely examined value, in the order of rows."""
    if of_row is None:
        yield from verdicts.items()
        return
    for row in np.flatnonzero(np.isin(of_row, list(verdicts))).tolist():
        yield row, verdicts[int(of_row[row])]


def _substituted(value: str, table: SubstitutionTable, heads: frozenset[str]) -> tuple[str, Counter[Substitute]]:
    """The text with every source of the table replaced, the longest first at each place, and how often each was.

    heads: the first characters of all sources. A base with a selector that the table does not know is another character than the base
    alone, so it stays as it is.
    """
    written: list[str] = []
    made: Counter[Substitute] = Counter()
    place = 0
    while place < len(value):
        entry = _entry_at(value, place, table) if value[place] in heads else None
        written.append(entry.target if entry else value[place])
        place += len(entry.source) if entry else 1
        if entry:
            made[entry] += 1
    return "".join(written), made


def _entry_at(value: str, place: int, table: SubstitutionTable) -> Substitute | None:
    for size in range(SOURCE_LENGTH, 0, -1):
        entry = table.entries.get(value[place : place + size])
        if entry is not None and len(entry.source) == size and not is_selector(value[place + size : place + size + 1]):
            return entry
    return None


def _misfit(value: str, size: int, field: FieldLayout) -> tuple[str, str]:
    """What keeps the value out of its field: its bytes, or an edge that would be taken for padding."""
    if size > field.width:
        return "TEXT_TOO_LONG", f"{size} bytes in {field.width}"
    if field.align == "left" and value.endswith(" "):
        return "TEXT_FORBIDDEN_CHAR", "ends in its padding"
    if field.align == "right" and value and (not value.isdecimal() or str(int(value)) != value):
        return "TEXT_FORBIDDEN_CHAR", "no plain number"
    return "", ""

