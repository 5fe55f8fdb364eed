"""Files for the receiving systems (出力): the writer and reader of each kind of format, and whom finished bytes speak of."""

from collections.abc import Callable, Mapping

from mappings import clerk_workbook, delimited, legacy_fixed, standard_xml
from mappings.layouts import Format
from mappings.records import Context, Record, Table, Written

_WRITERS: Mapping[str, Callable[[Format, Mapping[str, Table], Context], Written]] = {
    "csv": delimited.write,
    "fixed": legacy_fixed.write,
    "xml": standard_xml.write,
    "workbook": clerk_workbook.write,
}
_READERS: Mapping[str, Callable[[Format, bytes], tuple[Record, ...]]] = {
    "csv": delimited.read,
    "fixed": legacy_fixed.read,
    "xml": standard_xml.read,
    "workbook": clerk_workbook.read,
}


def write(format_: Format, tables: Mapping[str, Table], context: Context) -> Written:
    """Lay out the tables of one procedure. Raises KeyError for a group that the format does not know."""
    return _WRITERS[format_.spec.layout](format_, tables, context)


def read(format_: Format, data: bytes) -> tuple[Record, ...]:
    """The records of finished bytes. Raises Refused(OUTPUT_UNREADABLE)."""
    return _READERS[format_.spec.layout](format_, data)


def texts(format_: Format, tables: Mapping[str, Table], context: Context) -> dict[str | None, str]:
    """How the files of these tables look to people, by group; values need not be valid. A workbook is no text and shows none."""
    if format_.spec.layout == "workbook":
        return {}
    if format_.spec.layout == "xml":
        return {None: standard_xml.draft(tables, context).decode()}
    bom = format_.encoding.bom
    return {file.group: format_.encoding.decode(file.data.removeprefix(bom)) for file in write(format_, tables, context).files}


def subject_of(format_: Format, record: Record) -> tuple[str, frozenset[str]]:
    """受付番号 and all 宛名番号 that a record names; an absent number is left out."""
    named = frozenset(number for name in format_.persons(record.kind) if (number := record.fields[name]))
    return record.fields[format_.spec.subject.application] or "", named


def subjects(format_: Format, data: bytes) -> list[tuple[str, frozenset[str]]]:
    """受付番号 and all 宛名番号 of each application in file order, found in nothing but the bytes. Raises Refused(OUTPUT_UNREADABLE)."""
    found: dict[str, frozenset[str]] = {}
    for application, named in (subject_of(format_, record) for record in read(format_, data)):
        found[application] = found.get(application, frozenset()) | named
    return list(found.items())
