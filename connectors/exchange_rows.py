"""Rows of the records of exchange (情報提供等記録) as the intermediate server's files carry them: read in order, checked one by one.

Columns and codes stand in ``connectors/profiles/exchange.yaml``.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.intermediate_records import ExchangeFile
from connectors.profile import read_profile
from vocabulary.clock import JST
from vocabulary.findings import refuse

PROFILE = read_profile("exchange")
SETTLE_DAYS = int(PROFILE["records"]["settle_days"])
"""Days after which no more records of a day are expected."""
DAYS_PER_REQUEST = int(PROFILE["records"]["days_per_request"])
ASKED, ANSWERED = "1", "2"
"""区分: we asked (照会), we were asked (提供)."""
_COLUMNS: list[str] = PROFILE["records"]["columns"]
_SEQUENCE, _NAME, _CODE = (re.compile(PROFILE[key]) for key in ("sequence", "name", "code"))
_LEDGER = re.compile(r"[0-9]{15}")
_MARKS = {"0": False, "1": True}


@dataclass(frozen=True, slots=True)
class ExchangeRow:
    """One record. sequence: 処理通番; role: 1 照会, 2 提供; times in Japan time, provided_at None where nothing was provided."""

    sequence: str
    role: str
    inquirer: str
    provider: str
    duty: str
    procedure: str
    item: str
    atena: str = field(repr=False)
    requested_at: datetime
    provided_at: datetime | None
    outcome: str
    nondisclosure_inquirer: bool
    nondisclosure_provider: bool

    @property
    def own_name(self) -> str:
        """The name of the body on whose side this record is."""
        return self.inquirer if self.role == ASKED else self.provider

    @property
    def counterpart(self) -> str:
        """The other body."""
        return self.provider if self.role == ASKED else self.inquirer


def read_exchange(file: ExchangeFile) -> Iterator[ExchangeRow]:
    """The rows of a file, one after another. Raises Refused EXCHANGE_ROW (file and row, never values)."""
    lines = io.TextIOWrapper(io.BytesIO(file.content), encoding=PROFILE["encoding"], newline="")
    for number, cells in table_of(lines, file.name, _COLUMNS):
        row = _row(cells)
        if row is None:
            raise refuse("EXCHANGE_ROW", f"{file.name}:{number}", "row does not follow the profile")
        yield row


def table_of(lines: Iterable[str], name: str, columns: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Rows of CSV with their line numbers, header checked and left out. Raises Refused EXCHANGE_ROW."""
    number = 1
    try:
        reader = csv.reader(lines, delimiter=PROFILE["delimiter"], strict=True)
        if next(reader, None) != columns:
            raise refuse("EXCHANGE_ROW", f"{name}:1", "header differs from the profile")
        for number, cells in enumerate(reader, start=2):
            if len(cells) != len(columns):
                raise refuse("EXCHANGE_ROW", f"{name}:{number}", "row has another number of cells")
            yield number, cells
    except (csv.Error, UnicodeDecodeError):
        raise refuse("EXCHANGE_ROW", f"{name}:{number + 1}", "row is not CSV in the declared encoding") from None


def instant(text: str) -> datetime | None:
    """A moment with offset, in Japan time; None when it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(JST) if moment.tzinfo else None


def is_sequence(text: str) -> bool:
    """Whether the text is a 処理通番."""
    return _SEQUENCE.fullmatch(text) is not None


def are_facts(role: str, names: Iterable[str], codes: Iterable[str], atena: str) -> bool:
    """Whether role, bodies, codes and 宛名番号 have their form."""
    good = role in PROFILE["roles"] and _LEDGER.fullmatch(atena) is not None
    return good and all(map(_NAME.fullmatch, names)) and all(map(_CODE.fullmatch, codes))


def _row(cells: list[str]) -> ExchangeRow | None:
    sequence, role, inquirer, provider, duty, procedure, item, atena, requested, provided, outcome, *marks = cells
    requested_at, provided_at = instant(requested), instant(provided)
    # 事務手続 is not known of every record: inquiries on line carry none.
    codes = (duty, item, procedure) if procedure else (duty, item)
    good = is_sequence(sequence) and are_facts(role, (inquirer, provider), codes, atena) and outcome in PROFILE["outcomes"]
    good = good and requested_at is not None and all(mark in _MARKS for mark in marks)
    good = good and (provided_at is not None) == (outcome == "provided") and bool(provided) == (outcome == "provided")
    if not good or requested_at is None:
        return None
    flags: Any = [_MARKS[mark] for mark in marks]
    return ExchangeRow(sequence, role, inquirer, provider, duty, procedure, item, atena, requested_at, provided_at, outcome, *flags)
