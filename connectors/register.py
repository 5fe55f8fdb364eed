"""Files of the resident register (住民記録): certificate links (番号紐付情報) and residents (宛名情報), read row by row.

A file is taken only when its ``.end`` companion says that it is finished and its bytes are those that the register wrote.
Names, columns and codes stand in ``connectors/profiles/register.yaml``.
"""

import csv
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeVar

from connectors.errors import PermanentError, TransientError
from connectors.profile import read_profile
from vocabulary.findings import refuse

_PROFILE = read_profile("register")
CHANGES: Mapping[str, str] = _PROFILE["changes"]
"""更新区分: code → 新規, 変更, 失効."""
_KINDS: Mapping[str, str] = _PROFILE["resident_kinds"]
_LEDGER = re.compile(r"[0-9]{15}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SYSTEM = "register"

FileKind = Literal["links", "residents"]
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class RegisterFile:
    """A finished file. ``stamp``: YYYYMMDD of a full extract, YYYYMMDDHHMM of a delta."""

    path: Path
    kind: FileKind
    full: bool
    stamp: str

    def lies_ahead(self, today: date) -> bool:
        """Whether its name is of a day that has not come: until then it would pass for the newest."""
        return self.stamp[:8] > f"{today:%Y%m%d}"


@dataclass(frozen=True, slots=True)
class Link:
    """One certificate (利用者証明用電子証明書 ↔ 宛名番号). Days are ISO text, ``valid_until`` may be empty; change: 更新区分."""

    serial: str
    atena: str
    valid_from: str
    valid_until: str
    change: str


@dataclass(frozen=True, slots=True)
class Resident:
    """One person of the register, by 宛名番号. Only numbers of the ledger show in ``repr``.

    birth: ISO text, with 00 for unknown parts; birth_unknown: 不詳フラグ, then birth_text holds the wording.
    kind: 住民区分; protected: 支援措置.
    """

    atena: str
    household: str
    number: str = field(repr=False)
    name: str = field(repr=False)
    kana: str = field(repr=False)
    birth: str = field(repr=False)
    birth_unknown: bool = field(repr=False)
    birth_text: str = field(repr=False)
    sex: str = field(repr=False)
    relation: str = field(repr=False)
    postal_code: str = field(repr=False)
    address: str = field(repr=False)
    building: str = field(repr=False)
    kind: str
    protected: bool = field(repr=False)
    changed_on: str
    change: str


def finished_files(folder: Path, kind: FileKind) -> list[RegisterFile]:
    """The finished files of a kind in the order to read them: by day, a full extract before the deltas of its day.

    Raises PermanentError when the folder cannot be read.
    """
    try:
        names = sorted(file.name for file in folder.iterdir())
    except OSError as error:
        raise PermanentError(_SYSTEM, f"{folder}: cannot be read ({error.strerror}); correct inbox of the connection") from None
    found: list[RegisterFile] = []
    for name in names:
        for form in ("full", "delta"):
            match = re.fullmatch(_PROFILE[kind][form], name)
            if match and _begins_with_day(match["stamp"]) and name + _PROFILE["end_suffix"] in names:
                found.append(RegisterFile(folder / name, kind, form == "full", match["stamp"]))
    return sorted(found, key=lambda file: (file.stamp[:8], not file.full, file.stamp))


def read_links(path: Path) -> Iterator[Link]:
    """The rows of a links file. Raises TransientError (not finished, bytes differ), Refused REGISTER_ROW (row number, never values)."""
    return _rows(path, "links", _link)


def read_residents(path: Path) -> Iterator[Resident]:
    """The rows of a residents file; errors as ``read_links``."""
    return _rows(path, "residents", _resident)


def _rows(path: Path, kind: FileKind, build: Callable[[list[str]], Row | None]) -> Iterator[Row]:
    declared = _finished(path)
    columns = _PROFILE[kind]["columns"]
    count = 0
    try:
        with path.open(encoding=_PROFILE["encoding"], newline="") as file:
            reader = csv.reader(file, delimiter=_PROFILE["delimiter"], strict=True)
            if next(reader, None) != columns:
                raise refuse("REGISTER_ROW", f"{path.name}:1", "header differs from the profile")
            for count, cells in enumerate(reader, start=1):
                row = build(cells) if len(cells) == len(columns) else None
                if row is None:
                    raise refuse("REGISTER_ROW", f"{path.name}:{count + 1}", "row does not follow the profile")
                yield row
    except (csv.Error, UnicodeDecodeError):
        raise refuse("REGISTER_ROW", f"{path.name}:{count + 2}", "row is not CSV in the declared encoding") from None
    if count != declared:
        raise TransientError(_SYSTEM, f"{path.name}: has {count} rows, its .end file says {declared}")


def _finished(path: Path) -> int:
    """The number of rows that the ``.end`` file declares, once the bytes are proved to be the declared ones."""
    end = path.with_name(path.name + _PROFILE["end_suffix"])
    try:
        declared: dict[str, Any] = json.loads(end.read_text(encoding="utf-8"))
        rows, sha256 = int(declared["rows"]), str(declared["sha256"])
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise TransientError(_SYSTEM, f"{path.name}: is not finished, the file or its .end file is missing") from None
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        raise TransientError(_SYSTEM, f"{end.name}: is not finished") from None
    except OSError as error:
        raise PermanentError(_SYSTEM, f"{path.name}: cannot be read ({error.strerror})") from None
    if found != sha256.lower():
        raise TransientError(_SYSTEM, f"{path.name}: bytes differ from the digest in its .end file")
    return rows


def _link(cells: list[str]) -> Link | None:
    serial, atena, valid_from, valid_until, change = cells
    good = serial and _LEDGER.fullmatch(atena) and _is_day(valid_from) and (not valid_until or _is_day(valid_until))
    return Link(serial, atena, valid_from, valid_until, change) if good and change in CHANGES else None


def _resident(cells: list[str]) -> Resident | None:
    atena, household, number, name, kana, birth, unknown, birth_text, *middle, kind, protected, changed_on, change = cells
    good = (
        _LEDGER.fullmatch(atena)
        and (not household or _LEDGER.fullmatch(household))
        and (not number or (len(number) == 12 and number.isascii() and number.isdecimal()))
        and name
        and _is_birth(birth, unknown)
        and kind in _KINDS
        and protected in ("0", "1")
        and (not changed_on or _is_day(changed_on))
        and change in CHANGES
    )
    if not good:
        return None
    sex, relation, postal_code, address, building = middle
    return Resident(
        atena, household, number, name, kana, birth, unknown == "1", birth_text,
        sex, relation, postal_code, address, building, kind, protected == "1", changed_on, change,
    )  # fmt: skip


def _is_birth(text: str, unknown: str) -> bool:
    if unknown == "1":
        return not text or _DAY.fullmatch(text) is not None
    return unknown in ("", "0") and _is_day(text)


def _begins_with_day(stamp: str) -> bool:
    return _is_day(f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}")


def _is_day(text: str) -> bool:
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
