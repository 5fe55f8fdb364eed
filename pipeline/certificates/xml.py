"""A certificate as XML (証明書のXML) from its declared layout, and the XSD of that layout."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from mappings.markup import escape, parse
from mappings.specification import Assumption, Spec, read_spec

FILE = Path(__file__).with_name("gift.yaml")
_DAY = '<xs:restriction base="xs:date"><xs:pattern value="[0-9]{4}-[0-9]{2}-[0-9]{2}"/></xs:restriction>'
_AMOUNT = '<xs:restriction base="xs:positiveInteger"><xs:totalDigits value="9"/></xs:restriction>'
_CODE = '<xs:restriction base="xs:string"><xs:pattern value="[0-9]{6}"/></xs:restriction>'


class CertificateItem(Spec):
    """One element. longest: characters of a text."""

    name: str
    sort: Literal["text", "day", "amount", "code"]
    longest: int = Field(default=0, ge=0)

    def restriction(self) -> str:
        """What the schema says of its text."""
        fixed = {"day": _DAY, "amount": _AMOUNT, "code": _CODE}
        text = f'<xs:minLength value="1"/><xs:maxLength value="{self.longest}"/>'
        return fixed.get(self.sort, f'<xs:restriction base="xs:string">{text}</xs:restriction>')


class CertificateLayout(Spec):
    """The whole file. purpose: what the gift was for, as the certificate says it."""

    version: str
    namespace: str
    root: str
    assumptions: tuple[Assumption, ...]
    items: tuple[CertificateItem, ...]
    purpose: str


@cache
def gift_layout() -> CertificateLayout:
    """The layout of 寄附金受領証明書. Raises SpecError."""
    return read_spec(FILE, CertificateLayout)


def certificate_xml(layout: CertificateLayout, values: Mapping[str, str]) -> bytes:
    """The document, the same bytes for the same values. values: by element, days as 2026-12-10. Raises KeyError for a missing one."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<{layout.root} xmlns="{layout.namespace}" 版="{layout.version}">']
    lines += [f"  <{item.name}>{escape(values[item.name])}</{item.name}>" for item in layout.items]
    return "\n".join([*lines, f"</{layout.root}>", ""]).encode()


def read_certificate(layout: CertificateLayout, data: bytes) -> dict[str, str]:
    """The values of a document that this layout wrote. Raises ValueError or etree.XMLSyntaxError for any other."""
    values = {str(one.tag).partition("}")[2]: one.text or "" for one in parse(data)}
    if list(values) != [item.name for item in layout.items] or certificate_xml(layout, values) != data:
        raise ValueError("not as this layout writes")
    return values


def schema_text(layout: CertificateLayout) -> str:
    """The XSD of a layout."""
    head = f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{layout.namespace}" elementFormDefault="qualified">'
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', head, f'  <xs:element name="{layout.root}"><xs:complexType><xs:sequence>']
    for item in layout.items:
        lines.append(f'    <xs:element name="{item.name}"><xs:simpleType>{item.restriction()}</xs:simpleType></xs:element>')
    version = f'    </xs:sequence><xs:attribute name="版" fixed="{layout.version}" use="required"/>'
    return "\n".join([*lines, version, "  </xs:complexType></xs:element>", "</xs:schema>", ""])
