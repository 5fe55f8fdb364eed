"""Where an item lies in the files of a format (項目の位置): the column, the bytes or the element that a receiver has to look at."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from mappings.layouts import Format

# Kind of record and sub kind stand before the first field of a fixed-length record.
_RECORD_MARK = 3


def place_of_item(format_: Format, group: str, item: str) -> str:
    """In Japanese words, counted from 1: 「5列目」, 「24–38バイト目」, 「E列」 or the element's name.

    Raises KeyError for an unknown item.
    """
    return _PLACES[format_.spec.layout](format_, group, item)


def _column(format_: Format, group: str, item: str) -> str:
    # Without a heading every line begins with the name of its group.
    first = 1 if format_.spec.heading == "none" else 0
    return f"{_number(format_, group, item) + first}列目"


def _bytes(format_: Format, group: str, item: str) -> str:
    start = _RECORD_MARK
    for field in format_.layouts[group].fields:
        if field.item == item:
            return f"{start + 1}–{start + field.width}バイト目"
        start += field.width
    raise KeyError(item)


def _element(_format: Format, group: str, item: str) -> str:
    return f"{group}/{item}"


def _letter(format_: Format, group: str, item: str) -> str:
    number, letters = _number(format_, group, item), ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}列"


def _number(format_: Format, group: str, item: str) -> int:
    columns = format_.columns[group]
    if item not in columns:
        raise KeyError(item)
    return columns.index(item) + 1


_PLACES: Mapping[str, Callable[[Format, str, str], str]] = MappingProxyType(
    {"csv": _column, "fixed": _bytes, "xml": _element, "workbook": _letter}
)
