"""XML schema (XSD) of a business's records, made from the items: types, lengths, code lists, what is required."""

from collections.abc import Iterator, Mapping

from mappings.codelists import CodeList
from mappings.items import Group, Item
from mappings.layouts import Declared
from mappings.markup import escape

NAMESPACE = "urn:municipal-hub:renkei:1"
ROOT = "renkei"
# Attributes of the root element: facts of the delivery and what each looks like.
FACTS: Mapping[str, str] = {
    "municipality": "[0-9]{6}",
    "business": "[0-9]{3}",
    "procedure": "[a-z0-9_\\-]+",
    "day": "[0-9]{8}",
    "sequence": "[0-9]{3,}",
}
_DAY = "(0[1-9]|[12][0-9]|3[01])"
_MONTH = "(0[1-9]|1[0-2])"
_PATTERNS: Mapping[str, str] = {
    "9": "[0-9]{{1,{length}}}",
    "9V": "[0-9]{{1,{length}}}(\\.[0-9]+)?",
    "S9": "-?[0-9]{{1,{length}}}",
    "YEAR": "[0-9]{{4}}",
    "TIME": "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?",
    "DATE": f"[0-9]{{{{4}}}}-{_MONTH}-{_DAY}",
    # 不詳: month, day or both may be 00.
    "DATE_UNKNOWN": f"[0-9]{{{{4}}}}-(00|{_MONTH})-(00|{_DAY})",
}

# A name of a type in a schema begins with a letter and is ASCII.
_NAMES: Mapping[str, str] = {"X": "X", "Ｎ": "N", "9": "D", "9V": "DV", "S9": "SD"}


def business_of(group: Group) -> str:
    """業務ID of a group, which every item ID begins with."""
    return next(iter(group.values())).id[:3]


def businesses(declared: Declared) -> tuple[str, ...]:
    """業務ID of all groups that formats lay out."""
    return tuple(sorted({business_of(group) for group in declared.groups.values()}))


def schema_text(declared: Declared, business: str) -> str:
    """The schema of all groups of a business, the same text for the same items."""
    groups = {name: group for name, group in sorted(declared.groups.items()) if business_of(group) == business}
    types = {_type_name(item): item for group in groups.values() for item in group.values()}
    lines = [*_head(groups), *(line for name, group in groups.items() for line in _record(name, declared.titles[name], group))]
    lines += [line for name in sorted(types) for line in _type(name, types[name], declared.codelists)]
    return "\n".join([*lines, "</xs:schema>", ""])


def _head(groups: Mapping[str, Group]) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="{NAMESPACE}" targetNamespace="{NAMESPACE}"'
    yield '           elementFormDefault="qualified" version="1">'
    yield f'  <xs:element name="{ROOT}">'
    yield "    <xs:complexType>"
    yield '      <xs:choice maxOccurs="unbounded">'
    yield from (f'        <xs:element name="{name}" type="{name}"/>' for name in groups)
    yield "      </xs:choice>"
    for fact, pattern in FACTS.items():
        restriction = f'<xs:restriction base="xs:string"><xs:pattern value="{pattern}"/></xs:restriction>'
        yield f'      <xs:attribute name="{fact}" use="required"><xs:simpleType>{restriction}</xs:simpleType></xs:attribute>'
    yield from ("    </xs:complexType>", "  </xs:element>")


def _record(name: str, title: str, group: Group) -> Iterator[str]:
    yield f'  <xs:complexType name="{name}">'
    yield _said(4, title)
    yield "    <xs:sequence>"
    for item in group.values():
        least = "" if item.required else ' minOccurs="0"'
        yield f'      <xs:element name="{item.name}" type="{_type_name(item)}"{least}>{_said(0, item.title)}</xs:element>'
    yield from ("    </xs:sequence>", "  </xs:complexType>")


def _said(indent: int, text: str) -> str:
    return f'{" " * indent}<xs:annotation><xs:documentation xml:lang="ja">{escape(text)}</xs:documentation></xs:annotation>'


def _type_name(item: Item) -> str:
    if item.code:
        return f"code_{item.code}"
    if item.type in _NAMES:
        return f"{_NAMES[item.type]}_{item.length}"
    return "DATE_UNKNOWN" if item.unknown_day else item.type


def _type(name: str, item: Item, codelists: Mapping[str, CodeList]) -> Iterator[str]:
    """A simple type; a code list allows every code that was ever valid, the day is judged before the release."""
    yield f'  <xs:simpleType name="{name}">'
    yield '    <xs:restriction base="xs:string">'
    kind = name if name in _PATTERNS else item.type
    if item.code:
        codes = dict.fromkeys(code.code for code in codelists[item.code].codes)
        yield from (f'      <xs:enumeration value="{escape(code)}"/>' for code in codes)
    elif kind in _PATTERNS:
        yield f'      <xs:pattern value="{_PATTERNS[kind].format(length=item.length)}"/>'
    else:
        yield '      <xs:minLength value="1"/>'
        yield f'      <xs:maxLength value="{item.length}"/>'
    yield from ("    </xs:restriction>", "  </xs:simpleType>")
