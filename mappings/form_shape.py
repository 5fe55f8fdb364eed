"""The shape of a form (様式の構造): its elements, their types and how often they stand, from a schema or from filled forms."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lxml import etree

from mappings.places import NAMESPACE
from mappings.yaml_door import SpecError

XS: Final = "{http://www.w3.org/2001/XMLSchema}"
ROOT: Final = "申請内容"
DEEPEST: Final = 32
LENGTHS: Final = (20, 50, 100, 200, 400, 1000)
_DIGITS = re.compile(r"[0-9]{1,20}")
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Type:
    """What the text of an element may be. least, most: characters. built_in: the schema language's own type it rests on."""

    least: int = 0
    most: int | None = None
    values: tuple[str, ...] = ()
    pattern: str = ""
    built_in: str = "string"

    def holds(self, text: str) -> bool:
        """Whether the text is of this type."""
        long_enough = self.least <= len(text) and (self.most is None or len(text) <= self.most)
        return long_enough and (not self.values or text in self.values) and (not self.pattern or bool(re.fullmatch(self.pattern, text)))

    @property
    def words(self) -> str:
        """The type for people, in Japanese."""
        if self.values:
            return f"値 {'・'.join(self.values)}"
        if self.pattern:
            return f"形 {self.pattern}"
        return f"文字{self.least}〜{self.most}" if self.most is not None else "文字"


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of an element."""

    type: Type
    required: bool


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a form. least, most: how often it stands in its parent, None without limit. children: in their order.

    seen: the texts that filled forms had in it, None when the shape comes from a schema. They are residents' and never shown.
    """

    name: str
    type: Type
    least: int
    most: int | None
    children: Mapping[str, "Element"]
    attributes: Mapping[str, Attribute]
    seen: frozenset[str] | None = field(default=None, repr=False)

    def fits(self, other: Type) -> bool:
        """Whether what this element holds may stand where ``other`` is asked for."""
        return self.type == other if self.seen is None else all(map(other.holds, self.seen))

    @property
    def times(self) -> str:
        """How often it stands, for people."""
        return f"{self.least}〜{'' if self.most is None else self.most}回"


def read_schema(tree: etree._Element) -> Element:
    """The shape that a schema declares. Reads the plain sequences that forms are made of.

    Raises ValueError without a 申請内容, or when its types lead back into themselves.
    """
    types = {str(one.get("name")): one for one in tree if one.tag in (f"{XS}complexType", f"{XS}simpleType")}
    for one in tree.iterchildren(f"{XS}element"):
        if one.get("name") == ROOT:
            return _declared(one, types, 0)
    raise ValueError(f"the schema declares no {ROOT}")


def parse_schema(path: Path) -> etree._Element:
    """The document element of a schema file of our own. Raises SpecError when it is no XML or no schema of a form."""
    try:
        tree = etree.parse(str(path), etree.XMLParser(resolve_entities=False, no_network=True)).getroot()
        etree.XMLSchema(tree)
        read_schema(tree)
    except (etree.XMLSyntaxError, etree.XMLSchemaParseError, ValueError) as error:
        raise SpecError(file=path, key="", problem=str(error).partition("\n")[0], allowed="an XML schema that declares 申請内容") from None
    return tree


def _declared(element: etree._Element, types: Mapping[str, etree._Element], depth: int) -> Element:
    if depth > DEEPEST:
        raise ValueError(f"elements lie more than {DEEPEST} deep")
    named = types.get(str(element.get("type")))
    body = named if named is not None and named.tag == f"{XS}complexType" else element.find(f"{XS}complexType")
    children: dict[str, Element] = {}
    attributes: dict[str, Attribute] = {}
    text = _type(element, types)
    if body is not None:
        extension = body.find(f"{XS}simpleContent/{XS}extension")
        text = Type() if extension is None else _named_type(str(extension.get("base")), types)
        holders = (body,) if extension is None else (body, extension)
        declared = [one for holder in holders for one in holder.iterchildren(f"{XS}attribute")]
        attributes = {str(one.get("name")): Attribute(_type(one, types), one.get("use") == "required") for one in declared}
        below = (_declared(one, types, depth + 1) for one in body.iterfind(f"{XS}sequence/{XS}element"))
        children = {one.name: one for one in below}
    most = element.get("maxOccurs", "1")
    least = int(element.get("minOccurs", "1"))
    return Element(str(element.get("name")), text, least, None if most == "unbounded" else int(most), children, attributes)


def _type(holder: etree._Element, types: Mapping[str, etree._Element]) -> Type:
    """The simple type of an element or attribute, named or written inside."""
    if holder.get("fixed") is not None:
        return Type(values=(str(holder.get("fixed")),))
    inside = holder.find(f"{XS}simpleType")
    return _named_type(str(holder.get("type", "")), types) if inside is None else _restricted(inside)


def _named_type(name: str, types: Mapping[str, etree._Element]) -> Type:
    found = types.get(name)
    if found is not None:
        return _restricted(found) if found.tag == f"{XS}simpleType" else Type()
    return Type(built_in=name.removeprefix("xs:") or "string")


def _restricted(simple: etree._Element) -> Type:
    facets = {
        etree.QName(one).localname: [str(each.get("value")) for each in simple.iterfind(f"{XS}restriction/{one.tag}")]
        for one in simple.iterfind(f"{XS}restriction/*")
    }
    exact = facets.get("length", [None])[0]
    least, most = facets.get("minLength", [exact])[0], facets.get("maxLength", [exact])[0]
    return Type(
        least=int(least or 0),
        most=None if most is None else int(most),
        values=tuple(facets.get("enumeration", ())),
        pattern="|".join(facets.get("pattern", ())),
    )


def read_filled(contents: Sequence[etree._Element]) -> Element:
    """The shape that filled forms show: what stands in them, how often at least and at most, and what their texts look like."""
    return _observed(ROOT, list(contents), 1, 1)


def _observed(name: str, elements: Sequence[etree._Element], least: int, most: int) -> Element:
    """One element of all the places in the filled forms where it stands under the same parents."""
    names = _in_order([[_local(child) for child in element if isinstance(child.tag, str)] for element in elements])
    children: dict[str, Element] = {}
    for child in names:
        counts = [[one for one in element if isinstance(one.tag, str) and _local(one) == child] for element in elements]
        times = [len(one) for one in counts]
        children[child] = _observed(child, [one for found in counts for one in found], min(times), max(times))
    held: dict[str, list[str]] = {}
    for element in elements:
        for key, value in element.items():
            held.setdefault(str(key), []).append(str(value))
    attributes = {key: Attribute(guess(values), required=len(values) == len(elements)) for key, values in held.items()}
    texts = frozenset() if children else frozenset(element.text for element in elements if element.text)
    return Element(name, guess(texts), least, most, children, attributes, texts)


def _in_order(rows: Iterable[Sequence[str]]) -> list[str]:
    """All names, each behind the one that it follows in the first row that has it."""
    order: list[str] = []
    for row in rows:
        place = 0
        for name in row:
            if name not in order:
                order.insert(place, name)
            place = order.index(name) + 1
    return order


def guess(texts: Iterable[str]) -> Type:
    """A type by the look of texts: digits of one length, days, or text of a round length. It holds none of them."""
    found = set(texts)
    if found and all(map(_ISO_DAY.fullmatch, found)):
        return Type(pattern=_ISO_DAY.pattern)
    sizes = {len(text) for text in found}
    if len(sizes) == 1 and all(map(_DIGITS.fullmatch, found)):
        return Type(pattern=f"[0-9]{{{sizes.pop()}}}")
    longest = max(sizes, default=1)
    return Type(least=1, most=next((length for length in LENGTHS if length >= longest), longest))


def _local(element: etree._Element) -> str:
    return str(element.tag).removeprefix(f"{{{NAMESPACE}}}")
