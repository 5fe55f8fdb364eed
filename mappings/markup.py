"""XML text (XMLの文字): what XML 1.0 can carry at all, and how values stand in it so that a parser gives them back unchanged."""

import re
from collections.abc import Iterator, Mapping

from lxml import etree

from mappings.records import Table
from vocabulary.findings import Finding

_FORBIDDEN = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
# A line break as a reference keeps each record on one line; a bare carriage return would come back as a line feed.
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def escape(text: str) -> str:
    """``text`` for an element or an attribute in double quotes."""
    return text.translate(_ESCAPES)


def forbidden(tables: Mapping[str, Table]) -> Iterator[tuple[int, Finding]]:
    """(application, TEXT_FORBIDDEN_CHAR) for each value with a character that XML 1.0 forbids."""
    for group, table in tables.items():
        for name, column in table.columns.items():
            for row, value in enumerate(column):
                found = _FORBIDDEN.search(value) if value else None
                if found:
                    where, detail = f"{group}[{table.ordinal[row]}].{name}", f"XML forbids U+{ord(found.group()):04X}"
                    yield table.application[row], Finding("TEXT_FORBIDDEN_CHAR", where=where, detail=detail)


def parse(data: bytes) -> etree._Element:
    """The root of a document without DTD, comments and marked sections. Raises etree.XMLSyntaxError or ValueError."""
    if b"<!" in data:
        raise ValueError("declarations and comments are never written")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False)
    return etree.fromstring(data, parser)
