"""Dates (年月日) as residents, certificates and hosts write them: western, 和暦, open (始期・終期なし) and partly unknown (不詳)."""

import calendar
import re
from dataclasses import dataclass, field
from datetime import date

from vocabulary.eras import Era, era_of, era_on, eras


@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """A date of which the day, or month and day, may be unknown (0). Raises ValueError for a day that does not exist.

    ``0000-01-01`` is the open start and ``9999-12-31`` the open end of the item definitions, ``0000-00-00`` wholly unknown.
    text: what was read, kept because a day on an era border may be written in two ways; it takes no part in comparison.
    """

    year: int
    month: int = 0
    day: int = 0
    text: str = field(default="", compare=False, repr=False)

    def __post_init__(self) -> None:
        if not (0 <= self.year <= 9999 and 0 <= self.month <= 12):
            raise ValueError("no such year or month")
        if (self.day and not self.month) or not 0 <= self.day <= (self._month_length() if self.month else 0):
            raise ValueError("no such day")
        if self.year == 0 and (self.month, self.day) not in {(0, 0), (1, 1)}:
            raise ValueError("a date without a year is unknown as a whole or the open start")

    def _month_length(self) -> int:
        return calendar.monthrange(self.year or 2000, self.month)[1]

    @property
    def iso(self) -> str:
        """``YYYY-MM-DD``, zeros where unknown."""
        return f"{self.year:04d}-{self.month:02d}-{self.day:02d}"

    @property
    def open_start(self) -> bool:
        """Whether it stands for "since ever" (``0000-01-01``)."""
        return (self.year, self.month, self.day) == (0, 1, 1)

    @property
    def open_end(self) -> bool:
        """Whether it stands for "without end" (``9999-12-31``)."""
        return (self.year, self.month, self.day) == (9999, 12, 31)

    @property
    def exact(self) -> date | None:
        """The calendar day; None when open or partly unknown."""
        if self.year == 0 or self.day == 0 or self.open_end:
            return None
        return date(self.year, self.month, self.day)

    @property
    def earliest(self) -> date:
        """The first day that it can mean."""
        return date(self.year or 1, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date:
        """The last day that it can mean; for an open start the same as the earliest."""
        if self.open_start:
            return self.earliest
        year, month = self.year or 9999, self.month or 12
        return date(year, month, self.day or calendar.monthrange(year, month)[1])

    def agrees_with(self, other: "PartialDate") -> bool:
        """Whether all that both know is equal: ``1965-00-00`` agrees with ``1965-04-01``. A date unknown as a whole agrees with none."""
        if not (self.year and other.year):
            return self.open_start and other.open_start
        pairs = ((self.year, other.year), (self.month, other.month), (self.day, other.day))
        return all(mine == theirs or 0 in {mine, theirs} for mine, theirs in pairs)


_NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | str.maketrans(
    {"㍾": "明治", "㍽": "大正", "㍼": "昭和", "㍻": "平成", "㋿": "令和"},
)
_ERA_SIGNS = "|".join(sign for era in eras() for sign in (era.name, era.letter))
_UNKNOWN_TAIL = r"(?:日不詳|月日不詳|不詳|頃|ごろ|生まれ|生)*"
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_WRITTEN = re.compile(
    rf"(?:(?P<era>{_ERA_SIGNS})(?P<of>元|\d{{1,2}})|(?P<year>\d{{4}}))"
    rf"(?:年(?:(?P<month>\d{{1,2}})月(?:(?P<day>\d{{1,2}})日)?)?{_UNKNOWN_TAIL}"
    rf"|(?P<sep>[./-])(?P<m>\d{{1,2}})(?P=sep)(?P<d>\d{{1,2}}))",
    re.ASCII | re.IGNORECASE,
)
_CERTIFICATE = re.compile(r"([1-5])(\d{4})(\d{2})(\d{2})", re.ASCII)
_HOST = re.compile(r"([1-5])(\d{2})(\d{2})(\d{2})", re.ASCII)


def read_date(text: str) -> PartialDate | None:
    """Read ISO ``YYYY-MM-DD`` or written dates such as 令和元年5月1日, Ｒ８．１１．２４, 2026年4月1日, 昭和40年頃; zeros where unknown.

    Digits may be full-width, spaces are passed over. None for everything else and for days that do not exist,
    such as 昭和64年1月8日 or 平成31年5月1日; 30 July 1912 and 25 December 1926 are read in either era.
    """
    iso = _ISO.fullmatch(text)
    if iso:
        return _date(iso[1], iso[2], iso[3], text=text)
    written = _WRITTEN.fullmatch("".join(text.translate(_NARROW).split()))
    if written is None:
        return None
    month, day = written["month"] or written["m"], written["day"] or written["d"]
    if written["year"]:
        return _date(written["year"], month or "0", day or "0", text=text)
    return _era_date(written["era"], written["of"].replace("元", "1"), month or "0", day or "0", text=text)


def read_certificate_date(text: str) -> PartialDate | None:
    """Read the 生年月日 of a signing certificate: era digit and western ``YYYYMMDD`` (EYYYYMMDD), zeros where unknown.

    None when it is none, or when the era digit contradicts the year.
    """
    match = _CERTIFICATE.fullmatch(text)
    found = match and _date(match[2], match[3], match[4], text=text)
    era = match and era_of(match[1])
    if not (found and era):
        return None
    return found if found.year == 0 or era.overlaps(found.earliest, found.latest) else None


def read_host_wareki(text: str) -> PartialDate | None:
    """Read a host's fixed-length 和暦: era digit, year of the era, month, day (EYYMMDD), zeros where month or day is unknown."""
    match = _HOST.fullmatch(text)
    return _era_date(match[1], match[2], match[3], match[4], text=text) if match else None


def _date(year: str, month: str, day: str, *, text: str) -> PartialDate | None:
    try:
        return PartialDate(int(year), int(month), int(day), text)
    except ValueError:
        return None


def _era_date(sign: str, year: str, month: str, day: str, *, text: str) -> PartialDate | None:
    era = era_of(sign)
    if era is None or int(year) == 0:
        return None
    found = _date(str(era.western_year(int(year))), month, day, text=text)
    return found if found and era.overlaps(found.earliest, found.latest) else None


def certain_era(value: PartialDate) -> Era | None:
    """The one era of all days that ``value`` can mean; None when it spans two (1989 without a month), is open or unknown."""
    if value.year == 0 or value.open_end:
        return None
    era = era_on(value.latest)
    return era if era and (value.exact or era_on(value.earliest) == era) else None


def to_certificate_date(value: PartialDate) -> str | None:
    """EYYYYMMDD of a date with one certain era, else None."""
    era = certain_era(value)
    return f"{era.code}{value.iso.replace('-', '')}" if era else None


def to_host_wareki(value: PartialDate) -> str | None:
    """EYYMMDD of a date with one certain era, zeros where month or day is unknown, else None."""
    era = certain_era(value)
    return f"{era.code}{era.year_of(value.earliest):02d}{value.month:02d}{value.day:02d}" if era else None


def to_short_wareki(value: PartialDate) -> str | None:
    """Such as R08.11.24, zeros where month or day is unknown; None without one certain era."""
    era = certain_era(value)
    return f"{era.letter}{era.year_of(value.earliest):02d}.{value.month:02d}.{value.day:02d}" if era else None


def to_wareki(value: PartialDate | date) -> str:
    """What a person reads: 令和元年5月1日, 昭和40年月日不詳, 始期なし, 終期なし, 不詳; a western year where the era is not certain."""
    partial = value if isinstance(value, PartialDate) else partial_date(value)
    if partial.open_start or partial.open_end:
        return "始期なし" if partial.open_start else "終期なし"
    if partial.year == 0:
        return "不詳"
    era = certain_era(partial)
    number = era.year_of(partial.earliest) if era else partial.year
    year = f"{era.name if era else ''}{'元' if era and number == 1 else number}年"
    if not partial.month:
        return f"{year}月日不詳"
    return f"{year}{partial.month}月{partial.day}日" if partial.day else f"{year}{partial.month}月日不詳"


def partial_date(day: date) -> PartialDate:
    """The exact ``day`` as a PartialDate."""
    return PartialDate(day.year, day.month, day.day)
