"""Masking of the 個人番号 (マスキング) in whatever is written for people or machines to read later.

A run of twelve digits with a fitting check digit is taken for a 個人番号, be it plain, spaced, hyphenated or full-width.
Longer runs (宛名番号, 受付番号, digests) stay readable. One in eleven other twelve-digit runs is masked too, which is accepted.
"""

import logging
import re

from vocabulary.check_digits import valid_my_number

MASK = "*" * 12

_SPACES = " \t\u00a0\u2000-\u200a\u202f\u3000"
_HYPHENS = "\\-\u00ad\u2010-\u2015\u2212\u2500\uff0d\u30fc\uff70"
_INVISIBLE = "\u200b-\u200d\u2060\ufeff"
_SEPARATORS = f"[{_SPACES}{_HYPHENS}{_INVISIBLE}]{{0,3}}"
# The lookahead keeps the scan at every start: "3 1234 5678 9018" begins with a digit of its own.
_TWELVE = re.compile(rf"(?<!\d)(?=(\d(?:{_SEPARATORS}\d){{11}})(?!\d))")


def mask_numbers(text: str) -> str:
    """``text`` with ``************`` in place of every 個人番号, separators inside the number included."""
    parts: list[str] = []
    end = 0
    for match in _TWELVE.finditer(text):
        start, stop = match.span(1)
        if start >= end and valid_my_number(_plain(match[1])):
            parts += [text[end:start], MASK]
            end = stop
    return "".join([*parts, text[end:]])


def _plain(run: str) -> str:
    """The digits of a run in ASCII."""
    return "".join(str(int(sign)) for sign in run if sign.isdecimal())


class NumberFilter(logging.Filter):
    """Masks message, arguments, exception and stack text, and extra text fields of a log record; lets every record pass.

    To be added to handlers: a filter of a logger does not see the records of the loggers below it.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask ``record`` in place. Message and arguments are joined only when something was masked."""
        _mask_message(record)
        _mask_exception(record)
        for name, value in vars(record).items():
            if isinstance(value, str):
                setattr(record, name, mask_numbers(value))
        return True


def _mask_message(record: logging.LogRecord) -> None:
    try:
        message = record.getMessage()
    except Exception:  # noqa: BLE001  an argument's own code may raise anything, and logging would then print the arguments unmasked
        message = f"{record.msg} (its arguments cannot be written)"
        record.msg, record.args = message, None
    masked = mask_numbers(message)
    if masked != message:
        record.msg, record.args = masked, None


def _mask_exception(record: logging.LogRecord) -> None:
    """Keep only the text of an exception that shows a number: other formatters would print the exception itself."""
    if not record.exc_info:
        return
    text = record.exc_text or logging.Formatter().formatException(record.exc_info)
    masked = mask_numbers(text)
    if masked != text:
        record.exc_text, record.exc_info = masked, None
