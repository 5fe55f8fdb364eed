"""Checks of one value (値の検査): the closed table of questions that no pattern answers and that have an expectation of their own."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from validation.checks import Rule, SuiteError
from vocabulary import check_digits
from vocabulary.dates import read_date

KANA: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {
        "full": re.compile(r"[ァ-ヶー・　]+"),
        "half": re.compile(r"[ｦ-ﾟ A-Z0-9()./｢｣\\,\-]+"),
    }
)
SCHEMES: Final[Mapping[str, Callable[[str], bool]]] = MappingProxyType(
    {
        "my_number": check_digits.valid_my_number,
        "atena": check_digits.valid_ledger_number,
        "corporate": check_digits.valid_corporate_number,
    }
)
PRIVATE_USE: Final = re.compile("[\ue000-\uf8ff]")
BETWEEN: Final = "\x1f"
"""Stands between the two texts of a pair that is judged as one value."""

Judge = Callable[[str], bool]


def has_check_digit(scheme: str) -> Judge:
    """Whether the last digit of a number fits the others (検査数字), by my_number, atena or corporate."""
    return SCHEMES[scheme]


def is_kana(width: str) -> Judge:
    """Whether a text is kana only: full (全角カナ), or half as banks write it (半角)."""
    pattern = KANA[width]
    return lambda value: pattern.fullmatch(value) is not None


@cache
def is_encodable(encoding: str, substituted: str = "") -> Judge:
    """Whether a text has a way into an encoding and back. substituted: characters for which a destination has an approved substitute.

    外字 of private use mean something in one town only and have none. Raises LookupError for an encoding that nobody knows.
    """
    "".encode(encoding)
    gone = str.maketrans("", "", substituted)

    def judge(value: str) -> bool:
        plain = value.translate(gone)
        try:
            return PRIVATE_USE.search(plain) is None and plain.encode(encoding).decode(encoding) == plain
        except UnicodeError:
            return False

    return judge


def agree_as_dates(pair: str) -> bool:
    """Whether 西暦 and written date (和暦, 不詳表記) of one day agree as far as both go; a text that tells no year is not judged."""
    day, _, text = pair.partition(BETWEEN)
    iso, written = read_date(day), read_date(text)
    return iso is None or written is None or iso.agrees_with(written)


def _one_of(rule: Rule, name: str, allowed: Mapping[str, object]) -> dict[str, str]:
    value = rule.params.get(name)
    if not isinstance(value, str) or value not in allowed:
        raise SuiteError(f"{rule.id}: {name} must be one of {sorted(allowed)}")
    return {name: value}


def _encoding(rule: Rule) -> dict[str, str]:
    encoding, substituted = rule.params.get("encoding"), rule.params.get("substituted", "")
    if not isinstance(encoding, str) or not isinstance(substituted, str):
        raise SuiteError(f"{rule.id}: encodable needs the parameter encoding")
    try:
        is_encodable(encoding)
    except LookupError as error:
        raise SuiteError(f"{rule.id}: nobody knows the encoding {encoding}") from error
    return {"encoding": encoding, "substituted": substituted}


def _no_parameter(rule: Rule) -> dict[str, str]:
    if len(rule.items) != 2:
        raise SuiteError(f"{rule.id}: wareki needs two items, the day and the text")
    return {}


PARAMETERS: Final[Mapping[str, Callable[[Rule], dict[str, str]]]] = MappingProxyType(
    {
        "check_digit": lambda rule: _one_of(rule, "scheme", SCHEMES),
        "kana": lambda rule: _one_of(rule, "width", KANA),
        "encodable": _encoding,
        "wareki": _no_parameter,
    }
)
"""Kind → from a rule to what its expectation is given, all of it public. Raises SuiteError for a rule that is wrong in itself."""

JUDGES: Final[Mapping[str, Callable[..., Judge]]] = MappingProxyType(
    {"check_digit": has_check_digit, "kana": is_kana, "encodable": is_encodable, "wareki": lambda: agree_as_dates}
)


def judge_of(rule: Rule) -> Judge:
    """How one value is judged by a rule of these kinds. Raises SuiteError."""
    return JUDGES[rule.kind](**PARAMETERS[rule.kind](rule))


def values_of(rule: Rule, row: tuple[str, ...]) -> tuple[str, ...]:
    """The values of a row that are judged one by one; absent ones are "" and not judged."""
    if rule.kind == "wareki":
        return (BETWEEN.join(row),) if all(row) else ("",)
    return row
