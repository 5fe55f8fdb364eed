"""How receiving systems write their results (結果ファイル): each its own columns, words, days and encoding."""

import csv
import io
from collections.abc import Sequence
from datetime import date

from vocabulary.dates import to_wareki

Row = tuple[str, ...]
_STANDARD = ("uketsukebango", "kekka", "kettei_nengappi", "kettei_bango", "bunsho_bango", "tsuchisho", "riyu")
_NURSERY = ("受付番号", "判定", "決定日", "起案番号", "文書番号", "交付方法", "備考")
_WORDS = {"却下": "認定しない", "内定": "利用内定", "不承諾": "利用不承諾"}
_LETTERS = {"郵送": "郵便", "窓口": "窓口交付", "なし": "不要"}


def lines_of(rows: Sequence[Row]) -> str:
    """Rows as CSV with CR LF."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def standard_results(rows: Sequence[Row]) -> bytes:
    """UTF-8, romaji headings, ISO days. rows: as ``receiver_outcomes.decide`` gives them."""
    return lines_of([_STANDARD, *rows]).encode()


def nursery_results(rows: Sequence[Row]) -> bytes:
    """CP932, Japanese headings and days, words of the nursery system."""
    told = [
        (receipt, _WORDS.get(outcome, outcome), to_wareki(date.fromisoformat(day)), number, document, _LETTERS[letter], reason)
        for receipt, outcome, day, number, document, letter, reason in rows
    ]
    return lines_of([_NURSERY, *told]).encode("cp932")
