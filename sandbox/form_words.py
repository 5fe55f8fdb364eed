"""Values of a form in the words in which the portal prints them: a code with its meaning, dates in 和暦, 〒 before a postal code."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType

import yaml

from vocabulary.dates import to_wareki

_CODES = Path(__file__).parent / "data" / "form_codes.yaml"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
_POSTAL = re.compile(r"([0-9]{3})([0-9]{4})")


def printed(name: str, text: str) -> str:
    """``text`` of the field ``name`` as a reader wants it; what is not understood stays as the resident wrote it."""
    if meaning := codes().get(name, {}).get(text):
        return f"{text}（{meaning}）"
    if name == "郵便番号" and (postal := _POSTAL.fullmatch(text)):
        return f"〒{postal[1]}-{postal[2]}"
    try:
        if _DAY.fullmatch(text):
            return to_wareki(date.fromisoformat(text))
        if _MONTH.fullmatch(text):
            return to_wareki(date.fromisoformat(f"{text}-01")).removesuffix("1日")
    except ValueError:
        return text
    return text


def instant(value: datetime) -> str:
    """令和8年11月20日 18:08:54."""
    return f"{to_wareki(value.date())} {value:%H:%M:%S}"


@cache
def codes() -> Mapping[str, Mapping[str, str]]:
    """Field → code → meaning."""
    rows = yaml.safe_load(_CODES.read_text(encoding="utf-8"))
    return MappingProxyType({field: row["codes"] for row in rows for field in row["fields"]})
