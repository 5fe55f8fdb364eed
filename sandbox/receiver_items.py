"""What receiving systems know of the records (項目定義): the columns of each group, as plain data that both sides agreed on."""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

ITEMS = Path(__file__).parents[1] / "mappings" / "items"
RECEIPT = "uketsukebango"


@cache
def columns_of_groups(items: Path = ITEMS) -> Mapping[str, tuple[str, ...]]:
    """Romaji names of the columns of each group, in order."""
    columns: dict[str, list[str]] = {}
    for file in sorted(items.glob("*/items.csv")):
        with file.open(encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows):
                columns.setdefault(row["グループ名称"], []).append(row["データ項目（ローマ字）"])
    return {group: tuple(names) for group, names in columns.items()}
