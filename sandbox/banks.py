"""Accounts (振込口座) at real banks of 沖縄 and ゆうちょ, with the holder's name in half-width kana as banks write it (口座名義カナ)."""

import unicodedata
from dataclasses import dataclass
from functools import cache
from random import Random

BANKS = ("0187", "0188", "0596", "1996", "9900")
_HALF = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0xFF66, 0xFF9E)} | {"\u3099": "ﾞ", "\u309a": "ﾟ", "　": " "}
_LARGE = str.maketrans("ァィゥェォャュョッー", "アイウエオヤユヨツ-")


@dataclass(frozen=True, slots=True)
class Account:
    """An account. bank 4 digits, branch 3, kind 1 普通 or 4 貯蓄, number 7 digits, holder in half-width kana of at most 30."""

    bank: str
    branch: str
    kind: str
    number: str
    holder: str


@cache
def _branches(bank: str) -> tuple[str, ...]:
    from zengin_code import Bank  # noqa: PLC0415  it reads all banks of the country when it is imported

    return tuple(sorted(Bank.all[bank].branches))


def half_width_kana(text: str) -> str:
    """Full-width katakana as banks write it: half-width, large letters, voicing marks apart. Other characters are dropped."""
    parts = unicodedata.normalize("NFD", text.translate(_LARGE))
    return "".join(_HALF.get(part, part if part == "-" else "") for part in parts)


def pick_account(chance: Random, *, holder_kana: str) -> Account:
    """One account in the name of ``holder_kana`` (full-width)."""
    bank = chance.choice(BANKS)
    branch = chance.choice(_branches(bank))
    return Account(bank, branch, chance.choice("1114"), f"{chance.randrange(1, 10**7):07}", half_width_kana(holder_kana)[:30])
