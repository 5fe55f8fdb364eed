"""Files that receiving systems leave (受領書・結果ファイル): strict rows, and what a receipt states about the file that it answers."""

import csv
import io
import re
from dataclasses import dataclass

RECEIPT_COLUMNS = ["file_name", "sha256", "records", "result", "reason"]
LARGEST_COUNT = 9
"""Digits of the number of records that a receipt may state."""
_PLAIN = re.compile(r"[A-Za-z0-9_.-]{1,120}")


class UnreadableAnswerError(Exception):
    """An answer file is not (yet) as its profile says."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receiver states: of which file, with which SHA-256 and how many records, and whether it took it."""

    file_name: str
    sha256: str
    records: int
    result: str

    def faults(self, *, name: str, sha256: str, records: int) -> tuple[str, ...]:
        """Where it differs from the file that left, as Japanese sentences; none when it proves the file."""
        found = []
        if self.file_name != name:
            other = self.file_name if _PLAIN.fullmatch(self.file_name) else "名前の読めないファイル"
            found.append(f"受領書は別のファイル（{other}）のものです")
        if self.sha256 != sha256:
            found.append("受領書のハッシュ値が控えと異なります")
        if self.result == "OK" and self.records != records:
            found.append(f"受領書の件数は{self.records}件で、控えの{records}件と異なります")
        if self.result != "OK":
            found.append("受信側が受け付けていません")
        return tuple(found)


def rows_of(data: bytes, columns: list[str]) -> list[dict[str, str]]:
    """Rows of an answer file. Raises UnreadableAnswerError."""
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8"), newline=""), strict=True)
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error):
        raise UnreadableAnswerError from None
    if reader.fieldnames != columns or any(None in row or None in row.values() for row in rows):
        raise UnreadableAnswerError
    return rows


def read_receipt(data: bytes) -> Receipt:
    """The one row of a receipt. Raises UnreadableAnswerError."""
    row, *more = rows_of(data, RECEIPT_COLUMNS) or [{}]
    stated = row.get("records", "")
    if more or not (stated.isascii() and stated.isdecimal() and len(stated) <= LARGEST_COUNT):
        raise UnreadableAnswerError
    return Receipt(row["file_name"], row["sha256"], int(stated), row["result"])


def receipt_context(municipality: str, destination: str, name: str) -> str:
    """The place in the sealed store that the receipt of a file belongs to."""
    return f"receipt/{municipality}/{destination}/{name}"
