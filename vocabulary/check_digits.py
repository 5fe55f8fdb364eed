"""Check digits (検査用数字) of the numbers and codes that a municipality meets.

Every number is text of ASCII digits; anything else is simply not valid. No function raises for a resident's value, and none repeats it.
"""

_MY_NUMBER_WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_RESIDENT_RECORD_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_LEDGER_WEIGHTS = (2, 3, 4, 5, 6, 7)
_MUNICIPALITY_WEIGHTS = (6, 5, 4, 3, 2)


def _digits(text: str, *, length: int) -> tuple[int, ...] | None:
    """The digits of ``text``, or None unless it is exactly ``length`` ASCII digits."""
    if len(text) != length or not (text.isascii() and text.isdecimal()):
        return None
    return tuple(map(int, text))


def _body(text: str, *, length: int) -> tuple[int, ...]:
    digits = _digits(text, length=length)
    if digits is None:
        raise ValueError(f"the body must be {length} ASCII digits")
    return digits


def _weighted(digits: tuple[int, ...], weights: tuple[int, ...]) -> int:
    return sum(digit * weight for digit, weight in zip(digits, weights, strict=True))


def _eleven_or_zero(total: int) -> int:
    remainder = total % 11
    return 0 if remainder <= 1 else 11 - remainder


def my_number_check_digit(body: str) -> int:
    """Check digit of a 個人番号 from its first 11 digits (平成26年総務省令第85号 5条). Raises ValueError for another body."""
    return _eleven_or_zero(_weighted(_body(body, length=11), _MY_NUMBER_WEIGHTS))


def valid_my_number(text: str) -> bool:
    """Whether ``text`` can be a 個人番号: 12 digits, right check digit, and not the all-zero number, which passes the formula."""
    digits = _digits(text, length=12)
    if digits is None or not any(digits):
        return False
    return digits[-1] == _eleven_or_zero(_weighted(digits[:-1], _MY_NUMBER_WEIGHTS))


def resident_record_code_check_digit(body: str) -> int:
    """Check digit of a 住民票コード from its first 10 digits.

    The formula is the one commonly given (that of the 個人番号 over 10 digits); 平成14年総務省告示第436号 was not read.
    """
    return _eleven_or_zero(_weighted(_body(body, length=10), _RESIDENT_RECORD_WEIGHTS))


def valid_resident_record_code(text: str) -> bool:
    """Whether ``text`` is an 11-digit 住民票コード with a fitting check digit (see ``resident_record_code_check_digit``)."""
    digits = _digits(text, length=11)
    return digits is not None and digits[-1] == _eleven_or_zero(_weighted(digits[:-1], _RESIDENT_RECORD_WEIGHTS))


def corporate_number_check_digit(body: str) -> int:
    """Check digit (1–9) of a 法人番号 from its last 12 digits; it stands first (法人番号の指定等に関する省令 2条)."""
    total = sum(digit * (2 if place % 2 else 1) for place, digit in enumerate(reversed(_body(body, length=12))))
    return 9 - total % 9


def valid_corporate_number(text: str) -> bool:
    """Whether ``text`` is a 13-digit 法人番号 whose first digit checks the others."""
    return _digits(text, length=13) is not None and int(text[0]) == corporate_number_check_digit(text[1:])


def municipality_code(five: str) -> str:
    """The 6-digit 全国地方公共団体コード of a 5-digit one (JIS X 0401/0402). Raises ValueError for another text."""
    total = _weighted(_body(five, length=5), _MUNICIPALITY_WEIGHTS)
    return f"{five}{(11 - total % 11) % 10}"


def valid_municipality_code(text: str) -> bool:
    """Whether ``text`` is a 6-digit 全国地方公共団体コード with its check digit."""
    return _digits(text, length=6) is not None and municipality_code(text[:5]) == text


def ledger_number_check_digit(body: str) -> int | None:
    """Check digit of a 宛名番号 or 世帯番号 from its first 14 digits (住民記録システム標準仕様書: modulus 11, weights 2–7 from the right).

    None where the remainder is 1: the specification names no digit for it, so that an issuer skips the number.
    """
    digits = _body(body, length=14)
    remainder = sum(digit * _LEDGER_WEIGHTS[place % 6] for place, digit in enumerate(reversed(digits))) % 11
    return None if remainder == 1 else (11 - remainder) % 11


def issue_ledger_number(serial: int) -> str | None:
    """The 15-digit 宛名番号 or 世帯番号 of a serial, or None when issuing skips it. Raises ValueError outside 0 … 10^14 − 1."""
    body = f"{serial:014d}"
    digit = ledger_number_check_digit(body)
    return None if digit is None else f"{body}{digit}"


def valid_ledger_number(text: str) -> bool:
    """Whether ``text`` is a 15-digit 宛名番号 or 世帯番号 with its check digit.

    Only newly issued numbers carry one, so False deserves a warning and is no reason to refuse an existing number.
    """
    return _digits(text, length=15) is not None and ledger_number_check_digit(text[:-1]) == int(text[-1])
