"""Collection data (収納データ), deposits (入金) and claims (調定・納入通知), read by the layouts of ``profiles/collections.yaml``."""

import re
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from connectors.ledgers import ExtractFile, read_extract
from connectors.profile import read_profile
from connectors.settlement_layouts import Fields, number, read_records
from vocabulary.findings import refuse

PROFILE = read_profile("collections")
WAYS: Mapping[str, Mapping[str, Any]] = PROFILE["ways"]
_CLAIM = PROFILE["claims"]
_SHAPES = {name: re.compile(shape) for name, shape in _CLAIM["shapes"].items()}
_NUMBER, _REFERENCE = re.compile("[0-9]{1,40}"), re.compile("[A-Za-z0-9-]{1,40}")
_DAY = re.compile("[0-9]{8}|[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim. Numbers are text with their leading zeros; amount in yen; due_on: ISO text; section: id of the owner."""

    institution: str
    number: str
    confirmation: str = field(repr=False)
    division: str
    el_number: str
    amount: int
    due_on: str
    subject: str
    purpose: str
    fiscal_year: int
    section: str
    atena: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Collected:
    """A row of collection data. stage: prompt 速報, final 確報, cancelled 取消; number: 納付番号 or eL番号, as the way finds claims."""

    line: int
    way: str
    stage: str
    reference: str
    institution: str
    number: str
    amount: int
    collected_on: str
    deposit_on: str


@dataclass(frozen=True, slots=True)
class Deposited:
    """A row of the bank. sort: revenue, or fee for what was kept back and is shown as its own line."""

    line: int
    way: str
    sort: str
    reference: str
    amount: int
    deposited_on: str


def way_of(name: str) -> str | None:
    """The way whose collection data a file name stands for."""
    return next((way for way, layout in WAYS.items() if re.fullmatch(layout["name"], name)), None)


def is_deposit_file(name: str) -> bool:
    """Whether a file name stands for deposits."""
    return re.fullmatch(PROFILE["deposits"]["name"], name) is not None


def read_collected(name: str, data: bytes) -> list[Collected]:
    """All rows of a file of collection data, or nothing. Raises Refused as ``settlement_layouts.read_records``."""
    way = way_of(name)
    if way is None:
        raise refuse("SETTLEMENT_ROW", name, "the name stands for no way of payment")
    return [_collected(f"{name}:{line}", line, way, fields) for line, fields in read_records(name, data, WAYS[way]).lines]


def _collected(place: str, line: int, way: str, fields: Fields) -> Collected:
    stage = WAYS[way]["stages"].get(fields["stage"])
    amount = number(fields["amount"], place)
    if stage is None or amount < 1 or not _REFERENCE.fullmatch(fields["reference"]) or not _NUMBER.fullmatch(fields["number"]):
        raise refuse("SETTLEMENT_ROW", place, "stage, reference, number or amount does not follow the profile")
    if not _SHAPES["institution"].fullmatch(fields["institution"]):
        raise refuse("SETTLEMENT_ROW", place, "institution is not 5 digits")
    days = (_day(fields["collected_on"], place), _day(fields["deposit_on"], place))
    return Collected(line, way, stage, fields["reference"], fields["institution"], fields["number"], amount, *days)


def read_deposited(name: str, data: bytes) -> list[Deposited]:
    """All rows of a file of deposits, or nothing. Raises Refused as ``read_collected``."""
    return [_deposited(f"{name}:{line}", line, fields) for line, fields in read_records(name, data, PROFILE["deposits"]).lines]


def _deposited(place: str, line: int, fields: Fields) -> Deposited:
    way, sort = PROFILE["deposits"]["ways"].get(fields["way"]), PROFILE["deposits"]["sorts"].get(fields["sort"])
    amount = number(fields["amount"], place)
    if way is None or sort is None or amount < 1 or not _REFERENCE.fullmatch(fields["reference"]):
        raise refuse("SETTLEMENT_ROW", place, "way, sort, reference or amount does not follow the profile")
    return Deposited(line, way, sort, fields["reference"], amount, _day(fields["deposited_on"], place))


def _day(text: str, place: str) -> str:
    try:
        found = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None:
        raise refuse("SETTLEMENT_ROW", place, "a day is none")
    return found.isoformat()


def read_claims(file: ExtractFile, municipality: str) -> list[Claim]:
    """Every claim of a full extract, or nothing.

    Raises Refused LEDGER_FOREIGN, LEDGER_HEADER, LEDGER_ROW, LEDGER_DUPLICATE with the row's number, and as ``read_extract``.
    """
    if file.municipality != municipality:
        raise refuse("LEDGER_FOREIGN", file.name, "name carries another municipality")
    # Read twice: a file that was cut is told as such, and not as the row in which it happens to end.
    deque(read_extract(file), maxlen=0)
    found: dict[tuple[str, str], Claim] = {}
    named: set[str] = set()
    for line, cells in enumerate(read_extract(file), start=1):
        place = f"{file.name}:{line}"
        if line == 1:
            if list(cells) != _CLAIM["columns"]:
                raise refuse("LEDGER_HEADER", place, "header differs from the profile")
            continue
        claim = _claim(cells, place, municipality)
        if (claim.institution, claim.number) in found or claim.el_number in named:
            raise refuse("LEDGER_DUPLICATE", place, "one number stands twice")
        found[claim.institution, claim.number] = claim
        named |= {claim.el_number} - {""}
    return list(found.values())


def _claim(cells: Sequence[str], place: str, municipality: str) -> Claim:
    if len(cells) != len(_CLAIM["columns"]):
        raise refuse("LEDGER_ROW", place, "row does not follow the profile")
    if cells[0] != municipality:
        raise refuse("LEDGER_FOREIGN", place, "row of another municipality")
    names = ("institution", "number", "confirmation", "division", "el_number", "amount", "due_on", "subject", "purpose", "fiscal_year")
    given = dict(zip((*names, "section", "atena"), cells[1:], strict=True))
    wrong = next((name for name, shape in _SHAPES.items() if not shape.fullmatch(given[name])), "")
    if wrong:
        raise refuse("LEDGER_ROW", place, f"{wrong} does not follow the profile")
    try:
        due_on = date.fromisoformat(given["due_on"]).isoformat()
    except ValueError:
        raise refuse("LEDGER_ROW", place, "due_on is no day") from None
    texts = {name: given[name] for name in given if name not in ("amount", "due_on", "fiscal_year")}
    return Claim(**texts, amount=int(given["amount"]), due_on=due_on, fiscal_year=int(given["fiscal_year"]))
