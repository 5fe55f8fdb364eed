"""職員用ブック (xlsx): one workbook for a procedure, a sheet for each kind of record, Japanese headings, codes with their meaning.

The last sheet says of what it was made, and which item stands in which column under which name.
"""

from collections.abc import Iterator, Mapping, Sequence

from lxml import etree

from mappings.layouts import Format
from mappings.records import Context, FileBytes, Record, Span, Table, Written
from mappings.repertoire import judge
from mappings.withdrawal import withdraw
from mappings.workbook_file import pack, sheet_path, unpack
from mappings.workbook_sheet import ESCAPE, LONGEST, LaidOut, Row, column_name, lay_out, rows_of
from vocabulary.findings import Finding, Refused, refuse

_ABOUT = "（出力情報）"
_ABOUT_HEADING = ("種類", "シート", "列", "表示", "内部名")
_FACT, _SHEET, _ITEM = "出力", "シート", "項目"
# Facts of the delivery that the last sheet shows, with what they are called.
_FACTS: Mapping[str, str] = {
    "municipality": "団体コード",
    "business": "業務ID",
    "procedure": "手続",
    "day": "出力日",
    "sequence": "連番",
}
_MEANS = "："


def write(format_: Format, tables: Mapping[str, Table], context: Context) -> Written:
    """Lay out one workbook of the groups that have records.

    Also refused: TEXT_FORBIDDEN_CHAR for what a spreadsheet would take for something else, TEXT_TOO_LONG for what no cell holds.
    """
    judged = judge(format_, tables)
    judged = withdraw(judged, _unfit(format_, judged.tables))
    facts = context.facts()
    kept = {group: table for group, table in judged.tables.items() if table.application}
    if not kept:
        return Written((), judged.refused, judged.losses)
    rows = {group: list(zip(*(table.columns[name] for name in format_.columns[group]), strict=True)) for group, table in kept.items()}
    data, places = _book(format_, rows, facts)
    spans = [
        Span(application, group, ordinal, offset, length)
        for group, table in kept.items()
        for application, ordinal, (offset, length) in zip(table.application, table.ordinal, places[group], strict=True)
    ]
    return Written((FileBytes(format_.spec.file_name.format_map(facts), None, data, tuple(spans)),), judged.refused, judged.losses)


def read(format_: Format, data: bytes) -> tuple[Record, ...]:
    """The records of a file that this format wrote. Raises Refused(OUTPUT_UNREADABLE) unless writing them again gives the same bytes."""
    try:
        parts = unpack(data)
        sheets = [rows_of(parts[sheet_path(number)]) for number in range(1, sum(name.startswith("xl/worksheets/") for name in parts) + 1)]
        *listed, about = sheets
        facts, groups = _told(about)
        rows = {group: _values(format_, group, sheet, facts) for group, sheet in zip(groups, listed, strict=True)}
        again, _ = _book(format_, rows, facts)
    except (ValueError, LookupError, etree.XMLSyntaxError):
        raise _unreadable(format_, "no workbook of known groups") from None
    if again != data:
        raise _unreadable(format_, "not as this format writes")
    return tuple(Record(group, dict(zip(format_.columns[group], row, strict=True))) for group, listed in rows.items() for row in listed)


def _book(format_: Format, rows: Mapping[str, Sequence[Row]], facts: Mapping[str, str]) -> tuple[bytes, dict[str, list[tuple[int, int]]]]:
    """The finished file, and where the rows of each group stand in it. Raises KeyError for an unknown group."""
    sheets = {group: _sheet(format_, group, listed, facts) for group, listed in rows.items()}
    about = lay_out(_ABOUT, _ABOUT_HEADING, list(_about(format_, rows, facts)))
    data, begins = pack([*(sheet.part for sheet in sheets.values()), about.part])
    return data, {
        group: [(begin + offset, length) for offset, length in sheet.places]
        for (group, sheet), begin in zip(sheets.items(), begins, strict=False)
    }


def _sheet(format_: Format, group: str, rows: Sequence[Row], facts: Mapping[str, str]) -> LaidOut:
    items = format_.declared.groups[group]
    meanings = [_meanings(format_, group, name, facts) for name in format_.columns[group]]
    shown = [[shown.get(cell or "", cell) for cell, shown in zip(row, meanings, strict=True)] for row in rows]
    return lay_out(format_.declared.titles[group], [items[name].title for name in format_.columns[group]], shown)


def _meanings(format_: Format, group: str, name: str, facts: Mapping[str, str]) -> Mapping[str, str]:
    """How each code of an item is shown on the day of the delivery; empty for an item without codes."""
    code = format_.declared.groups[group][name].code
    if not code:
        return {}
    day = f"{facts['day'][:4]}-{facts['day'][4:6]}-{facts['day'][6:]}"
    return {key: f"{key}{_MEANS}{meaning}" for key, meaning in format_.declared.codelists[code].valid_on(day).items()}


def _values(format_: Format, group: str, sheet: Sequence[Row], facts: Mapping[str, str]) -> list[Row]:
    """The rows of a sheet without its heading, codes without their meaning."""
    codes = [{shown: key for key, shown in _meanings(format_, group, name, facts).items()} for name in format_.columns[group]]
    return [[code.get(cell or "", cell) for cell, code in zip(row, codes, strict=True)] for row in sheet[1:]]


def _about(format_: Format, rows: Mapping[str, Sequence[Row]], facts: Mapping[str, str]) -> Iterator[Row]:
    yield from ((_FACT, None, None, called, facts[fact]) for fact, called in _FACTS.items())
    titles = format_.declared.titles
    yield from ((_SHEET, titles[group], None, f"{len(listed)}件", group) for group, listed in rows.items())
    for group in rows:
        for number, name in enumerate(format_.columns[group], start=1):
            yield (_ITEM, titles[group], column_name(number), format_.declared.groups[group][name].title, name)


def _told(about: Sequence[Row]) -> tuple[dict[str, str], list[str]]:
    """Facts of the delivery and the groups in the order of their sheets. Raises KeyError for a fact that is missing."""
    names = [(row[0], row[3], row[-1] or "") for row in about]
    said = {called: name for kind, called, name in names if kind == _FACT}
    return {fact: said[called] for fact, called in _FACTS.items()}, [name for kind, _, name in names if kind == _SHEET]


def _unfit(format_: Format, tables: Mapping[str, Table]) -> Iterator[tuple[int, Finding]]:
    for group, table in tables.items():
        for name, column in table.columns.items():
            coded = bool(format_.declared.groups[group][name].code)
            for row, value in enumerate(column):
                code, detail = _fault(value or "", coded=coded)
                if code:
                    yield table.application[row], Finding(code, where=f"{group}[{table.ordinal[row]}].{name}", detail=detail)


def _fault(value: str, *, coded: bool) -> tuple[str, str]:
    """Reason code and detail of what keeps a value out of a cell, or empty texts."""
    if len(value) > LONGEST // 2 and len(value.encode("utf-16-le")) // 2 > LONGEST:
        return "TEXT_TOO_LONG", f"more than {LONGEST} characters in a cell"
    if "_x" in value and ESCAPE.search(value):
        return "TEXT_FORBIDDEN_CHAR", "a spreadsheet takes it for an escape"
    if coded and _MEANS in value:
        return "TEXT_FORBIDDEN_CHAR", "a code that looks like one with its meaning"
    return "", ""


def _unreadable(format_: Format, detail: str) -> Refused:
    return refuse("OUTPUT_UNREADABLE", where=format_.id, detail=detail)
