"""The characters that a format can carry (文字の検査), judged before anything is laid out: an application stays whole or stays out."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mappings.layouts import FieldLayout, Format
from mappings.records import Column, Loss, Table
from mappings.substitutions import code_points
from vocabulary.findings import Finding

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# RFC 4180 carries a line break inside quotes.
_CONTROL_BUT_BREAK = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Judged:
    """Tables of the applications that can be written, texts already substituted; refusals of the others; losses."""

    tables: dict[str, Table]
    refused: tuple[tuple[int, Finding], ...]
    losses: tuple[Loss, ...]


def judge(format_: Format, tables: Mapping[str, Table]) -> Judged:
    """Leave out as a whole each application of which any value cannot be carried: CHAR_UNMAPPABLE, TEXT_FORBIDDEN_CHAR, TEXT_TOO_LONG."""
    refused: list[tuple[int, Finding]] = []
    losses: list[Loss] = []
    ready: dict[str, Table] = {}
    for group, table in tables.items():
        fields = {field.item: field for field in format_.layouts[group].fields} if group in format_.layouts else {}
        columns: dict[str, Column] = {}
        for name in format_.columns[group]:
            columns[name] = _substitute(format_, group, name, table, losses)
            for row in _suspects(format_, columns[name], fields.get(name)):
                code, detail = _judge_value(format_, columns[name][row], fields.get(name))
                if code:
                    refused.append((table.application[row], Finding(code, where=f"{group}[{table.ordinal[row]}].{name}", detail=detail)))
        ready[group] = Table(table.application, table.ordinal, columns)
    out = {application for application, _ in refused}
    kept = {group: _without(table, out) for group, table in ready.items()}
    return Judged(kept, tuple(refused), tuple(loss for loss in losses if loss.application not in out))


def _substitute(format_: Format, group: str, name: str, table: Table, losses: list[Loss]) -> Column:
    column = table.columns[name]
    approvals = format_.substitutions
    replace = approvals.single
    if not replace or not any(chr(code) in value for code in replace for value in column if value):
        return column
    changed: Column = []
    for row, value in enumerate(column):
        for code, target in replace.items() if value else ():
            if times := (value or "").count(chr(code)):
                where = f"{group}[{table.ordinal[row]}].{name}"
                made = (f"U+{code:04X}", code_points(target), times, approvals.name, approvals.entries[chr(code)].approved)
                losses.append(Loss(table.application[row], where, *made))
        changed.append(value.translate(replace) if value else value)
    return changed


def _suspects(format_: Format, column: Column, field: FieldLayout | None) -> Iterable[int]:
    """Rows to look at one by one: all when the joined column shows a fault, else those that do not fit their field."""
    if _fault(format_, "".join(value for value in column if value), field)[0]:
        return range(len(column))
    if field is None:
        return ()
    encoding = format_.encoding
    bad = {value for value in set(column) if value and _misfit(value, len(encoding.encode(value)), field)[0]}
    return [row for row, value in enumerate(column) if value in bad] if bad else ()


def _judge_value(format_: Format, value: str | None, field: FieldLayout | None) -> tuple[str, str]:
    """Reason code and detail of what forbids the value, or empty texts."""
    code, detail = _fault(format_, value or "", field)
    if code or not value or field is None:
        return code, detail
    return _misfit(value, len(format_.encoding.encode(value)), field)


def _fault(format_: Format, text: str, field: FieldLayout | None) -> tuple[str, str]:
    """Reason code and detail of what the encoding or the kind of record cannot carry, or empty texts."""
    if (_CONTROL if field else _CONTROL_BUT_BREAK).search(text):
        return "TEXT_FORBIDDEN_CHAR", "control character"
    encoding = format_.encoding
    try:
        data = encoding.encode(text)
    except UnicodeEncodeError:
        return "CHAR_UNMAPPABLE", encoding.name
    # Several characters share one code there, so only a text that comes back unchanged was carried.
    if encoding.decode(data) != text:
        return "CHAR_UNMAPPABLE", f"{encoding.name} gives another character back"
    return "", ""


def _misfit(value: str, size: int, field: FieldLayout) -> tuple[str, str]:
    """What keeps the value out of its field: its bytes, or an edge that would be taken for padding."""
    if size > field.width:
        return "TEXT_TOO_LONG", f"{size} bytes in {field.width}"
    if field.align == "left" and value.endswith(" "):
        return "TEXT_FORBIDDEN_CHAR", "ends in its padding"
    if field.align == "right" and value and (not value.isdecimal() or str(int(value)) != value):
        return "TEXT_FORBIDDEN_CHAR", "no plain number"
    return "", ""


def _without(table: Table, out: set[int]) -> Table:
    kept = [row for row, application in enumerate(table.application) if application not in out]
    if len(kept) == len(table.application):
        return table
    columns = {name: [column[row] for row in kept] for name, column in table.columns.items()}
    return Table([table.application[row] for row in kept], [table.ordinal[row] for row in kept], columns)
