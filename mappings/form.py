"""The form of a procedure (様式): does the 申請内容 follow its schema, and which persons does it name."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from itertools import islice

from lxml import etree

from mappings.form_shape import Element, read_schema
from mappings.mapping import Mapping
from mappings.places import NAMESPACE, place_of
from mappings.procedure import Procedure, Role
from vocabulary.dates import read_date
from vocabulary.findings import Finding, refuse

_MOST_FINDINGS = 20


@dataclass(frozen=True, slots=True)
class PersonClaim:
    """A person as the form claims it. Nothing of it is shown in a repr.

    ordinal: from 1 among those of the role. birth: the text as the form has it. birth_unknown: whether the form marks it as 不詳.
    lives_here: whether the form lets expect a resident of this municipality. required: whether the case needs the 宛名番号, which it
    never does of a person who lives elsewhere. Absent parts are empty texts.
    """

    role: str
    ordinal: int
    name: str = field(repr=False)
    kana: str = field(repr=False)
    birth: str = field(repr=False)
    birth_unknown: bool = field(repr=False)
    sex: str = field(repr=False)
    number: str = field(repr=False)
    postal_code: str = field(repr=False)
    address: str = field(repr=False)
    lives_here: bool = True
    required: bool = True


def check_form(procedure: Procedure, version: str, content: etree._Element, *, municipality: str = "") -> list[Finding]:
    """Findings XML_SCHEMA, at most twenty, with the path and line of each fault and never a value.

    The form is that of the municipality, with its own questions. Elements that nothing declares are no fault where the procedure takes
    them: ``mappings.additional`` tells of them. FORM_VERSION_UNKNOWN for a version without schema.
    """
    if version not in procedure.forms:
        return [Finding("FORM_VERSION_UNKNOWN", where=procedure.id)]
    source = _schema_source(procedure, version, municipality)
    schema = _schema(source)
    if schema.validate(content):
        return []
    judged = content
    if procedure.additional_items == "alert":
        judged = deepcopy(content)
        for element in list(_unknown(_shape(source), judged)):
            element.getparent().remove(element)  # type: ignore[union-attr]  # it was found below another one
        if schema.validate(judged):
            return []
    errors = islice(schema.error_log, _MOST_FINDINGS)  # type: ignore[call-overload]  # the stubs forget that a log can be iterated
    return [Finding("XML_SCHEMA", where=_where(judged, error), detail=error.type_name) for error in errors]


def unknown_elements(procedure: Procedure, mapping: Mapping, content: etree._Element) -> list[etree._Element]:
    """Elements that neither the form nor the overlay of this mapping declares, each without what is below it."""
    version, overlay = procedure.version_of(mapping)
    return list(_unknown(_shape(_schema_source(procedure, version.form, overlay.municipality if overlay else "")), content))


def read_people(procedure: Procedure, content: etree._Element) -> list[PersonClaim]:
    """Every person of the form in the roles that the procedure declares, in the order of the declaration."""
    return [claim for role in procedure.roles for claim in _claims(role, content)]


def read_period(procedure: Procedure, content: etree._Element) -> tuple[str, ...]:
    """What the form says about the period that it is for, by the elements that the procedure declares; empty texts for absent ones.

    An element that repeats counts with all it says, in order. A date counts as ISO text however it is written: 令和9年4月1日 and
    2027-04-01 are one day.
    """
    return tuple("\n".join(_one_way(found.text or "") for found in content.iterfind(_tag(path))) for path in procedure.period)


def signer_claim(procedure: Procedure, content: etree._Element) -> PersonClaim:
    """The person who must sign, the first of the signer's role. Raises Refused(XML_SCHEMA) when the form names none."""
    role = procedure.role(procedure.signature.signer)
    for claim in _claims(role, content):
        return claim
    raise refuse("XML_SCHEMA", where=role.path)


def _one_way(text: str) -> str:
    known = read_date(text.strip())
    return text.strip() if known is None else known.iso


def _schema_source(procedure: Procedure, version: str, municipality: str) -> bytes:
    """The schema as text: one that is replaced while the process runs is another text."""
    overlay = procedure.overlay(municipality, version)
    return procedure.forms[version].read_bytes() if overlay is None else overlay.schema_text


@cache
def _schema(source: bytes) -> etree.XMLSchema:
    return etree.XMLSchema(_parsed(source))


@cache
def _shape(source: bytes) -> Element:
    return read_schema(_parsed(source))


def _parsed(source: bytes) -> etree._Element:
    return etree.fromstring(source, etree.XMLParser(resolve_entities=False, no_network=True))


def _unknown(shape: Element, element: etree._Element) -> Iterator[etree._Element]:
    for child in element.iterchildren("*"):
        known = shape.children.get(etree.QName(child).localname)
        if known is None:
            yield child
        elif known.children:
            yield from _unknown(known, child)


def _where(content: etree._Element, error: etree._LogEntry) -> str:
    try:
        found = content.getroottree().xpath(error.path) if error.path else []
    except etree.XPathError:
        # libxml2 names a prefixed element by a prefix that only the document knows.
        found = []
    place = place_of(found[0], content) if isinstance(found, list) and found and isinstance(found[0], etree._Element) else ""
    return f"{place or '申請内容'} line {error.line}"


def _claims(role: Role, content: etree._Element) -> Iterator[PersonClaim]:
    for ordinal, element in enumerate(content.iterfind(_tag(role.path)), start=1):
        born = element.find(_tag("生年月日"))
        other = content.find(_tag(role.address_from)) if role.address_from else None
        here = role.lives_here and not (role.apart and _text(element, role.apart) == "2")
        yield PersonClaim(
            role=role.role,
            ordinal=ordinal,
            name=_text(element, "氏名"),
            kana=_text(element, "氏名カナ"),
            birth=_text(element, "生年月日"),
            birth_unknown=born is not None and born.get("不詳") == "1",
            sex=_text(element, "性別") or _text(other, "性別"),
            number=_text(element, role.number) if role.number else "",
            postal_code=_text(element, "郵便番号") or _text(other, "郵便番号"),
            address=_text(element, "住所") or _text(other, "住所"),
            lives_here=here,
            required=role.required and here,
        )


def _tag(path: str) -> str:
    return "/".join(f"{{{NAMESPACE}}}{name}" for name in path.split("/"))


def _text(element: etree._Element | None, name: str) -> str:
    found = None if element is None else element.findtext(_tag(name))
    return (found or "").strip()
