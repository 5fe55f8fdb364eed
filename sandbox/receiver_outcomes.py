"""How receiving systems decide (結果): outcome words for each kind of record, the same for one 受付番号 wherever it is asked."""

import csv
import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

_TABLE = Path(__file__).parent / "data" / "receiver_outcomes.csv"
_LETTER, _NO_LETTER = "郵送", "なし"


@dataclass(frozen=True, slots=True)
class Words:
    """usual: the ordinary outcome, empty where the system decides nothing. refused: how it ends for ``percent`` of 100, and why."""

    usual: str
    refused: str
    percent: int = 0
    reason: str = ""


_OTHERS = Words("受理", "")


def read_words(table: Path = _TABLE) -> Mapping[str, Words]:
    """Outcome words by group of a procedure's main record."""
    with table.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return {row["group"]: Words(row["usual"], row["refused"], int(row["percent"] or 0), row["reason"]) for row in rows}


def words_of(groups: Collection[str], table: Mapping[str, Words]) -> Words:
    """The words for an application by the groups of its records; a child's group begins with that of its parent."""
    main = (group for group in table if any(one == group or one.startswith(f"{group}_") for one in groups))
    return next((table[group] for group in main), _OTHERS)


def decide(receipt: str, words: Words, day: str) -> tuple[str, ...] | None:
    """The row of a result file, None where nothing is decided. day: ISO."""
    number = int(hashlib.sha256(f"decision:{receipt}".encode()).hexdigest()[:12], 16)
    refused = number % 100 < words.percent
    outcome = words.refused if refused else words.usual
    if not outcome:
        return None
    decision, document = f"{number % 1_000_000:06d}", f"第{number // 1_000_000 % 100_000}号"
    letter = _NO_LETTER if outcome == _OTHERS.usual else _LETTER
    return (receipt, outcome, day, decision, document, letter, words.reason if refused else "")
