"""Number formats of workbooks (表示形式): which numbers are days or times, and how they read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lxml import etree

_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_DATES = {14: "yyyy/m/d", 15: "d/m/yy", 16: "d/m", 17: "yy/m", 22: "yyyy/m/d h:mm", 55: "yyyy/m", 56: "m/d"}
_ERA_DATES = dict.fromkeys((27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58), "yyyy/m/d")
_TIMES = {18: "h:mm", 19: "h:mm:ss", 20: "h:mm", 21: "h:mm:ss", 32: "h:mm", 33: "h:mm:ss", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss"}
_BUILT_IN = {str(number): code for number, code in {**_DATES, **_ERA_DATES, **_TIMES}.items()}
_FIRST_DAY_1900 = date(1899, 12, 31)
_FIRST_DAY_1904 = date(1904, 1, 1)
_NO_DAY = 60
"""Serial number of 29 February 1900, a day that only spreadsheets know."""
_LAST_SERIAL_1900 = 2_958_465.0
_LAST_SERIAL_1904 = _LAST_SERIAL_1900 - 1462
_LONGEST_CODE = 255


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """What a format shows of a number. zeros: least digits of a whole number. elapsed: hours run past 24."""

    year: bool = False
    day: bool = False
    time: bool = False
    seconds: bool = False
    elapsed: bool = False
    zeros: int = 0

    def show(self, number: str, *, from_1904: bool) -> str:
        """The number as text: ISO days (``2026-04-01``, without a day ``2026-04``), times as ``9:30``, other numbers in plain digits."""
        serial, last = float(number), _LAST_SERIAL_1904 if from_1904 else _LAST_SERIAL_1900
        if not (self.year or self.day or self.time or self.elapsed) or not 0 <= serial <= last:
            return _plain(number).zfill(self.zeros)
        if self.elapsed:
            return _clock(serial, seconds=self.seconds)
        # Half a second is added before the day is cut off: a stored time may lie a hair below the moment that is shown.
        whole, rest = divmod(round(serial * 86_400), 86_400)
        clock = _clock(rest / 86_400, seconds=self.seconds) if self.time else ""
        if not self.year and not self.day:
            return clock
        day = _day(whole, from_1904=from_1904)
        return f"{day if self.day or not self.year else day[:7]} {clock}".rstrip()


def number_formats(styles: etree._Element | None) -> Sequence[NumberFormat]:
    """The format of each cell style (cellXfs), in their order. styles: root of ``styles.xml``, None when the workbook has none."""
    if styles is None:
        return ()
    codes = {one.get("numFmtId", ""): one.get("formatCode", "") for one in styles.iterfind("{*}numFmts/{*}numFmt")}
    numbers = [style.get("numFmtId", "0") for style in styles.iterfind("{*}cellXfs/{*}xf")]
    return [_read(codes.get(number, _BUILT_IN.get(number, ""))) for number in numbers]


def _read(code: str) -> NumberFormat:
    first = _LITERAL.sub("", code[:_LONGEST_CODE].partition(";")[0]).lower()
    if re.fullmatch(r"0{2,}", first):
        return NumberFormat(zeros=len(first))
    elapsed, time = "[h" in first, bool(re.search("[hs]", first))
    year, day = bool(re.search("[yeg]", first)), "d" in first
    if first in {"general", ""} or re.search(r"[#?%]|0\.0", first):
        return NumberFormat()
    month_alone = "m" in first and not time
    return NumberFormat(year=year or (month_alone and not day), day=day, time=time and not elapsed, seconds="s" in first, elapsed=elapsed)


def _day(serial: int, *, from_1904: bool) -> str:
    if from_1904:
        return (_FIRST_DAY_1904 + timedelta(days=serial)).isoformat()
    if serial == _NO_DAY:
        return "1900-02-29"
    return (_FIRST_DAY_1900 + timedelta(days=serial - (serial > _NO_DAY))).isoformat()


def _clock(days: float, *, seconds: bool) -> str:
    total = round(days * 86_400)
    hours, rest = divmod(total, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if seconds else f"{hours}:{rest // 60:02d}"


def _plain(number: str) -> str:
    """A whole number as it is written; others with the 15 digits that a spreadsheet shows, without exponent."""
    if re.fullmatch(r"-?[0-9]+", number):
        return number
    shown = f"{float(number):.15g}"
    return f"{float(number):f}".rstrip("0").rstrip(".") if "e" in shown else shown
