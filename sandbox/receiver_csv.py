"""A receiving system's own strict reading of standard CSV (標準準拠システムの連携ファイル)."""

import csv
import io
import re

from sandbox.receiver_items import RECEIPT
from sandbox.receiver_verdict import Verdict, rejected, taken

# Python's reader also accepts quotes inside bare cells and other line ends.
_RFC_4180 = re.compile(r'(?:(?:[^",\r\n]*|"(?:[^"]|"")*")(?:,|\r\n))*')
_NAME = re.compile(r"[0-9]{3}_(?P<group>[a-z][a-z0-9_]*)_[0-9]{6}_[0-9]{8}_[0-9]{3,}\.csv")


def read_csv(name: str, data: bytes) -> Verdict:
    """Accept only UTF-8 without BOM, CRLF, a header row, equally many cells in each row, at least one record with a 受付番号.

    name: of the file; its group is known by nothing else.
    """
    if data.startswith(b"\xef\xbb\xbf"):
        return rejected("BOM")
    try:
        text = data.decode("utf-8")
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except UnicodeDecodeError:
        return rejected("NOT_UTF8")
    except csv.Error:
        return rejected("NOT_CSV")
    if not text.endswith("\r\n"):
        return rejected("NOT_CRLF")
    if not _RFC_4180.fullmatch(text):
        return rejected("NOT_RFC_4180")
    found = _NAME.fullmatch(name)
    return _judge(found["group"] if found else "", rows[0], rows[1:])


def _judge(group: str, header: list[str], records: list[list[str]]) -> Verdict:
    if not records:
        return rejected("EMPTY")
    if RECEIPT not in header or len(set(header)) != len(header):
        return rejected("HEADER")
    if any(len(row) != len(header) for row in records):
        return rejected("COLUMN_COUNT")
    return taken([(row[header.index(RECEIPT)], group) for row in records])
