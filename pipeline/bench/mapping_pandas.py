"""The peer (比較相手): the same mapping as a competent script with pandas: text columns, each field encoded and padded.

It takes the good applications only, judges nothing, keeps no findings, leftovers or losses. What the codec turns into the receiver's
characters by itself (〜, −) it leaves to the codec.
"""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from mappings.layouts import FieldLayout
from mappings.records import Column
from pipeline.bench.contest import Timed
from pipeline.bench.mapping_hub import context_of, specs
from pipeline.bench.source_columns import Chunk, draw_chunk
from vocabulary.bank import to_holder_kana
from vocabulary.dates import read_date
from vocabulary.widths import to_full

Texts = pd.Series

_FULL = {point: point + 0xFEE0 for point in range(0x21, 0x7F)} | {0x20: 0x3000}
_HALF = {full: half for half, full in _FULL.items()}
_PLAIN = {**_HALF, **dict.fromkeys(map(ord, "-‐‑–—―−－ー　 ()（）〒"))}
_FEW = 10
"""A column of which each value stands in ten rows is laid out value by value."""


def _by_value(convert: Callable[[str], str | None]) -> Callable[[Texts], Texts]:
    """Each distinct text converted once."""
    return lambda column: column.map({text: convert(text) for text in column.dropna().unique()}).astype("str")


def _full(column: Texts) -> Texts:
    """Full width: ASCII by table, texts with half-width kana one by one."""
    full = column.str.strip().str.translate(_FULL)
    kana = column.str.contains("[｡-ﾟ]", na=False)
    full[kana] = column[kana].str.strip().map(to_full)
    return full


def _day(text: str) -> str | None:
    found = read_date(text)
    return found.iso if found else None


def _plain(column: Texts) -> Texts:
    return column.str.translate(_PLAIN)


STEPS: dict[str, Callable[[Texts], Texts]] = {
    "trim": lambda column: column.str.strip(),
    "one_line": lambda column: column.str.replace("\n", "\u3000", regex=False),
    "full_width": _full,
    "date": _by_value(_day),
    "birth": _by_value(_day),
    "date_unknown_text": lambda column: column.where(column.isna()),
    "postal": _plain,
    "phone": _plain,
    "month": lambda column: column,
    "number": lambda column: column.str.lstrip("0").replace("", "0"),
    "flag": lambda column: column.map({"1": "1", "2": "0"}),
    "zero_fill:3": lambda column: column.str.zfill(3),
    "zero_fill:4": lambda column: column.str.zfill(4),
    "zero_fill:7": lambda column: column.str.zfill(7),
    "holder_kana": _by_value(to_holder_kana),
}


def prepare(folder: Path, first: int, count: int, _size: int) -> Timed:
    """The good applications of a chunk as text columns of pandas, ready to be mapped and written."""
    given = _columns(draw_chunk(first, count))

    def run() -> Path:
        path = folder / "pandas.dat"
        path.write_bytes(b"".join(_lines(given, first)))
        return path

    return run


def _columns(chunk: Chunk) -> dict[str, Texts]:
    """Every source column by what the mapping calls it: path, header name or role."""
    given: dict[str, Column] = {**chunk.columns, **chunk.header}
    for role in ("claimant", "spouse"):
        given[role] = [numbers.get((role, 1)) for numbers in chunk.atena]
    return {name: pd.Series([column[row] for row in chunk.good], dtype="str") for name, column in given.items()}


def _lines(given: dict[str, Texts], first: int) -> list[bytes]:
    catalogue, _, format_ = specs()
    (procedure,) = catalogue.procedures.values()
    sources = procedure.mappings[0].records[0].fields
    layout = format_.layouts["sokutei"]
    cells = []
    for field in layout.fields:
        source = sources[field.item]
        column = given[source.path[0] if source.path else source.header or source.person]
        for step in source.steps:
            column = STEPS[step](column)
        cells.append(_laid(column, field))
    length = format_.spec.record_length
    records = [b"201" + b"".join(row) for row in zip(*cells, strict=True)]
    facts = context_of(first).facts()
    header = b"1" + b"".join(facts[field.item].encode("cp932").ljust(field.width) for field in format_.spec.header)
    trailer = f"8{len(records):08d}01{len(records):08d}".encode()
    return [line.ljust(length) + b"\r\n" for line in (header, *records, trailer)]


def _laid(column: Texts, field: FieldLayout) -> list[bytes]:
    """Every text encoded and padded."""
    texts = column.fillna("").tolist()
    few = set(texts)
    if len(few) * _FEW < len(texts):
        laid = {text: _field(text, field) for text in few}
        return [laid[text] for text in texts]
    return [_field(text, field) for text in texts]


def _field(text: str, field: FieldLayout) -> bytes:
    data = text.encode("cp932")
    return data.rjust(field.width, b"0") if field.align == "right" and data else data.ljust(field.width)
