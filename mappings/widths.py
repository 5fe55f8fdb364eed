"""Full and half width (全角・半角) by explicit tables; no other character is touched, and none is normalised."""

import re
import unicodedata
from types import MappingProxyType

_HALF_KANA = re.compile(r"[｡-ﾟ]+")
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}
_DIGITS = {0xFF10 + digit: 0x30 + digit for digit in range(10)}
# A voiced mark that joins no kana stays a mark of its own.
_MARKS = {0x3099: 0x309B, 0x309A: 0x309C}
# What a bank's name field may hold beside kana (全銀協の使用文字).
_BANK = re.compile(r"[A-Z0-9 ｡-ﾟ()\-./,]+")


def _half_of_kana() -> MappingProxyType[int, str]:
    table: dict[int, str] = {0x3000: " ", 0x309B: "ﾞ", 0x309C: "ﾟ"}
    for code in range(0xFF61, 0xFF9E):
        table[ord(unicodedata.normalize("NFKC", chr(code)))] = chr(code)
    for code in range(0x30A1, 0x30FB):
        parts = unicodedata.normalize("NFD", chr(code))
        if len(parts) == 2 and ord(parts[0]) in table:
            table[code] = table[ord(parts[0])] + ("ﾞ" if parts[1] == "\u3099" else "ﾟ")
    for code in range(0xFF01, 0xFF5F):
        table[code] = chr(code - 0xFEE0)
    return MappingProxyType(table)


_NARROW = _half_of_kana()


def to_full_width(text: str) -> str:
    """ASCII and half-width kana in full width, a kana with its voiced mark as one character."""
    kana = _HALF_KANA.sub(lambda run: unicodedata.normalize("NFKC", run[0]).translate(_MARKS), text)
    return kana.translate(_WIDE)


def to_ascii_digits(text: str) -> str:
    """Full-width digits as ASCII ones."""
    return text.translate(_DIGITS)


def to_half_kana(text: str) -> str | None:
    """A bank's half-width name: katakana, capitals, digits and few signs; None when the text holds anything else."""
    half = text.translate(_NARROW).upper()
    return half if _BANK.fullmatch(half) else None
