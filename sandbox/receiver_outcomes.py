"""How receiving systems decide (結果): outcome words for each kind of record, the same for one 受付番号 wherever it is asked."""

import csv
import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

_TABLE = Path(__file__).parent / "data" / "receiver_outcomes.csv"
_REFUSED_PERCENT = 4
_REFUSAL = "支給要件に該当しないため"


@dataclass(frozen=True, slots=True)
class Words:
    """usual: the ordinary outcome, empty where the system decides nothing. refused: empty where nothing is refused."""

    usual: str
    refused: str


_OTHERS = Words("受理", "")


def read_words(table: Path = _TABLE) -> Mapping[str, Words]:
    """Outcome words by group of a procedure's main record."""
    with table.open(encoding="utf-8", newline="") as file:
        return {row["group"]: Words(row["usual"], row["refused"]) for row in csv.DictReader(file)}


def words_of(groups: Collection[str], table: Mapping[str, Words]) -> Words:
    """The words for an application by the groups of its records; a child's group begins with that of its parent."""
    main = (group for group in table if any(one == group or one.startswith(f"{group}_") for one in groups))
    return next((table[group] for group in main), _OTHERS)


def decide(receipt: str, words: Words, day: str) -> tuple[str, ...] | None:
    """The row of a result file, None where nothing is decided. day: ISO."""
    number = int(hashlib.sha256(f"decision:{receipt}".encode()).hexdigest()[:12], 16)
    refused = bool(words.refused) and number % 100 < _REFUSED_PERCENT
    outcome = words.refused if refused else words.usual
    if not outcome:
        return None
    decision, document = f"{number % 1_000_000:06d}", f"第{number // 1_000_000 % 100_000}号"
    return (receipt, outcome, day, decision, document, f"{outcome}通知書", _REFUSAL if refused else "")
