"""The closed table of transforms (変換): named functions over columns; what a function refuses comes back by row, never as a default."""

import re
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Lookup
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mappings.codelists import CodeList
from mappings.column_characters import Digits, digits_of, full_column
from mappings.column_days import plain_days
from mappings.records import Column
from mappings.repetition import distinct
from mappings.specification import nearest
from vocabulary.bank import YUCHO_BANK_CODE, YuchoAccount, to_holder_kana, valid_holder_kana, yucho_account
from vocabulary.dates import read_date
from vocabulary.widths import to_full, to_half_ascii

# What stands between the groups of a number, in any width.
_SPACES = "".join(chr(point) for point in range(0x3001) if chr(point).isspace())
_HYPHENS = _SPACES + "-‐‑–—―−ー"
_BRACKETS = _HYPHENS + "()"

_MOST_DIGITS = 15
_MONTH = re.compile("[12][0-9]{3}-(0[1-9]|1[0-2])")

# Days that are written otherwise than most: a town's have a few ten thousand spellings, which come back in every batch.
_SPELLINGS = 50_000


class Changed(NamedTuple):
    """A transformed column and, for each refused row, the reason code; the value of a refused row is None."""

    values: Column
    refused: dict[int, str]


class Unfit(Exception):  # noqa: N818  it names an outcome of the data, not a defect of the program
    """A value that a transform refuses, with its reason code. Carries no value."""


Change = Callable[[Sequence[Column]], Changed]


@dataclass(frozen=True, slots=True)
class Step:
    """A transform bound to its argument. inputs: how many columns it takes. apply: changes them, row by row; None stays None."""

    name: str
    inputs: int
    apply: Change


def apply_steps(steps: Sequence[Step], columns: Sequence[Column]) -> Changed:
    """One step after the other; over a column that repeats itself, with nothing beside it, once for each distinct value."""
    first, *rest = columns
    if not steps:
        return Changed(list(first), {})
    if any(column.count(None) < len(column) for column in rest):
        return _chain(steps, columns)
    each = distinct(first)
    absent: Column = [None] * len(each)
    changed = _chain(steps, [each, *(absent for _ in rest)])
    if each is first or (changed.values == each and not changed.refused):
        return changed if each is first else Changed(list(first), {})
    known = dict(zip(each, changed.values, strict=True))
    bad = {each[place]: code for place, code in changed.refused.items()}
    refused = {row: bad[value] for row, value in enumerate(first) if value in bad} if bad else {}
    return Changed(list(map(known.__getitem__, first)), refused)


def _chain(steps: Sequence[Step], columns: Sequence[Column]) -> Changed:
    refused: dict[int, str] = {}
    for step in steps:
        changed = step.apply(columns)
        columns = [changed.values]
        refused |= changed.refused
    return Changed(columns[0], refused)


def bind(step: str, *, codelists: Lookup[str, CodeList], day: str) -> Step:
    """The transform that ``name`` or ``name:argument`` stands for; code lists as valid on the ISO day.

    Raises LookupError with the allowed names when the name or its argument is unknown.
    """
    name, _, argument = step.partition(":")
    if name == "code":
        if argument not in codelists:
            raise LookupError(nearest(argument, codelists))
        valid = codelists[argument].valid_on(day)
        return Step(step, 1, _each(lambda value: _code(value, valid)))
    if name == "zero_fill":
        if not (argument.isascii() and argument.isdecimal()):
            raise LookupError("zero_fill:<width>")
        return Step(step, 1, _zero_fill(int(argument)))
    if name == "yucho":
        if argument not in _YUCHO_PARTS:
            raise LookupError(nearest(argument, _YUCHO_PARTS))
        return Step(step, 3, _yucho(_YUCHO_PARTS[argument]))
    if argument or name not in TRANSFORMS:
        raise LookupError(nearest(name, [*TRANSFORMS, "code", "zero_fill", "yucho"]))
    return Step(step, *TRANSFORMS[name])


def _each(convert: Callable[[str], str | None]) -> Change:
    """The change that converts one value after the other, and leaves what is absent."""

    def change(columns: Sequence[Column]) -> Changed:
        values: Column = []
        refused: dict[int, str] = {}
        for value in columns[0]:
            try:
                values.append(None if value is None else convert(value))
            except Unfit as unfit:
                refused[len(values)] = str(unfit.args[0])
                values.append(None)
        return Changed(values, refused)

    return change


def _digits(lengths: range, dropped: str, finish: Callable[[Digits], NDArray[np.bool_]]) -> Change:
    """The change to plain digits, without what residents write between them. MAP_VALUE for what is none, or what ``finish`` says is wrong.

    finish: changes the texts further, where that is needed.
    """

    def change(columns: Sequence[Column]) -> Changed:
        (column,) = columns
        digits = digits_of(column, dropped, lengths)
        wrong = np.flatnonzero(finish(digits)).tolist()
        values: Column = list(digits.texts)
        for row in wrong:
            values[row] = None
        return Changed(values, {row: "MAP_VALUE" for row in wrong if column[row] is not None})

    return change


def _phones(digits: Digits) -> NDArray[np.bool_]:
    return digits.wrong | ~digits.zero


def _numbers(digits: Digits) -> NDArray[np.bool_]:
    for row in np.flatnonzero(digits.zero).tolist():
        digits.texts[row] = digits.texts[row].lstrip("0") or "0"
    return digits.wrong


def _trim(columns: Sequence[Column]) -> Changed:
    return Changed([None if value is None else value.strip() or None for value in columns[0]], {})


def _full_width(columns: Sequence[Column]) -> Changed:
    return Changed(full_column(columns[0]), {})


def _one_line(value: str) -> str:
    """Line breaks as full-width spaces: an Ｎ item holds no control characters."""
    return "\u3000".join(value.splitlines())


def _holder_kana(value: str) -> str:
    found = to_holder_kana(value)
    if not valid_holder_kana(found):
        raise Unfit("MAP_VALUE")
    return found


def _dates(columns: Sequence[Column]) -> Changed:
    """Days as ISO has them. What is plainly written is read at once, the rest value by value."""
    (column,) = columns
    values = plain_days(column)
    refused: dict[int, str] = {}
    for row in [row for row, value in enumerate(values) if value is None and column[row] is not None] if None in values else []:
        values[row] = _written_day(column[row] or "")
        if values[row] is None:
            refused[row] = "MAP_VALUE"
    return Changed(values, refused)


@lru_cache(_SPELLINGS)
def _written_day(text: str) -> str | None:
    found = read_date(text)
    return found.iso if found and found.exact else None


def _birth(columns: Sequence[Column]) -> Changed:
    """A date; where it is marked 不詳 what is known of it, ``0000-00-00`` when nothing can be read."""
    texts, unknown = columns
    marked = [row for row, mark in enumerate(unknown) if mark is not None]
    certain = list(texts)
    for row in marked:
        certain[row] = None
    changed = _dates([certain])
    for row in marked:
        changed.values[row] = _what_is_known(texts[row])
    return changed


def _what_is_known(text: str | None) -> str | None:
    if text is None:
        return None
    found = read_date(text)
    return found.iso if found else "0000-00-00"


def _date_unknown_text(columns: Sequence[Column]) -> Changed:
    texts, unknown = columns
    return Changed([None if mark is None or text is None else to_full(text) for text, mark in zip(texts, unknown, strict=True)], {})


def _month(value: str) -> str:
    plain = "".join(to_half_ascii(value).split())
    if not _MONTH.fullmatch(plain):
        raise Unfit("MAP_VALUE")
    return plain


def _flag(value: str) -> str:
    """1 有 → 1, 2 無 → 0, as the フラグ items of the official lists have it."""
    if value not in {"1", "2"}:
        raise Unfit("MAP_VALUE")
    return "1" if value == "1" else "0"


def _zero_fill(width: int) -> Change:
    def filled(digits: Digits) -> NDArray[np.bool_]:
        for row in np.flatnonzero(digits.counts < width).tolist():
            digits.texts[row] = digits.texts[row].zfill(width)
        return digits.wrong

    return _digits(range(1, min(width, _MOST_DIGITS) + 1), _SPACES, filled)


def _code(value: str, valid: Lookup[str, str]) -> str:
    if value not in valid:
        raise Unfit("MAP_CODE")
    return value


_YUCHO_PARTS: Lookup[str, Callable[[YuchoAccount], str]] = MappingProxyType(
    {
        "bank": lambda _account: YUCHO_BANK_CODE,
        "branch": lambda account: account.branch,
        "type": lambda account: account.account_type,
        "account": lambda account: account.account,
    }
)


def _yucho(part: Callable[[YuchoAccount], str]) -> Change:
    """The given value, or that part of the account that ゆうちょ's 記号番号 stands for; both at once contradict each other."""

    def change(columns: Sequence[Column]) -> Changed:
        values = list(columns[0])
        refused: dict[int, str] = {}
        for row, (given, symbol, number) in enumerate(zip(*columns, strict=True)):
            if symbol is None and number is None:
                continue
            account = yucho_account(symbol or "", number or "") if given is None else None
            values[row] = None if account is None else part(account)
            if account is None:
                refused[row] = "MAP_VALUE"
        return Changed(values, refused)

    return change


_SEVEN_DIGITS = _digits(range(7, 8), _HYPHENS, lambda digits: digits.wrong)


def _postal(columns: Sequence[Column]) -> Changed:
    return _SEVEN_DIGITS([[text and text.removeprefix("〒") for text in columns[0]]])


TRANSFORMS: Lookup[str, tuple[int, Change]] = MappingProxyType(
    {
        "trim": (1, _trim),
        "one_line": (1, _each(_one_line)),
        "full_width": (1, _full_width),
        "holder_kana": (1, _each(_holder_kana)),
        "date": (1, _dates),
        "birth": (2, _birth),
        "date_unknown_text": (2, _date_unknown_text),
        "postal": (1, _postal),
        "phone": (1, _digits(range(10, 12), _BRACKETS, _phones)),
        "month": (1, _each(_month)),
        "number": (1, _digits(range(1, _MOST_DIGITS + 1), _SPACES, _numbers)),
        "flag": (1, _each(_flag)),
    },
)
