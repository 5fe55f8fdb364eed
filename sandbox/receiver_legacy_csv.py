"""An older receiving system's own strict reading of its CSV (旧来型CSV): CP932, every cell quoted, no heading, the kind of record first."""

import csv
import io
import re

from sandbox.receiver_items import RECEIPT, columns_of_groups
from sandbox.receiver_verdict import Verdict, rejected, taken

_ALL_QUOTED = re.compile(r'(?:"(?:[^"]|"")*"(?:,|\r\n))+')
_CHARACTER = rb"[\x00-\x7f\xa1-\xdf]|[\x81-\x9f\xe0-\xfc][\x40-\x7e\x80-\xfc]"
# NEC's second copy of the IBM extensions; this system knows the characters by IBM's codes only.
_NEC = (b"\xed", b"\xee")


def read_legacy_csv(data: bytes) -> Verdict:
    """Accept only CP932 with IBM's codes, CRLF, quotes around every cell, lines of known groups with all their columns."""
    # Python's codec also reads single bytes that are no character of CP932.
    if not re.fullmatch(rb"(?:%b)*" % _CHARACTER, data):
        return rejected("NOT_CP932")
    if any(character.startswith(_NEC) for character in re.findall(_CHARACTER, data) if len(character) == 2):
        return rejected("NEC_CODE")
    try:
        text = data.decode("cp932")
    except UnicodeDecodeError:
        return rejected("NOT_CP932")
    if not text.endswith("\r\n"):
        return rejected("NOT_CRLF")
    if not _ALL_QUOTED.fullmatch(text):
        return rejected("NOT_QUOTED")
    columns = columns_of_groups()
    named: list[tuple[str, str]] = []
    for group, *cells in csv.reader(io.StringIO(text, newline=""), strict=True):
        if group not in columns:
            return rejected("RECORD_KIND")
        if len(cells) != len(columns[group]):
            return rejected("COLUMN_COUNT")
        named.append((cells[columns[group].index(RECEIPT)], group))
    return taken(named)
