"""A receiving system's own strict reading of fixed-length records (ホスト固定長).

It shares only the record layout with the sender, as plain data of ``mappings/formats/legacy-fixed/layouts``: kinds, items, widths.
"""

from pathlib import Path
from typing import Any

import yaml

from sandbox.receiver_items import RECEIPT
from sandbox.receiver_verdict import Verdict, rejected, taken

LAYOUTS = Path(__file__).parents[1] / "mappings" / "formats" / "legacy-fixed" / "layouts"
_KIND_BYTES = 3
_COUNT = slice(1, 9)


def read_fixed(data: bytes, layouts: Path = LAYOUTS) -> Verdict:
    """Accept only records of one byte length ended by CRLF: header (1), data (2 and a known sub kind), trailer (8) with their count."""
    *records, rest = data.split(b"\r\n")
    if rest or len(records) < 3:
        return rejected("NOT_CRLF" if rest else "EMPTY")
    if len({len(record) for record in records}) != 1:
        return rejected("RECORD_LENGTH")
    try:
        data.decode("cp932")
    except UnicodeDecodeError:
        return rejected("NOT_CP932")
    header, *body, trailer = records
    if header[:1] != b"1" or trailer[:1] != b"8":
        return rejected("RECORD_KIND")
    if not trailer[_COUNT].isdigit() or int(trailer[_COUNT]) != len(body):
        return rejected("TRAILER_COUNT")
    return _receipts(body, _places(layouts))


def _receipts(body: list[bytes], places: dict[bytes, tuple[str, slice]]) -> Verdict:
    if any(record[:_KIND_BYTES] not in places for record in body):
        return rejected("RECORD_KIND")
    try:
        found = [(record[place].decode("ascii").strip(), group) for record in body for group, place in [places[record[:_KIND_BYTES]]]]
    except UnicodeDecodeError:
        return rejected("NO_RECEIPT_NUMBER")
    return taken(found)


def _places(layouts: Path) -> dict[bytes, tuple[str, slice]]:
    """Kind and sub kind → group, and where the 受付番号 stands in the record, in bytes."""
    places: dict[bytes, tuple[str, slice]] = {}
    for file in sorted(layouts.glob("*.yaml")):
        layout: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506  strings only
        start = _KIND_BYTES
        for field in layout["fields"]:
            if field["item"] == RECEIPT:
                places[(layout["kind"] + layout["sub"]).encode()] = layout["group"], slice(start, start + int(field["width"]))
            start += int(field["width"])
    return places
