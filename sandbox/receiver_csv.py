"""A receiving system's own strict reading of standard CSV (標準準拠システムの連携ファイル)."""

import csv
import io
import re

from sandbox.receiver_verdict import Verdict, rejected

_RECEIPT = "uketsukebango"
# Python's reader also accepts quotes inside bare cells and other line ends.
_RFC_4180 = re.compile(r'(?:(?:[^",\r\n]*|"(?:[^"]|"")*")(?:,|\r\n))*')


def read_csv(data: bytes) -> Verdict:
    """Accept only UTF-8 without BOM, CRLF, a header row, equally many cells in each row, at least one record with a 受付番号."""
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
    return _judge(rows[0], rows[1:])


def _judge(header: list[str], records: list[list[str]]) -> Verdict:
    if not records:
        return rejected("EMPTY")
    if _RECEIPT not in header or len(set(header)) != len(header):
        return rejected("HEADER")
    if any(len(row) != len(header) for row in records):
        return rejected("COLUMN_COUNT")
    receipts = tuple(dict.fromkeys(row[header.index(_RECEIPT)] for row in records))
    return Verdict("OK", "", len(records), receipts) if all(receipts) else rejected("NO_RECEIPT_NUMBER")
