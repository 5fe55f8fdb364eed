"""Extracts of ledgers (正本の抽出): CSV files, full or delta, read row by row in constant memory.

A file is looked at only when its ``.end`` companion says that it is finished. Names and columns stand in
``connectors/profiles/ledgers.yaml``. Rows come as texts, the header first; what they mean is the reader's business.
"""

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from connectors.errors import PermanentError
from connectors.profile import read_profile
from vocabulary.findings import refuse

_PROFILE = read_profile("ledgers")
_NAME = re.compile(_PROFILE["name"])
_STAMP = "%Y%m%d%H%M"
_CUT = "unexpected end of data"
MUNICIPALITY_COLUMN: str = _PROFILE["municipality_column"]
CHANGE_COLUMN: str = _PROFILE["change_column"]
CHANGES: Mapping[str, str] = _PROFILE["changes"]
"""更新区分 of a delta: code → 登録, 変更, 削除."""

REMOVED = "3"


@dataclass(frozen=True, slots=True)
class ExtractFile:
    """A finished file. stamp: YYYYMMDDHHMM, Japan time. rows, sha256: what its ``.end`` file declares."""

    path: Path
    municipality: str
    kind: str
    full: bool
    stamp: str
    rows: int
    sha256: str

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    def lies_ahead(self, today: date) -> bool:
        """Whether its name is of a day that has not come: until then it would pass for the newest."""
        return self.stamp[:8] > f"{today:%Y%m%d}"


def finished_extracts(folder: Path) -> list[ExtractFile]:
    """The finished extracts in the folder, oldest first, a full one before a delta of its minute. Raises PermanentError.

    A file whose ``.end`` is missing or not whole yet is not finished.
    """
    try:
        files = sorted(folder.iterdir())
    except OSError as error:
        raise PermanentError("ledgers", f"{folder}: cannot be read ({error.strerror}); correct inbox of the connection") from None
    found = [extract for file in files if (extract := _extract(file))]
    return sorted(found, key=lambda extract: (extract.stamp, not extract.full, extract.name))


def read_extract(extract: ExtractFile) -> Iterator[Sequence[str]]:
    """The header, then row after row. Whether the file is whole shows only at its end: keep nothing of it before that.

    Raises Refused LEDGER_ROW (with the row's number), LEDGER_TRUNCATED, LEDGER_BYTES; PermanentError when it cannot be read.
    """
    count = -1
    digest = hashlib.sha256()
    try:
        with extract.path.open("rb", buffering=0) as raw:
            # newline="": a line break inside quotes is the value's own.
            text = io.TextIOWrapper(io.BufferedReader(_Digesting(raw, digest.update), 1 << 16), encoding=_PROFILE["encoding"], newline="")
            for cells in csv.reader(text, delimiter=_PROFILE["delimiter"], strict=True):
                count += 1
                yield cells
    except OSError as error:
        raise PermanentError("ledgers", f"{extract.name}: cannot be read ({error.strerror})") from None
    except (csv.Error, UnicodeDecodeError) as error:
        # A file that ends too early often ends inside a character or a quoted value; one that was written so has its digest all the same.
        cut = _CUT in str(error) and digest.hexdigest() != extract.sha256
        detail = "ends inside a row" if cut else "row is not CSV in the declared encoding"
        raise refuse("LEDGER_TRUNCATED" if cut else "LEDGER_ROW", f"{extract.name}:{count + 2}", detail) from None
    if count < extract.rows:
        raise refuse("LEDGER_TRUNCATED", extract.name, f"has {max(count, 0)} rows of {extract.rows}")
    if digest.hexdigest() != extract.sha256:
        raise refuse("LEDGER_BYTES", extract.name, f"has {count} rows of {extract.rows}")


class _Digesting(io.RawIOBase):
    """A file that is digested while it is read."""

    def __init__(self, raw: io.FileIO, update: Callable[[memoryview], None]) -> None:
        self._raw = raw
        self._update = update

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:  # noqa: ANN401  any writable buffer, as the base class has it
        size = self._raw.readinto(buffer)
        self._update(memoryview(buffer)[:size])
        return size


def _extract(file: Path) -> ExtractFile | None:
    match = _NAME.fullmatch(file.name)
    if match is None or not _is_moment(match["stamp"]):
        return None
    try:
        end = json.loads(file.with_name(file.name + _PROFILE["end_suffix"]).read_text(encoding="utf-8"))
        rows, sha256 = int(end["rows"]), str(end["sha256"]).lower()
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None
    return ExtractFile(file, match["municipality"], match["kind"], match["form"] == "full", match["stamp"], rows, sha256)


def _is_moment(stamp: str) -> bool:
    try:
        datetime.strptime(stamp, _STAMP)  # noqa: DTZ007  only whether such a minute exists; its zone is Japan's by the profile
    except ValueError:
        return False
    return True

