"""The closed table of transforms (変換): named functions over columns; what a function refuses comes back by row, never as a default."""

import re
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Lookup
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from mappings.codelists import CodeList
from mappings.records import Column
from mappings.repetition import distinct
from mappings.specification import nearest
from mappings.wide_columns import full_column
from vocabulary.bank import to_holder_kana, valid_holder_kana
from vocabulary.dates import read_date
from vocabulary.widths import to_full, to_half_ascii

# Days of birth and of events: a town's have a few ten thousand spellings, which come back in every batch.
_DATES = 50_000

class Changed(NamedTuple):
    """A transformed column and, for each refused row, the reason code; the value of a refused row is None."""

    values: Column
    refused: dict[int, str]


class Unfit(Exception):  # noqa: N818  it names an outcome of the data, not a defect of the program
    """A value that a transform refuses, with its reason code. Carries no value."""


Convert = Callable[..., str | None]
Whole = Callable[[Column], Column]


@dataclass(frozen=True, slots=True)
class Step:
    """A transform bound to its argument. inputs: how many columns it takes. whole: does the same to a column at once, if there is such."""

    name: str
    inputs: int
    convert: Convert
    whole: Whole | None = None

    def apply(self, columns: Sequence[Column]) -> Changed:
        """Transform row by row. The first column's None stays None."""
        if self.whole is not None:
            return Changed(self.whole(columns[0]), {})
        values: Column = []
        refused: dict[int, str] = {}
        convert = self.convert
        for given in zip(*columns, strict=True):
            try:
                values.append(None if given[0] is None else convert(*given))
            except Unfit as unfit:
                refused[len(values)] = str(unfit.args[0])
                values.append(None)
        return Changed(values, refused)


def apply_steps(steps: Sequence[Step], columns: Sequence[Column]) -> Changed:
    """One step after the other, once for each distinct value of a column that repeats itself, or of the columns side by side."""
    if not steps:
        return Changed(list(columns[0]), {})
    rest = columns[1:]
    if all(column.count(None) == len(column) for column in rest):
        each, of_row = distinct(columns[0])
        absent: Column = [None] * len(each)
        parts: list[Column] = [each, *(absent for _ in rest)]
    else:
        together, of_row = distinct(list(zip(*columns, strict=True)))
        parts = [list(part) for part in zip(*together, strict=True)]
    bad: dict[int, str] = {}
    for step in steps:
        changed = step.apply(parts)
        parts = [changed.values]
        bad |= changed.refused
    if of_row is None:
        return Changed(parts[0], bad)
    places = of_row.tolist()
    refused = {row: bad[place] for row, place in enumerate(places) if place in bad} if bad else {}
    return Changed(list(map(parts[0].__getitem__, places)), refused)


def bind(step: str, *, codelists: Lookup[str, CodeList], day: str) -> Step:
    """The transform that ``name`` or ``name:argument`` stands for; code lists as valid on the ISO day.

    Raises LookupError with the allowed names when the name or its argument is unknown.
    """
    name, _, argument = step.partition(":")
    if name == "code":
        if argument not in codelists:
            raise LookupError(nearest(argument, codelists))
        valid = codelists[argument].valid_on(day)
        return Step(step, 1, lambda value: _code(value, valid))
    if name == "zero_fill":
        if not (argument.isascii() and argument.isdecimal()):
            raise LookupError("zero_fill:<width>")
        return Step(step, 1, lambda value: _zero_fill(value, int(argument)))
    if argument or name not in TRANSFORMS:
        raise LookupError(nearest(name, [*TRANSFORMS, "code", "zero_fill"]))
    inputs, convert = TRANSFORMS[name]
    return Step(step, inputs, convert, _WHOLE.get(name))


def _trim(value: str) -> str | None:
    return value.strip() or None


def _trim_column(column: Column) -> Column:
    return [None if value is None else value.strip() or None for value in column]


def _one_line(value: str) -> str:
    """Line breaks as full-width spaces: an Ｎ item holds no control characters."""
    return "\u3000".join(value.splitlines())


def _holder_kana(value: str) -> str:
    found = to_holder_kana(value)
    if not valid_holder_kana(found):
        raise Unfit("MAP_VALUE")
    return found


@lru_cache(maxsize=_DATES)
def _date(value: str) -> str:
    found = read_date(value)
    if found is None or found.exact is None:
        raise Unfit("MAP_VALUE")
    return found.iso


@lru_cache(maxsize=_DATES)
def _birth(value: str, unknown: str | None) -> str:
    """A date; marked 不詳 what is known of it, ``0000-00-00`` when nothing can be read."""
    if unknown is None:
        return _date(value)
    found = read_date(value)
    return found.iso if found else "0000-00-00"


def _date_unknown_text(value: str, unknown: str | None) -> str | None:
    return None if unknown is None else to_full(value)


def _matching(value: str, pattern: re.Pattern[str], dropped: dict[int, str | None]) -> str:
    plain = value.translate(dropped)
    if not pattern.fullmatch(plain):
        raise Unfit("MAP_VALUE")
    return plain


_POSTAL = re.compile(r"[0-9]{7}")
_PHONE = re.compile(r"0[0-9]{9,10}")
_MONTH = re.compile(r"[12][0-9]{3}-(0[1-9]|1[0-2])")
_NUMBER = re.compile(r"[0-9]{1,15}")

# Full width becomes ASCII, spaces and (for codes that are written in groups) what stands between the groups is dropped.
_HALF = {point: to_half_ascii(chr(point)) for point in range(0xFF01, 0xFF5F)}
_DROP_SPACES: dict[int, str | None] = {**_HALF, **{point: None for point in range(0x3001) if chr(point).isspace()}}
_DROP_HYPHENS = {**_DROP_SPACES, **dict.fromkeys(map(ord, "-‐‑–—―−－ー"))}
_DROP_BRACKETS = {**_DROP_HYPHENS, **dict.fromkeys(map(ord, "()（）"))}


def _postal(value: str) -> str:
    return _matching(value.removeprefix("〒"), _POSTAL, _DROP_HYPHENS)


def _phone(value: str) -> str:
    return _matching(value, _PHONE, _DROP_BRACKETS)


def _month(value: str) -> str:
    return _matching(value, _MONTH, _DROP_SPACES)


def _number(value: str) -> str:
    return str(int(_matching(value, _NUMBER, _DROP_SPACES)))


def _flag(value: str) -> str:
    """1 有 → 1, 2 無 → 0, as the フラグ items of the official lists have it."""
    if value not in {"1", "2"}:
        raise Unfit("MAP_VALUE")
    return "1" if value == "1" else "0"


def _zero_fill(value: str, width: int) -> str:
    digits = _matching(value, _NUMBER, _DROP_SPACES)
    if len(digits) > width:
        raise Unfit("MAP_VALUE")
    return digits.zfill(width)


def _code(value: str, valid: Lookup[str, str]) -> str:
    if value not in valid:
        raise Unfit("MAP_CODE")
    return value


TRANSFORMS: Lookup[str, tuple[int, Convert]] = MappingProxyType(
    {
        "trim": (1, _trim),
        "one_line": (1, _one_line),
        "full_width": (1, to_full),
        "holder_kana": (1, _holder_kana),
        "date": (1, _date),
        "birth": (2, _birth),
        "date_unknown_text": (2, _date_unknown_text),
        "postal": (1, _postal),
        "phone": (1, _phone),
        "month": (1, _month),
        "number": (1, _number),
        "flag": (1, _flag),
    },
)

_WHOLE: Lookup[str, Whole] = MappingProxyType({"trim": _trim_column, "full_width": full_column})
