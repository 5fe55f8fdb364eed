"""標準XML: one document for a procedure, children behind their parent, every line one record; checked against its XSD before it leaves."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, cast

from lxml import etree

from mappings import markup
from mappings.layouts import Format
from mappings.records import Context, FileBytes, Record, Span, Table, Written
from mappings.repertoire import judge
from mappings.withdrawal import withdraw
from mappings.xml_schema import FACTS, NAMESPACE, ROOT, business_of, schema_text
from vocabulary.findings import Finding, Refused, refuse

_INDENT = b"  "
_TAIL = f"</{ROOT}>\n".encode()
# How libxml2 names the rules of a schema that items can break.
_RULES: Mapping[str, str] = {
    "SCHEMAV_CVC_MAXLENGTH_VALID": "maxLength",
    "SCHEMAV_CVC_MINLENGTH_VALID": "minLength",
    "SCHEMAV_CVC_ENUMERATION_VALID": "enumeration",
    "SCHEMAV_CVC_PATTERN_VALID": "pattern",
    "SCHEMAV_ELEMENT_CONTENT": "required",
}


class _Row(NamedTuple):
    """One record on its way: cells by item name, those without a value left out."""

    application: int
    group: str
    ordinal: int
    cells: Mapping[str, str]


def write(format_: Format, tables: Mapping[str, Table], context: Context) -> Written:
    """Lay out one file. Also refused: OUTPUT_SCHEMA for what breaks the XSD."""
    judged = judge(format_, tables)
    judged = withdraw(judged, _violations(format_, judged.tables, context))
    rows = list(_rows(judged.tables))
    if not rows:
        return Written((), judged.refused, judged.losses)
    facts = context.facts()
    head, lines = _head(facts), [_line(row.group, row.cells) for row in rows]
    spans: list[Span] = []
    offset = len(head)
    for row, line in zip(rows, lines, strict=True):
        spans.append(Span(row.application, row.group, row.ordinal, offset + len(_INDENT), len(line) - len(_INDENT) - 1))
        offset += len(line)
    name = format_.spec.file_name.format_map(facts)
    return Written((FileBytes(name, None, b"".join([head, *lines, _TAIL]), tuple(spans)),), judged.refused, judged.losses)


def draft(tables: Mapping[str, Table], context: Context) -> bytes:
    """The document of these tables, whatever they hold."""
    return b"".join([_head(context.facts()), *(_line(row.group, row.cells) for row in _rows(tables)), _TAIL])


def read(format_: Format, data: bytes) -> tuple[Record, ...]:
    """The records of a file that this format wrote. Raises Refused(OUTPUT_UNREADABLE) unless writing them again gives the same bytes."""
    try:
        root = markup.parse(data)
        records = tuple(_record(format_, element) for element in root.iterchildren("*"))
    except (etree.XMLSyntaxError, ValueError, KeyError):
        raise _unreadable(format_, "not XML of known groups") from None
    facts = {name: root.get(name) or "" for name in FACTS}
    again = [_line(record.kind, {name: cell for name, cell in record.fields.items() if cell}) for record in records]
    if b"".join([_head(facts), *again, _TAIL]) != data:
        raise _unreadable(format_, "not as this format writes")
    return records


def _rows(tables: Mapping[str, Table]) -> Iterator[_Row]:
    """Applications in the order of the tables, within one by group and ordinal."""
    order: dict[int, int] = {}
    for table in tables.values():
        for application in table.application:
            order.setdefault(application, len(order))
    found: list[tuple[tuple[int, int, int], _Row]] = []
    for place, (group, table) in enumerate(tables.items()):
        cells = zip(*table.columns.values(), strict=True)
        for application, ordinal, row in zip(table.application, table.ordinal, cells, strict=True):
            filled = {name: cell for name, cell in zip(table.columns, row, strict=True) if cell}
            found.append(((order[application], place, ordinal), _Row(application, group, ordinal, filled)))
    return (row for _, row in sorted(found, key=lambda one: one[0]))


def _head(facts: Mapping[str, str]) -> bytes:
    attributes = "".join(f' {name}="{markup.escape(facts[name])}"' for name in FACTS)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{ROOT} xmlns="{NAMESPACE}"{attributes}>\n'.encode()


def _line(group: str, cells: Mapping[str, str]) -> bytes:
    items = "".join(f"<{name}>{markup.escape(cell)}</{name}>" for name, cell in cells.items())
    return _INDENT + f"<{group}>{items}</{group}>\n".encode()


def _violations(format_: Format, tables: Mapping[str, Table], context: Context) -> Iterable[tuple[int, Finding]]:
    """What the schema says against the records, once for each item."""
    rows = list(_rows(tables))
    if not rows:
        return ()
    document = markup.parse(draft(tables, context))
    business = business_of(format_.declared.groups[rows[0].group])
    schema = etree.XMLSchema(etree.fromstring(schema_text(format_.declared, business).encode()))
    if schema.validate(document):
        return ()
    found: dict[tuple[int, str], Finding] = {}
    for fault in cast(Iterable[Any], schema.error_log):
        row, item = _place(document, fault.path or "", rows)
        rule = _RULES.get(fault.type_name, fault.type_name)
        for name in _missing(format_, row) if rule == "required" else (item,):
            where = f"{row.group}[{row.ordinal}].{name}"
            found.setdefault((row.application, where), Finding("OUTPUT_SCHEMA", where=where, detail=rule))
    return [(application, finding) for (application, _), finding in found.items()]


def _place(document: etree._Element, path: str, rows: list[_Row]) -> tuple[_Row, str]:
    """The record and the item that a fault's path leads to. Raises RuntimeError for a fault outside records, which no data can cause."""
    found = document.xpath(path)
    element = found[0] if isinstance(found, list) and found else None
    parent = element.getparent() if isinstance(element, etree._Element) else None
    if not isinstance(element, etree._Element) or parent is None:
        raise RuntimeError("the document's own frame breaks the schema")
    return rows[document.index(element if parent is document else parent)], etree.QName(element).localname


def _missing(format_: Format, row: _Row) -> list[str]:
    group = format_.declared.groups[row.group]
    return [name for name, item in group.items() if item.required and name not in row.cells]


def _record(format_: Format, element: etree._Element) -> Record:
    """Raises KeyError for an unknown group or item."""
    group = etree.QName(element).localname
    fields: dict[str, str | None] = dict.fromkeys(format_.columns[group])
    for child in element.iterchildren("*"):
        name = etree.QName(child).localname
        if name not in fields:
            raise KeyError(name)
        fields[name] = child.text
    return Record(group, fields)


def _unreadable(format_: Format, detail: str) -> Refused:
    return refuse("OUTPUT_UNREADABLE", where=format_.id, detail=detail)
