"""Filings that lie elsewhere (他の経路の受付): the counter's book (窓口受付簿) and the cases (案件) of receiving systems.

Full extracts, named and ended as those of ledgers are; columns and codes stand in ``connectors/profiles/elsewhere.yaml``.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from connectors.ledgers import ExtractFile, read_extract
from connectors.profile import read_profile
from vocabulary.findings import refuse

COUNTER_BOOK, CASES = "counter-book", "cases"
_PROFILE = read_profile("elsewhere")
_NUMBER, _RECEIPT, _ACCOUNT = (re.compile(_PROFILE[name]) for name in ("number", "receipt", "account"))
_LEDGER = re.compile(r"[0-9]{15}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
Built = TypeVar("Built")
Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CounterFiling:
    """A line of the counter's book. procedure: 手続ID of the portal. channel: paper or post. Days are ISO text."""

    number: str
    procedure: str
    received_on: str
    channel: str
    filer: str = field(repr=False)
    children: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReceiverCase:
    """A case of a receiving system. state: open or decided. receipt: 受付番号 of the portal, empty for one that came on another way.

    household, account, period: empty where the system does not tell. decided_on: empty while it is open.
    """

    number: str
    receipt: str
    procedure: str
    state: str
    received_on: str
    decided_on: str
    filer: str = field(repr=False)
    household: str = field(repr=False)
    children: tuple[str, ...] = field(repr=False)
    account: str = field(repr=False)
    period: str = field(repr=False)


def read_counter_book(file: ExtractFile, municipality: str, today: date) -> Iterator[CounterFiling]:
    """The lines of a counter's book; the file is whole only once all were read.

    Raises Refused: LEDGER_FOREIGN (another 団体コード), LEDGER_HEADER, LEDGER_ROW, LEDGER_FUTURE and LEDGER_DUPLICATE with the row's
    number, never its values; LEDGER_TRUNCATED and LEDGER_BYTES as ``read_extract``.
    """
    return _read(file, COUNTER_BOOK, municipality, today, _counter_filing)


def read_cases(file: ExtractFile, municipality: str, today: date) -> Iterator[ReceiverCase]:
    """The cases of a receiving system; errors as ``read_counter_book``."""
    return _read(file, CASES, municipality, today, _case)


def account_parts(account: str) -> str:
    """An account as the records of applications have its parts, joined by ``/``; empty for none."""
    return account.replace("-", "/")


def _read(file: ExtractFile, kind: str, municipality: str, today: date, build: Callable[[Cells], Built | None]) -> Iterator[Built]:
    columns: Sequence[str] = _PROFILE[kind]["columns"]
    if file.municipality != municipality:
        raise refuse("LEDGER_FOREIGN", file.name, "name carries another municipality")
    day = datetime.strptime(file.stamp[:8], "%Y%m%d").date()  # noqa: DTZ007  a day of Japan by the profile
    if day > today:
        raise refuse("LEDGER_FUTURE", file.name, "its own day is not there yet")
    # Read twice: a file that was cut is told as such, and not as the row in which it happens to end.
    deque(read_extract(file), maxlen=0)
    seen: set[str] = set()
    for count, cells in enumerate(read_extract(file), start=1):
        place = f"{file.name}:{count}"
        if count == 1:
            if list(cells) != columns:
                raise refuse("LEDGER_HEADER", place, "header differs from the profile")
            continue
        if len(cells) != len(columns):
            raise refuse("LEDGER_ROW", place, "number of cells differs from the header")
        if cells[0] != municipality:
            raise refuse("LEDGER_FOREIGN", place, "row of another municipality")
        if cells[1] in seen:
            raise refuse("LEDGER_DUPLICATE", place, "its number stands twice")
        seen.add(cells[1])
        named = dict(zip(columns, cells, strict=True))
        _check_days(place, named, day)
        built = build(named)
        if built is None:
            raise refuse("LEDGER_ROW", place, "row does not follow the profile")
        yield built


def _check_days(place: str, cells: Cells, until: date) -> None:
    days = [cell for column, cell in cells.items() if column.endswith("日") and cell]
    if not all(_is_day(day) for day in days):
        raise refuse("LEDGER_ROW", place, "a day is no day")
    if any(date.fromisoformat(day) > until for day in days):
        raise refuse("LEDGER_FUTURE", place, "a day after that of the file")


def _counter_filing(cells: Cells) -> CounterFiling | None:
    children = _people(cells["児童宛名番号"])
    channel = _code(COUNTER_BOOK, "channels", cells["経路"])
    good = _NUMBER.fullmatch(cells["受付番号"]) and cells["収受日"] and cells["手続"] and _LEDGER.fullmatch(cells["届出者宛名番号"])
    if not good or channel is None or children is None:
        return None
    return CounterFiling(cells["受付番号"], cells["手続"], cells["収受日"], channel, cells["届出者宛名番号"], children)


def _case(cells: Cells) -> ReceiverCase | None:
    children = _people(cells["児童宛名番号"])
    state = _code(CASES, "states", cells["状態"])
    good = (
        _NUMBER.fullmatch(cells["案件番号"])
        and _RECEIPT.fullmatch(cells["オンライン受付番号"])
        and cells["受付日"]
        and cells["手続"]
        and _LEDGER.fullmatch(cells["届出者宛名番号"])
        and (not cells["世帯番号"] or _LEDGER.fullmatch(cells["世帯番号"]))
        and (not cells["口座"] or _ACCOUNT.fullmatch(cells["口座"]))
        and (state == "decided") == bool(cells["決定日"])
    )
    if not good or state is None or children is None:
        return None
    own = (cells["案件番号"], cells["オンライン受付番号"], cells["手続"], state, cells["受付日"], cells["決定日"])
    return ReceiverCase(*own, cells["届出者宛名番号"], cells["世帯番号"], children, cells["口座"], cells["対象の時期"])


def _people(cell: str) -> tuple[str, ...] | None:
    people = tuple(cell.split(_PROFILE["separator"])) if cell else ()
    return people if all(_LEDGER.fullmatch(person) for person in people) else None


def _code(kind: str, codes: str, code: str) -> str | None:
    known: Mapping[str, Any] = _PROFILE[kind][codes]
    return known.get(code)


def _is_day(text: str) -> bool:
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
