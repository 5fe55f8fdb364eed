"""Bank accounts (振込口座): the holder's name as banks take it, and ゆうちょ銀行's 記号番号 as branch and account.

Both rules are taken from what banks and software makers tell their customers, not from the primary documents; they stand as
data with their source in ``zengin_characters.csv`` and ``yucho.csv``, and a receiving system may narrow them.
"""

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

from vocabulary.names import unify_dashes
from vocabulary.widths import to_half_kana, to_large_kana

YUCHO_BANK_CODE = "9900"
HOLDER_LENGTH = 30  # characters of 受取人名 in the 総合振込 record


@dataclass(frozen=True, slots=True)
class YuchoAccount:
    """An account of ゆうちょ銀行 as other banks address it: 店番 (3 digits), 預金種目 (1 普通, 2 当座), 口座番号 (7 digits)."""

    branch: str
    account_type: str
    account: str


@cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    text = resources.files("vocabulary").joinpath(name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def zengin_characters() -> frozenset[str]:
    """The half-width characters of names in the 全銀 format, the space included."""
    return frozenset(" ").union(*(row["characters"] for row in _rows("zengin_characters.csv")))


def unbankable(text: str) -> list[str]:
    """The characters of ``text`` outside the 全銀 repertoire, in order, repeats included."""
    return [sign for sign in text if sign not in zengin_characters()]


def to_holder_kana(text: str) -> str:
    """A 口座名義 the way banks write it: half width, upper case, large kana, hyphen for every dash and long vowel.

    Characters without such a form stay; ``valid_holder_kana`` tells.
    """
    half = unify_dashes(to_half_kana(text).replace("ｰ", "ー"), "-")
    return to_large_kana(half).upper().replace("ｦ", "ｵ")


def valid_holder_kana(text: str) -> bool:
    """Whether ``text`` can be a 口座名義カナ: 1 to 30 characters of the 全銀 repertoire, no space at either end."""
    return 0 < len(text) <= HOLDER_LENGTH and text == text.strip() and not unbankable(text)


def valid_account_number(text: str) -> bool:
    """Whether ``text`` is a 口座番号 of 7 ASCII digits, filled with zeros from the left."""
    return re.fullmatch(r"\d{7}", text, re.ASCII) is not None


def yucho_account(symbol: str, number: str) -> YuchoAccount | None:
    """Branch and account of a 記号 (5 digits) and 番号 (up to 8 digits, ending in 1 for 通常貯金), or None where no rule fits.

    Example: 記号 10530, 番号 12345671 → 店番 058, 普通 (1), 口座番号 1234567.
    """
    for rule in _rows("yucho.csv"):
        if re.fullmatch(rule["symbol_pattern"], symbol, re.ASCII) and re.fullmatch(rule["number_pattern"], number, re.ASCII):
            account = number[:-1] if rule["account_rule"] == "drop_last" else number
            return YuchoAccount(f"{symbol[1:3]}{rule['branch_suffix']}", rule["account_type"], account.zfill(7))
    return None
